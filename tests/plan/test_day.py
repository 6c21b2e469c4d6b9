"""Composing a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from companion.medication import queries, take
from companion.medication.add import stop
from companion.medication.model import Medicine
from companion.plan.day import wanted
from companion.plan.horizon import horizon
from companion.schedule.model import Schedule
from companion.schedule.times import current, re_aim, set_times
from companion.schedule.times import stop as stop_times
from companion.store import db
from companion.therapy import plan_it
from companion.therapy.model import Programme
from tests.cast import NOW

TODAY = date(2026, 3, 10)
OPEN = ["08:00 Gabapentin 300 mg", "18:00 Back exercises", "20:00 Evening check-in", "21:00 Gabapentin 300 mg"]


def test_nothing_is_due_before_its_time(app, day):
    assert day.says("10 07:59") == [f"{line}: later" for line in OPEN]


@pytest.mark.parametrize(
    ("local", "states"),
    [
        ("10 08:00", ["now", "later", "later", "later"]),
        ("10 09:59", ["now", "later", "later", "later"]),
        ("10 10:00", ["missed", "later", "later", "later"]),
        ("10 20:30", ["missed", "missed", "now", "later"]),
        ("11 03:59", ["missed", "missed", "missed", "missed"]),
    ],
)
def test_each_is_due_for_two_hours(sqlite_app, day, local, states):
    assert [item.state for item in day.items(local)] == states


def test_what_was_done_is_done_and_says_when(app, day):
    day.takes("10 08:05", day.gabapentin)
    day.moves("10 18:30")
    day.feels("10 20:10", 6)
    day.takes("10 21:40", day.gabapentin)
    found = day.items("10 22:00")
    assert [item.state for item in found] == ["done"] * 4
    assert [item.detail for item in found] == ["Taken 08:05", "Done 18:30", "Pain 6 of 10", "Taken 21:40"]
    assert [item.done_at for item in found] == [day.at(f"10 {t}") for t in ("08:05", "18:30", "20:10", "21:40")]
    assert all(item.uuid and item.schedule_id for item in found)


def test_what_was_skipped_is_skipped(app, day):
    day.takes("10 08:05", day.gabapentin, "skipped")
    day.moves("10 18:30", "skipped")
    assert [item.state for item in day.items("10 19:00")] == ["skipped", "skipped", "later", "later"]


def test_what_was_skipped_and_then_done_is_done_and_one_line(app, day):
    day.moves("10 18:10", "skipped")
    day.moves("10 19:30")
    assert day.says("10 20:00", {"therapy"}) == ["18:00 Back exercises: done"]
    [item] = day.items("10 20:00", {"therapy"})
    assert item.detail == "Done 19:30"
    assert not wanted(day.ana, schedule(day, "therapy", day.exercises), TODAY, day.at("10 20:00"))


def test_a_dose_before_its_reminder_counts(app, day):
    day.takes("10 19:10", day.gabapentin)
    assert day.says("10 19:15")[-1] == "21:00 Gabapentin 300 mg: done"


@pytest.mark.parametrize(
    ("felt", "lines"),
    [
        ("10 16:59", ["16:59 Check-in: done", "20:00 Evening check-in: now"]),
        ("10 17:00", ["20:00 Evening check-in: done"]),
        ("10 23:50", ["20:00 Evening check-in: done"]),
        ("11 01:30", ["20:00 Evening check-in: done"]),  # still that evening
        ("11 04:00", ["20:00 Evening check-in: now"]),  # the next day
    ],
)
def test_the_evening_check_in_is_answered_from_three_hours_before(sqlite_app, day, felt, lines):
    day.feels(felt, 4)
    assert day.says("10 20:30", {"pain"}) == lines


def test_a_check_in_ends_where_the_next_begins(app, day):
    set_times(day.ana, "diary", 0, [time(8), time(20)], "1234567", NOW - timedelta(days=2))
    day.feels("10 20:05", 7)
    assert day.says("10 21:00", {"pain"}) == ["08:00 Morning check-in: missed", "20:00 Evening check-in: done"]
    day.feels("10 09:00", 5)
    assert day.says("10 21:00", {"pain"}) == ["08:00 Morning check-in: done", "20:00 Evening check-in: done"]


def test_what_was_done_beside_the_plan_is_there(app, day):
    day.takes("10 13:00", day.tramadol)
    day.feels("10 12:00", 8)
    day.moves("10 09:00", wall=None)
    day.moves("10 09:30", wall=None)
    found = day.says("10 14:00")
    assert "13:00 Tramadol 50 mg: done" in found and "12:00 Check-in: done" in found
    assert sum("Back exercises" in line for line in found) == 2
    assert next(item for item in day.items("10 14:00") if item.title == "Check-in").schedule_id is None


@pytest.mark.parametrize(
    ("may", "kinds"),
    [({"pain"}, {"diary"}), ({"medicines"}, {"medication"}), ({"therapy"}, {"therapy"}), ({"procedures"}, set())],
)
def test_parts_that_are_closed_are_left_out(sqlite_app, day, may, kinds):
    day.takes("10 13:00", day.tramadol)
    day.feels("10 12:00", 8)
    assert {item.kind for item in day.items("10 14:00", may)} == kinds


def test_another_persons_words_carry_their_name(app, day, cast):
    day.feels("10 19:00", 6, by=cast.rosa)
    assert [(item.title, item.detail) for item in day.items("10 20:00", {"pain"})] == [
        ("Check-in", "Pain 6 of 10, told by Ana, written by Rosa"),
        ("Evening check-in", "10 seconds is enough."),
    ]


def test_what_another_entered_does_not_answer_for_her(app, day, cast):
    day.feels("10 19:00", 6, by=cast.rosa)
    evening = db.query(Schedule).filter_by(kind="diary").one()
    assert wanted(day.ana, evening, date(2026, 3, 10), day.at("10 20:00"))
    day.feels("10 19:30", 4)
    assert not wanted(day.ana, evening, date(2026, 3, 10), day.at("10 20:00"))


def test_a_dose_and_a_check_in_are_open_three_hours_before(app, day):
    def open_at(local):
        return {
            f"{item.kind} {item.wall:%H:%M}"
            for item in day.items(local, {"pain", "medicines", "therapy"})
            if item.is_open(day.at(local))
        }

    assert open_at("10 06:30") == {"medication 08:00", "therapy 18:00"}
    assert "medication 21:00" not in open_at("10 17:59")
    assert "medication 21:00" in open_at("10 18:00")
    assert "diary 20:00" in open_at("10 17:00")


def test_the_day_runs_from_four_to_four(app, day):
    set_times(day.ana, "medication", day.gabapentin, [time(1), time(8)], "1234567", NOW - timedelta(days=3))
    assert day.says("11 01:30", {"medicines"}) == ["08:00 Gabapentin 300 mg: missed", "01:00 Gabapentin 300 mg: now"]
    day.takes("11 02:10", day.gabapentin)
    assert day.says("11 03:00", {"medicines"})[1] == "01:00 Gabapentin 300 mg: done"


def test_what_stopped_leaves_the_day_and_what_was_done_stays(app, day):
    day.takes("10 08:05", day.gabapentin)
    stop(db.get(Medicine, day.gabapentin), day.ana.account, NOW)
    plan_it.stop(db.get(Programme, day.exercises), day.ana.account, NOW)
    stop_times(day.ana, "diary", 0, NOW)
    assert day.says("10 12:00") == ["08:05 Gabapentin 300 mg: done"]
    assert day.says("10 12:00", day=9) == [f"{line}: missed" for line in OPEN]


def test_after_a_flight_the_day_is_that_of_the_new_place(app, day):
    day.takes("10 08:05", day.gabapentin)
    day.ana.zone = "America/New_York"
    re_aim(day.ana, NOW)
    # in New York the dose was taken at 03:05, which is still the ninth there; it answers what it answered
    found = day.items("10 07:00", {"medicines"})
    assert [(item.state, item.at) for item in found] == [
        ("done", datetime(2026, 3, 10, 12, 0, tzinfo=UTC)),
        ("later", datetime(2026, 3, 11, 1, 0, tzinfo=UTC)),
    ]


def schedule(day, kind, thing_id=0):
    return current(day.patient, kind, thing_id, TODAY)[-1]


def test_a_bell_is_wanted_until_it_is_answered(app, day):
    things = [
        ("diary", 0, "10 20:00"),
        ("medication", day.gabapentin, "10 21:00"),
        ("therapy", day.exercises, "10 18:00"),
    ]
    bells = [(schedule(day, kind, thing), day.at(local)) for kind, thing, local in things]
    assert [wanted(day.ana, bell, TODAY, at) for bell, at in bells] == [True, True, True]
    day.feels("10 19:00", 5)
    day.takes("10 20:30", day.gabapentin)
    day.moves("10 17:45", "skipped")
    assert [wanted(day.ana, bell, TODAY, at) for bell, at in bells] == [False, False, False]
    tomorrow = TODAY + timedelta(days=1)
    assert [wanted(day.ana, bell, tomorrow, at + timedelta(days=1)) for bell, at in bells] == [True, True, True]


def test_a_night_bell_is_asked_for_its_diary_day(app, day):
    set_times(day.ana, "medication", day.gabapentin, [time(1)], "1234567", NOW - timedelta(days=3))
    bell = schedule(day, "medication", day.gabapentin)
    due_on = TODAY + timedelta(days=1)
    assert wanted(day.ana, bell, due_on, day.at("11 01:00"))
    day.takes("11 00:30", day.gabapentin)
    assert not wanted(day.ana, bell, due_on, day.at("11 01:00"))
    assert wanted(day.ana, bell, due_on + timedelta(days=1), day.at("12 01:00"))


def test_a_stopped_bell_is_not_wanted(app, day):
    bell = schedule(day, "medication", day.gabapentin)
    stop(db.get(Medicine, day.gabapentin), day.ana.account, NOW)
    assert not wanted(day.ana, bell, TODAY, day.at("10 21:00"))


def test_a_removed_dose_is_wanted_again(app, day):
    day.takes("10 20:30", day.gabapentin)
    [dose] = queries.doses_on(day.patient, TODAY)
    take.remove(dose, dose.author, NOW)
    assert wanted(day.ana, schedule(day, "medication", day.gabapentin), TODAY, day.at("10 21:00"))


def test_the_horizon_shows_now_between_what_is_done_and_what_is_open(sqlite_app, day):
    day.takes("10 08:05", day.gabapentin)
    drawn = horizon(day.items("10 15:00"), TODAY, day.ana.zone, day.at("10 15:00"))
    assert len(drawn.done) == 1 and len(drawn.open) == 3
    assert drawn.done[0][0] < drawn.now[0] < min(x for x, _y in drawn.open)
    assert drawn.now == (195.0, 23.0)  # the top of the hill, halfway between 06:00 and midnight
    night = horizon([], TODAY, day.ana.zone, day.at("11 03:00"))
    assert 0 < night.now[0] < 390 and night.now[1] + 13 <= 65
