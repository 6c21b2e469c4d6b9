"""Planned times and what became of them."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.identity.model import Account, Patient
from companion.schedule.recurrence import DUE_FOR, standing
from companion.store import db
from companion.therapy import keep, plan_it
from companion.therapy.model import Programme
from companion.therapy.queries import attendance, programme
from tests.cast import NOW, ZONE
from tests.therapy.plans import planned

TODAY = date(2026, 3, 10)


def _ana(cast):
    return db.get_one(Patient, cast.ana_patient)


def _keep(cast, number, done_at, status="done", wall=None, uuid=None):
    ana = _ana(cast)
    account, row = db.get_one(Account, cast.ana), programme(ana, number)
    session, _ = keep.record(ana, account, row, uuid or str(done_at), "d", status, done_at, NOW, wall)
    db.commit()
    return session


def _states(cast, first=TODAY, last=TODAY, now=NOW):
    return [(each.day, each.at.hour, each.state) for each in attendance(_ana(cast), first, last, now)]


def test_it_tells_done_skipped_missed_and_to_come(app, cast):
    number = planned(cast)
    _keep(cast, number, NOW - timedelta(days=1), "skipped", time(8))
    _keep(cast, number, NOW, "done", time(8))
    assert _states(cast, TODAY - timedelta(days=1)) == [
        (date(2026, 3, 9), 7, "skipped"),
        (date(2026, 3, 9), 17, "missed"),
        (TODAY, 7, "done"),
        (TODAY, 17, "to come"),
    ]


def test_it_is_missed_from_when_today_says_so(app, cast):
    planned(cast, (time(8),))
    due = datetime(2026, 3, 10, 7, tzinfo=UTC)
    for after, state, said in ((DUE_FOR - timedelta(seconds=1), "to come", "now"), (DUE_FOR, "missed", "missed")):
        assert _states(cast, now=due + after)[0][2] == state
        assert standing(due, due + after) == said


def test_it_waits_no_longer_than_the_diary_day(app, cast):
    planned(cast, (time(2),))
    end = datetime(2026, 3, 11, 3, tzinfo=UTC)
    assert _states(cast, now=end - timedelta(seconds=1)) == [(TODAY, 1, "to come")]
    assert _states(cast, now=end) == [(TODAY, 1, "missed")]


def test_it_counts_a_session_at_any_time_of_the_day(app, cast):
    number = planned(cast, (time(8),))
    _keep(cast, number, datetime(2026, 3, 10, 21, tzinfo=UTC))
    assert _states(cast, now=NOW + timedelta(days=1))[0][2] == "done"


def test_it_forgets_a_session_that_was_removed(app, cast):
    session = _keep(cast, planned(cast, (time(8),)), NOW)
    keep.remove(session, db.get_one(Account, cast.ana), NOW)
    db.commit()
    assert _states(cast, now=NOW + timedelta(days=1)) == [(TODAY, 7, "missed")]


def test_it_leaves_out_what_is_beside_the_plan(app, cast):
    number = planned(cast, (time(8),))
    for hour in (8, 9):
        _keep(cast, number, NOW + timedelta(hours=hour))
    assert [state for _, _, state in _states(cast, now=NOW + timedelta(days=1))] == ["done"]


def test_it_keeps_former_times_and_a_session_whose_time_was_changed_that_day(app, cast):
    number = planned(cast, (time(8),))
    _keep(cast, number, NOW)
    row = db.get_one(Programme, number)
    what = (row.kind, row.title, row.note, row.minutes, [time(20)], "1234567")
    plan_it.change(row, _ana(cast).account, None, *what, NOW, str(uuid4()), "")
    db.commit()
    assert _states(cast, TODAY - timedelta(days=1)) == [
        (date(2026, 3, 9), 7, "missed"),
        (TODAY, 9, "done"),
        (TODAY, 19, "to come"),
    ]


def test_it_asks_nothing_of_a_stopped_programme_from_that_day_on(app, cast):
    number = planned(cast, (time(18),))
    plan_it.stop(db.get_one(Programme, number), _ana(cast).account, NOW)
    db.commit()
    assert _states(cast, TODAY - timedelta(days=1), TODAY + timedelta(days=3)) == [(date(2026, 3, 9), 17, "missed")]


def test_it_misses_nothing_from_before_it_was_planned(app, cast):
    planned(cast, (time(8), time(18)), now=NOW)
    assert _states(cast, TODAY - timedelta(days=3)) == [(TODAY, 17, "to come")]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_it_holds_each_time_once_when_the_clocks_change(app, cast, day):
    planned(cast, (time(2, 30),))
    for each in (day - timedelta(days=1), day):
        found = attendance(_ana(cast), each, each, NOW)
        assert [row.day for row in found] == [each]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    walls=st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)), max_size=4, unique=True),
    weekdays=st.sets(st.sampled_from("1234567")).map(lambda digits: "".join(sorted(digits))),
    taps=st.lists(st.integers(0, 6 * 24 * 60), max_size=8, unique=True),
)
def test_it_answers_each_planned_time_at_most_once(sqlite_app, cast, walls, weekdays, taps):
    ana = _ana(cast)
    what = ("pt", "x", "", None, walls, weekdays)
    row, _ = plan_it.plan(ana, db.get_one(Account, cast.ana), None, *what, NOW, str(uuid4()), "")
    try:
        last = NOW + timedelta(days=7)
        for minute in taps:
            done_at = NOW + timedelta(minutes=minute)
            keep.record(ana, ana.account, row, str(minute), "d", "done", done_at, last)
        found = attendance(ana, TODAY, TODAY + timedelta(days=6), last + timedelta(days=1))
        slots = [(each.day, each.at) for each in found]
        assert len(slots) == len(set(slots))
        assert len([each for each in found if each.state == "done"]) <= len(taps)
        done = [each.session.id for each in found if each.session]
        assert len(done) == len(set(done))
        for each in found:
            assert each.session is None or each.session.day == each.day
            assert each.at.astimezone(ZoneInfo(ZONE)).time() in walls or each.session
    finally:
        db.rollback()
