"""Setting, stopping and aiming the times of a thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from companion.identity.model import Patient
from companion.schedule.times import current, re_aim, schedules, set_times, stop
from companion.store import db
from tests.cast import NOW

TODAY = date(2026, 3, 10)
EVERY_DAY = "1234567"


@pytest.fixture
def ana(app, cast):
    """Ana's record; her clock shows 10:00 on a Tuesday."""
    return db.get(Patient, cast.ana_patient)


def rows(patient, thing_id=1):
    return current(patient.id, "medication", thing_id, TODAY)


def test_it_sets_a_row_a_wall_time_and_aims_it_after_now(ana):
    set_times(ana, "medication", 1, [time(20), time(8)], EVERY_DAY, NOW)
    morning, evening = rows(ana)
    assert (morning.wall, morning.next_due_at) == (time(8), datetime(2026, 3, 11, 7, 0, tzinfo=UTC))
    assert (evening.wall, evening.next_due_at) == (time(20), datetime(2026, 3, 10, 19, 0, tzinfo=UTC))
    assert (morning.next_due_on, evening.next_due_on) == (TODAY + timedelta(days=1), TODAY)


def test_a_time_that_has_passed_today_begins_tomorrow(ana):
    set_times(ana, "medication", 1, [time(8), time(10), time(20)], EVERY_DAY, NOW)
    assert [row.starts_on for row in rows(ana)] == [TODAY + timedelta(days=1), TODAY, TODAY]


def test_it_keeps_what_stays_ends_what_goes_and_adds_what_comes(ana):
    week_ago = NOW - timedelta(days=7)
    set_times(ana, "medication", 1, [time(8), time(20)], EVERY_DAY, week_ago)
    morning, evening = rows(ana)
    aimed = morning.next_due_at
    set_times(ana, "medication", 1, [time(8), time(22)], EVERY_DAY, NOW)
    kept, new = rows(ana)
    assert (kept.id, kept.next_due_at) == (morning.id, aimed)  # a bell that is due is not silenced by a change
    assert new.wall == time(22)
    assert (evening.ends_on, evening.next_due_at) == (TODAY - timedelta(days=1), None)
    assert evening in schedules(ana.id, TODAY - timedelta(days=1), TODAY - timedelta(days=1))
    assert evening not in schedules(ana.id, TODAY, TODAY)


def test_other_weekdays_are_other_rows(ana):
    set_times(ana, "therapy", 1, [time(12)], "135", NOW - timedelta(days=7))
    [former] = current(ana.id, "therapy", 1, TODAY)
    set_times(ana, "therapy", 1, [time(12)], "24", NOW)
    [row] = current(ana.id, "therapy", 1, TODAY)
    assert row.id != former.id and row.next_due_on == TODAY  # a Tuesday


@pytest.mark.parametrize(("walls", "weekdays"), [([], EVERY_DAY), ([time(8)], "")])
def test_no_times_or_no_days_end_all(ana, walls, weekdays):
    set_times(ana, "medication", 1, [time(8)], EVERY_DAY, NOW - timedelta(days=1))
    set_times(ana, "medication", 1, walls, weekdays, NOW)
    assert rows(ana) == []


def test_it_stops_today_and_leaves_other_things_alone(ana):
    set_times(ana, "medication", 1, [time(8), time(20)], EVERY_DAY, NOW - timedelta(days=1))
    set_times(ana, "medication", 2, [time(8)], EVERY_DAY, NOW - timedelta(days=1))
    stop(ana, "medication", 1, NOW)
    assert rows(ana, 1) == []
    assert [row.next_due_on for row in rows(ana, 2)] == [TODAY]
    past = schedules(ana.id, TODAY - timedelta(days=1), TODAY - timedelta(days=1), "medication", 1)
    assert [(row.wall, row.next_due_at) for row in past] == [(time(20), None)]  # 08:00 never came


def test_bells_stay_silent_until_they_are_asked_for(ana):
    set_times(ana, "diary", 0, [time(21)], EVERY_DAY, NOW, rings=False)
    [row] = current(ana.id, "diary", 0, TODAY)
    assert (row.rings, row.next_due_at) == (False, None)
    set_times(ana, "diary", 0, [time(21), time(22)], EVERY_DAY, NOW)
    assert [row.rings for row in current(ana.id, "diary", 0, TODAY)] == [False, False]
    set_times(ana, "diary", 0, [time(21), time(22)], EVERY_DAY, NOW, rings=True)
    assert [row.next_due_on for row in current(ana.id, "diary", 0, TODAY)] == [TODAY, TODAY]


def test_the_day_is_the_patients(app, cast):
    dora = db.get(Patient, cast.dora_patient)
    late = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)  # 23:00 on Monday in New York
    set_times(dora, "medication", 1, [time(23, 30)], EVERY_DAY, late)
    [row] = current(dora.id, "medication", 1, date(2026, 3, 9))
    assert (row.starts_on, row.next_due_at) == (date(2026, 3, 9), late + timedelta(minutes=30))


def test_a_night_time_is_found_on_the_diary_day_before(ana):
    set_times(ana, "medication", 1, [time(1)], EVERY_DAY, NOW)
    [row] = rows(ana)
    assert row.starts_on == TODAY + timedelta(days=1)
    assert schedules(ana.id, TODAY, TODAY) == [row]


def test_flying_west_does_not_ring_the_same_day_twice(ana):
    before = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    set_times(ana, "medication", 1, [time(8)], EVERY_DAY, before)
    [row] = rows(ana)
    row.aim(datetime(2026, 3, 10, 7, 0, tzinfo=UTC), ana.zone)  # it rang at 08:00 in Berlin
    ana.zone = "America/New_York"
    re_aim(ana, datetime(2026, 3, 10, 10, 0, tzinfo=UTC))  # 06:00 there, still Tuesday
    assert row.next_due_on == date(2026, 3, 11)
    assert row.next_due_at == datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


def test_ringing_after_the_flight_does_not_ring_the_same_day_twice(ana):
    set_times(ana, "medication", 1, [time(8)], EVERY_DAY, datetime(2026, 3, 10, 6, 0, tzinfo=UTC))
    [row] = rows(ana)
    due = row.next_due_at
    ana.zone = "America/New_York"
    late = due + timedelta(seconds=5)
    re_aim(ana, late)
    assert row.next_due_at == due  # due in Berlin and not yet rung
    row.aim(late, ana.zone)
    assert row.next_due_on == date(2026, 3, 11)


def test_flying_east_goes_on_with_the_next_wall_time(ana):
    set_times(ana, "medication", 1, [time(20)], EVERY_DAY, NOW)
    [row] = rows(ana)
    ana.zone = "Asia/Tokyo"
    re_aim(ana, NOW)  # 18:00 there
    assert row.next_due_at == datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
