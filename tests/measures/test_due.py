"""What is on and when it is due; switched on and off by the patient."""

from datetime import date, timedelta

import pytest

from companion.identity.model import Patient
from companion.measures import queries
from companion.measures.model import Plan
from companion.store import db
from tests.cast import NOW
from tests.measures.given import put_on, sent


def due(cast, after):
    patient = db.get_one(Patient, cast.ana_patient)
    return [each.definition.code for each in queries.due(patient, NOW.date() + timedelta(days=after), NOW)]


def test_it_is_due_at_once_and_again_after_its_days(app, visit, cast):
    plan = put_on(cast, "peg", every=7)
    assert due(cast, 0) == ["peg"]
    visit("ana").post(f"/measures/{plan}/answers", sent(7, 4, 6))
    assert [due(cast, after) for after in (0, 6, 7, 30)] == [[], [], ["peg"], ["peg"]]


def test_what_was_taken_back_is_due_again(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    place = ana.post(f"/measures/{plan}/answers", sent(7, 4, 6)).location.split("?")[0]
    ana.post(f"{place}/removal")
    assert due(cast, 0) == ["peg"]


def test_it_stands_on_today_and_can_be_answered_any_time(sqlite_app, visit, cast, set_clock):
    plan, ana = put_on(cast, "peg"), visit("ana")
    assert f"/measures/{plan}/new" in ana.get("/plan/").text
    ana.post(f"/measures/{plan}/answers", sent(7, 4, 6))
    set_clock(NOW + timedelta(days=1))
    assert f"/measures/{plan}/new" not in ana.get("/plan/").text
    page = ana.get("/measures/").text
    assert f"/measures/{plan}/new" in page and "Next on Tue, Mar 17" in page


def test_the_patient_switches_one_on_and_off(app, visit, cast):
    ana = visit("ana")
    assert "Worry, seven questions" in ana.get("/measures/").text
    for _ in range(2):
        assert ana.post("/measures/", {"instrument": "gad7"}).status_code == 303
    plan = db.query(Plan).one()
    assert (plan.every_days, plan.clinic_id, plan.since_on) == (28, None, date(2026, 3, 10))
    assert ana.post(f"/measures/{plan.id}/stop").status_code == 303
    assert due(cast, 0) == []


@pytest.mark.parametrize("form", [{}, {"instrument": "phq9"}, {"instrument": "nothing"}, {"instrument": "peg", "every_days": "0"}])  # fmt: skip
def test_what_cannot_be_switched_on_is_said(sqlite_app, visit, cast, form):
    answer = visit("ana").post("/measures/", form)
    assert answer.status_code == 422 and "Please" in answer.text
    assert not db.query(Plan).all()


def test_what_the_clinic_asks_for_is_not_the_patients_to_stop(sqlite_app, visit, cast):
    plan = put_on(cast, "peg")
    assert visit("ana").post(f"/measures/{plan}/stop").status_code == 404
    assert due(cast, 0) == ["peg"]


def test_who_only_helps_switches_nothing(sqlite_app, visit, cast):
    assert visit("rosa").post(f"/for/{cast.ana_patient}/measures/", {"instrument": "peg"}).status_code == 404
