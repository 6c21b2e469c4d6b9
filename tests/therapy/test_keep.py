"""Keeping a session."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from companion.identity.model import Patient
from companion.sharing.model import Grant
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


def test_it_counts_a_session_after_midnight_to_the_evening_before(app, visit, cast, set_clock):
    number = planned(cast, (time(23),))
    set_clock(datetime(2026, 3, 11, 0, 30, tzinfo=UTC))
    visit("ana").post(f"/therapy/{number}/sessions", tap())
    assert (_one().day, _one().due_wall) == (date(2026, 3, 10), time(23))


def test_it_puts_a_planned_time_of_an_earlier_day_on_that_day(app, visit, cast):
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", tap(wall="18:00", day="2026-03-09"))
    assert (_one().day, _one().due_wall) == (date(2026, 3, 9), time(18))
    assert _one().done_at == datetime(2026, 3, 9, 17, tzinfo=UTC)


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
    assert ana.post(f"/therapy/{number}/sessions", tap()).status_code == 303
    assert _one().due_wall is None


def test_it_shows_what_to_do_and_never_the_last_score(app, visit, cast):
    number, ana = planned(cast), visit("ana")
    ana.post(f"/therapy/{number}/sessions", tap(pain_before="7", pain_after="7"))
    page = ana.get(f"/therapy/{number}/session?wall=18:00&day=2026-03-09").text
    assert "Lift slowly." in page
    assert "Planned for Mon, Mar 9, 18:00" in page
    assert 'name="day" value="2026-03-09"' in page
    assert 'data-behaviour="outbox"' in page
    assert "checked" not in page
    assert ana.get(f"/therapy/{number}/session?wall=never&day=never").status_code == 200


def test_it_writes_down_which_caregiver_kept_it(app, visit, cast):
    number = planned(cast)
    answer = visit("rosa").post(f"/for/{cast.ana_patient}/therapy/{number}/sessions", tap())
    assert answer.location == f"/for/{cast.ana_patient}/plan/?said=saved"
    assert _one().author_id == cast.rosa
    assert "written by Rosa" in visit("ana").get("/therapy/history").text


def test_it_adds_the_pain_later(app, visit, cast):
    form, ana = tap(note="Before."), visit("ana")
    ana.post(f"/therapy/{planned(cast)}/sessions", form)
    assert "Pain before" in ana.get(f"/therapy/sessions/{form['uuid']}").text
    path = f"/therapy/sessions/{form['uuid']}/pain"
    answer = ana.post(path, {"uuid": str(uuid4()), "pain_before": "5", "note": "After."})
    assert answer.location == "/plan/?said=saved"
    assert (_one().pain_before, _one().pain_after, _one().note) == (5, None, "After.")
    ana.post(path, {"uuid": str(uuid4()), "pain_after": "0"})
    assert (_one().pain_before, _one().pain_after, _one().note) == (5, 0, "After.")
    assert ana.post(path, {"uuid": str(uuid4()), "pain_after": "12"}).status_code == 422
    assert _one().pain_after == 0


def test_it_takes_a_session_back_and_brings_it_back(app, visit, cast):
    number, form, ana = planned(cast), tap(wall="08:00"), visit("ana")
    ana.post(f"/therapy/{number}/sessions", form)
    path = f"/therapy/sessions/{form['uuid']}"
    assert ana.post(f"{path}/removal").location == f"{path}?said=removed"
    assert (_one().removed_at, _one().removed_by) == (NOW, cast.ana)
    assert "Bridges" not in ana.get("/therapy/history").text
    assert "Bring it back" in ana.get(path).text
    ana.post(f"/therapy/{number}/sessions", tap())
    assert db.scalars(select(Session.due_wall).where(Session.removed_at.is_(None))).one() == time(8)
    assert ana.post(f"{path}/return").location == f"{path}?said=back"
    assert db.scalars(select(Session).where(Session.uuid == form["uuid"])).one().removed_at is None


def test_it_refuses_another_patients_session(app, visit, cast):
    form = tap()
    visit("dora").post(f"/therapy/{planned(cast, patient='dora')}/sessions", form)
    ana, path = visit("ana"), f"/therapy/sessions/{form['uuid']}"
    assert ana.get(path).status_code == 404
    for verb in ("pain", "removal", "return"):
        assert ana.post(f"{path}/{verb}", {"uuid": str(uuid4()), "pain_before": "1"}).status_code == 404
    assert visit(None).get(path).status_code == 303
    assert visit("rosa").get(f"/for/{cast.ana_patient}{path}").status_code == 404
    assert (_one().removed_at, _one().pain_before) == (None, None)
    assert ana.post(f"/therapy/{planned(cast, patient='dora')}/sessions", tap()).status_code == 404


def test_it_hides_pain_and_notes_from_a_caregiver_without_them(app, visit, cast):
    form = tap(pain_before="9", note="Secret words.")
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", form)
    db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one().parts = ["therapy"]
    db.commit()
    rosa, root = visit("rosa"), f"/for/{cast.ana_patient}/therapy"
    for path in (f"{root}/history", f"{root}/sessions/{form['uuid']}"):
        page = rosa.get(path).text
        assert "Bridges" in page
        assert "Secret words." not in page
        assert "disc p9" not in page
        assert "pain_before" not in page


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
