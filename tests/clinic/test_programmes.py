"""Exercises and CBT, planned by the clinic."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from companion.identity.model import Account, Clinic, Patient
from companion.schedule.model import Schedule
from companion.sharing.model import Grant
from companion.store import db
from companion.therapy.model import Programme
from companion.therapy.plan_it import plan
from tests.cast import NOW

FORM = {
    "uuid": str(uuid4()),
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
    what = ("cbt", "Breathing", "", 10, [time(9)], "2")
    row, _ = plan(record, db.get_one(Account, cast.ben), at, *what, NOW, str(uuid4()), "")
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


def test_a_double_tap_is_one_programme(app, cast, visit):
    for _ in range(2):
        assert visit("ben").post(path(cast), FORM).status_code == 303
    answer = visit("ben").post(path(cast), {**FORM, "title": "Other words"})
    assert answer.status_code == 409
    assert "Something else was saved from this page before." in answer.text
    assert 'value="Other words"' in answer.text
    assert FORM["uuid"] not in answer.text
    db.remove()
    assert (db.query(Programme).count(), db.query(Schedule).count()) == (1, 1)


def test_it_changes_its_own(app, cast, visit):
    found = planned(cast)
    page = visit("ben").get(path(cast, f"/{found}/change")).text
    assert 'value="Breathing"' in page
    assert 'value="09:00"' in page
    assert visit("ben").post(path(cast, f"/{found}/changes"), FORM).status_code == 303
    db.remove()
    assert db.get_one(Programme, found).title == "Back and hip exercises"


def test_it_asks_and_stops_its_own(app, cast, visit, set_clock):
    found, ben = planned(cast), visit("ben")
    sheet = ben.get(path(cast)).text.split("<dialog")[1].split("</dialog>")[0]
    assert "Stop Breathing?" in sheet
    assert f'action="{path(cast, f"/{found}/stop")}"' in sheet
    for minutes in (0, 1):
        set_clock(NOW + timedelta(minutes=minutes))
        assert ben.post(path(cast, f"/{found}/stop")).status_code == 303
    db.remove()
    row = db.get_one(Programme, found)
    assert (row.stopped_at, row.stopped_by) == (NOW, cast.ben)
    for page in (ben.get(path(cast)).text, ben.get(f"/clinic/patients/{cast.ana_patient}").text):
        fold = page.split("<summary>Stopped")[1].split("</details>")[0]
        assert "Breathing" in fold
        assert "Stopped by Ben, March 10, 2026" in fold
        assert "Breathing" not in page.replace(fold, "")


def test_words_for_a_programme_that_was_stopped_meanwhile_are_not_lost(app, cast, visit):
    found, ben = planned(cast), visit("ben")
    ben.post(path(cast, f"/{found}/stop"))
    answer = ben.post(path(cast, f"/{found}/changes"), FORM)
    assert answer.status_code == 404
    assert "It was stopped or removed in the meantime. Nothing was saved." in answer.text
    assert "Bridges, slowly.</textarea>" in answer.text
    assert "Back and hip exercises</textarea>" in answer.text


def test_it_shows_the_steps_and_the_minutes(app, cast, visit):
    visit("ben").post(path(cast), {**FORM, "note": "Bridges, slowly.\nThen rest."})
    for page in (visit("ben").get(path(cast)).text, visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text):
        assert 'lines">Bridges, slowly.\nThen rest.</p>' in page
        assert "About 20 minutes" in page


def test_a_wrong_form_opens_at_the_form(sqlite_app, cast, visit):
    page = visit("ben").post(path(cast), {**FORM, "title": ""}).text
    assert f'action="{path(cast)}#plan-h"' in page
    assert 'id="plan-h"' in page


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
