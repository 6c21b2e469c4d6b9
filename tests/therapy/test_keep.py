"""Keeping a session."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from companion.identity.model import Patient
from companion.store import db
from companion.therapy.model import Session
from tests.cast import NOW
from tests.therapy.plans import planned, tap


def _one():
    return db.scalars(select(Session)).one()


def _count():
    return db.scalars(select(func.count(Session.id))).one()


def test_it_keeps_a_session(app, visit, cast):
    number = planned(cast)
    form = tap(pain_before="6", pain_after="4", note="It went well.", wall="08:00", day="2026-03-10")
    answer = visit("ana").post(f"/therapy/{number}/sessions", form)
    assert (answer.status_code, answer.location) == (303, "/plan/?said=saved")
    row = _one()
    assert (row.patient_id, row.programme_id, row.author_id) == (cast.ana_patient, number, cast.ana)
    assert (row.status, row.pain_before, row.pain_after, row.note) == ("done", 6, 4, "It went well.")
    assert (row.done_at, row.day, row.due_wall, row.uuid) == (NOW, date(2026, 3, 10), time(8), form["uuid"])
    assert db.get_one(Patient, cast.ana_patient).therapy_at == NOW


def test_it_needs_no_pain_and_no_note(app, visit, cast):
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", tap("skipped"))
    assert (_one().status, _one().pain_before, _one().pain_after) == ("skipped", None, None)


def test_it_keeps_one_session_for_one_tap_sent_twice(app, visit, cast):
    number, form = planned(cast), tap(pain_before="3")
    for _ in range(2):
        assert visit("ana").post(f"/therapy/{number}/sessions", form).status_code == 303
    assert _count() == 1


def test_it_keeps_other_words_under_the_same_id_on_the_page(app, visit, cast):
    number, form = planned(cast), tap(note="First words.")
    visit("ana").post(f"/therapy/{number}/sessions", form)
    answer = visit("ana").post(f"/therapy/{number}/sessions", {**form, "note": "Second words."})
    assert answer.status_code == 409
    assert "Second words." in answer.text
    assert "Something else was saved from this page" in answer.text
    assert form["uuid"] not in answer.text
    assert _one().note == "First words."


def test_it_takes_the_instant_of_the_tap(app, visit, cast):
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", tap(at="2026-03-09T17:30:00.000Z"))
    assert _one().done_at == datetime(2026, 3, 9, 17, 30, tzinfo=UTC)
    assert (_one().day, _one().due_wall) == (date(2026, 3, 9), time(18))


def test_it_belongs_to_the_nearest_open_time_of_the_day(app, visit, cast):
    number, ana = planned(cast), visit("ana")
    for _ in range(3):
        ana.post(f"/therapy/{number}/sessions", tap())
    walls = db.scalars(select(Session.due_wall).order_by(Session.id)).all()
    assert walls == [time(8), time(18), None]


def test_a_tap_on_an_old_list_stands_beside_the_plan(app, visit, cast):
    mondays, daily, ana = planned(cast, (time(18),), "1"), planned(cast, (time(8),)), visit("ana")
    ana.post(f"/therapy/{mondays}/sessions", tap(wall="18:00"))
    ana.post(f"/therapy/{daily}/sessions", tap(wall="18:00"))
    rows = db.scalars(select(Session).order_by(Session.id)).all()
    assert [(row.day, row.due_wall, row.done_at) for row in rows] == [(date(2026, 3, 10), None, NOW)] * 2


def test_what_was_skipped_can_still_be_done(app, visit, cast):
    number, ana = planned(cast, (time(8),)), visit("ana")
    for status, wall in (("skipped", "08:00"), ("skipped", ""), ("done", ""), ("done", "08:00"), ("skipped", "08:00")):
        ana.post(f"/therapy/{number}/sessions", tap(status, wall=wall))
    rows = db.scalars(select(Session).order_by(Session.id)).all()
    assert [(row.status, row.due_wall) for row in rows] == [
        ("skipped", time(8)),
        ("skipped", None),
        ("done", time(8)),
        ("done", None),
        ("skipped", None),
    ]


def test_it_counts_a_session_after_midnight_to_the_evening_before(app, visit, cast, set_clock):
    number = planned(cast, (time(23),))
    set_clock(datetime(2026, 3, 11, 0, 30, tzinfo=UTC))
    visit("ana").post(f"/therapy/{number}/sessions", tap())
    assert (_one().day, _one().due_wall) == (date(2026, 3, 10), time(23))


def test_it_puts_a_planned_time_of_an_earlier_day_on_that_day(app, visit, cast):
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", tap(wall="18:00", day="2026-03-09"))
    assert (_one().day, _one().due_wall) == (date(2026, 3, 9), time(18))
    assert _one().done_at == datetime(2026, 3, 9, 17, tzinfo=UTC)


def test_what_is_written_from_memory_has_no_clock_time(app, visit, cast, set_clock):
    number, ana, form = planned(cast), visit("ana"), tap(wall="18:00", day="2026-03-09")
    ana.post(f"/therapy/{number}/sessions", form)
    history, page = ana.get("/therapy/history").text, ana.get(f"/therapy/sessions/{form['uuid']}").text
    assert "written later" in history
    assert "written later" in page
    assert "18:00" not in history + page


def test_a_tap_that_arrives_a_day_late_keeps_its_time(app, visit, cast):
    form, ana = tap(at="2026-03-09T17:30:12.345Z"), visit("ana")
    ana.post(f"/therapy/{planned(cast)}/sessions", form)
    history, page = ana.get("/therapy/history").text, ana.get(f"/therapy/sessions/{form['uuid']}").text
    assert "Done at 18:30" in history
    assert "18:30" in page
    assert "written later" not in history + page


def test_it_does_not_believe_a_day_that_is_to_come(app, visit, cast):
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", tap(wall="18:00", day="2026-03-12"))
    assert (_one().day, _one().done_at) == (date(2026, 3, 10), NOW)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("status", "", "Please tap Done, or Skip this time."),
        ("status", "half", "Please tap Done, or Skip this time."),
        ("pain_before", "11", "Please choose a number from 0 to 10."),
        ("pain_after", "-1", "Please choose a number from 0 to 10."),
        ("at", "2026-03-10T10:00:00Z", "This is still to come."),
        ("day", "0001-01-01", "before you were born"),
        ("uuid", "x", "This page is too old."),
        ("note", "x" * 4001, "This is too long."),
    ],
)
def test_it_refuses_in_plain_words_and_keeps_what_was_typed(sqlite_app, visit, cast, field, value, sentence):
    form = {**tap(note="Kept words.", wall="18:00"), field: value}
    answer = visit("ana").post(f"/therapy/{planned(cast)}/sessions", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert form["note"] in answer.text
    assert 'name="wall" value="18:00"' in answer.text
    assert _count() == 0


def test_it_keeps_a_session_of_a_programme_that_was_stopped_meanwhile(app, visit, cast):
    number, ana = planned(cast), visit("ana")
    ana.post(f"/therapy/{number}/stop")
    assert ana.post(f"/therapy/{number}/sessions", tap(wall="08:00")).status_code == 303
    assert _one().due_wall is None


def test_it_shows_what_to_do_and_never_the_last_score(app, visit, cast):
    number, ana = planned(cast), visit("ana")
    ana.post(f"/therapy/{number}/sessions", tap(pain_before="7", pain_after="7"))
    page = ana.get(f"/therapy/{number}/session?wall=18:00&day=2026-03-09").text
    assert '<p class="programme__note panel">Lift slowly.\nThen rest.</p>' in page
    assert "About 15 minutes" in page
    assert "Planned for Mon, Mar 9, 18:00" in page
    assert 'name="day" value="2026-03-09"' in page
    assert 'data-behaviour="outbox draft"' in page
    assert "checked" not in page
    assert ana.get(f"/therapy/{number}/session?wall=never&day=never").status_code == 200


def test_it_writes_down_which_caregiver_kept_it(app, visit, cast):
    number = planned(cast)
    answer = visit("rosa").post(f"/for/{cast.ana_patient}/therapy/{number}/sessions", tap())
    assert answer.location == f"/for/{cast.ana_patient}/plan/?said=saved"
    assert _one().author_id == cast.rosa
    assert "written by Rosa" in visit("ana").get("/therapy/history").text


def test_it_pages_back_through_the_history(app, visit, cast):
    ana = visit("ana")
    assert "Nothing is written here yet." in ana.get("/therapy/history").text
    number = planned(cast, now=NOW - timedelta(days=200))
    ana.post(f"/therapy/{number}/sessions", tap(at="2025-12-01T10:00:00Z", pain_before="4", pain_after="3"))
    assert "before=2026-01-08" in ana.get("/therapy/history").text
    page = ana.get("/therapy/history?before=2026-01-08").text
    assert "Mon, Dec 1" in page
    assert "disc p4" in page
    assert "Earlier" not in page
    assert ana.get("/therapy/history?before=0001-01-01").status_code == 200
    assert ana.get("/therapy/history?before=soon").status_code == 200
