"""Exercises and CBT, planned by the clinic."""

from datetime import time

import pytest

from companion.identity.model import Account, Clinic, Patient
from companion.schedule.model import Schedule
from companion.sharing.model import Grant
from companion.store import db
from companion.therapy.model import Programme
from companion.therapy.plan_it import plan
from tests.cast import NOW

FORM = {
    "kind": "pt",
    "title": "Back and hip exercises",
    "note": "Bridges, slowly.",
    "minutes": "20",
    "weekdays": ["1", "3", "5"],
    "walls": ["10:00", ""],
}


def path(cast, more=""):
    return f"/clinic/patients/{cast.ana_patient}/programmes{more}"


def planned(cast, clinic="northmoor", patient="ana"):
    """The id of a programme that a clinic, or the patient alone, has planned."""
    at = db.get_one(Clinic, getattr(cast, clinic)) if clinic else None
    record = db.get_one(Patient, getattr(cast, f"{patient}_patient"))
    row = plan(record, db.get_one(Account, cast.ben), at, "cbt", "Breathing", "", 10, [time(9)], "2", NOW)
    db.commit()
    found = row.id
    db.remove()
    return found


def test_it_plans_for_the_patient(app, cast, visit):
    answer = visit("ben").post(path(cast), FORM)
    assert answer.status_code == 303
    assert "Mon, Wed, Fri at 10:00" in visit("ben").get(answer.location).text
    assert "Back and hip exercises" in visit("ana").get("/therapy/").text
    db.remove()
    (row,), (schedule,) = db.query(Programme).all(), db.query(Schedule).all()
    assert (row.clinic_id, row.planned_by, row.minutes) == (cast.northmoor, cast.ben, 20)
    assert (schedule.kind, schedule.thing_id, schedule.wall, schedule.weekdays) == ("therapy", row.id, time(10), "135")


def test_it_changes_its_own(app, cast, visit):
    found = planned(cast)
    page = visit("ben").get(path(cast, f"/{found}/change")).text
    assert 'value="Breathing"' in page
    assert 'value="09:00"' in page
    assert visit("ben").post(path(cast, f"/{found}/changes"), FORM).status_code == 303
    db.remove()
    assert db.get_one(Programme, found).title == "Back and hip exercises"


def test_it_stops_its_own(app, cast, visit):
    found = planned(cast)
    assert visit("ben").post(path(cast, f"/{found}/stop")).status_code == 303
    db.remove()
    assert db.get_one(Programme, found).stopped_at == NOW
    assert visit("ben").post(path(cast, f"/{found}/stop")).status_code == 404


@pytest.mark.parametrize("whose", [{"clinic": "southfell"}, {"clinic": None}, {"patient": "dora"}])
def test_it_leaves_those_of_others(sqlite_app, cast, visit, whose):
    found, ben = planned(cast, **whose), visit("ben")
    assert ben.get(path(cast, f"/{found}/change")).status_code == 404
    assert ben.post(path(cast, f"/{found}/changes"), FORM).status_code == 404
    assert ben.post(path(cast, f"/{found}/stop")).status_code == 404
    page = ben.get(path(cast)).text
    assert ("Breathing" in page) == ("patient" not in whose)
    assert f"/{found}/stop" not in page
    db.remove()
    assert db.get_one(Programme, found).title == "Breathing"


@pytest.mark.parametrize("wrong", [{"title": ""}, {"weekdays": []}, {"walls": [""]}, {"minutes": "0"}])
def test_a_wrong_form_comes_back_whole(sqlite_app, cast, visit, wrong):
    answer = visit("ben").post(path(cast), {**FORM, **wrong})
    assert answer.status_code == 422
    assert 'class="field__error"' in answer.text
    assert "Bridges, slowly." in answer.text
    db.remove()
    assert db.query(Programme).count() == 0


@pytest.mark.parametrize(
    ("name", "status"), [("carl", 404), ("abe", 404), ("ana", 404), ("rosa", 404), ("dora", 404), (None, 401)]
)
def test_nobody_else_plans(sqlite_app, cast, visit, name, status):
    assert visit(name).post(path(cast), FORM).status_code == status


def test_without_the_part_nothing_is_planned(sqlite_app, cast, visit):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = ["pain", "procedures"]
    db.commit()
    assert visit("ben").get(path(cast)).status_code == 404
    assert visit("ben").post(path(cast), FORM).status_code == 404
