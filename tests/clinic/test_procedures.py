"""Procedures, written by the clinic."""

from datetime import timedelta

import pytest

from companion.procedures.model import Procedure
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.trends.days import everything

FORM = {"kind": "esi", "level": "L4-5", "side": "left", "done_on": "2026-03-01", "note": "Rest for a day."}


def path(cast, more=""):
    return f"/clinic/patients/{cast.ana_patient}/procedures{more}"


def written():
    db.remove()
    return db.query(Procedure).all()


def test_it_stands_in_the_patients_trends_and_list(app, cast, visit):
    everything(cast)
    before = visit("ana").get("/trends/").text.count('class="proc-dot"')
    answer = visit("ben").post(path(cast), FORM)
    assert answer.status_code == 303
    assert "Epidural steroid injection, L4-5, left" in visit("ben").get(answer.location).text
    page = visit("ana").get("/trends/").text
    assert page.count('class="proc-dot"') == before + 1
    assert "Rest for a day." in visit("ana").get("/procedures/").text


def test_it_is_signed_by_the_clinician_and_the_clinic(app, cast, visit):
    visit("ben").post(path(cast), FORM)
    (row,) = written()
    assert (row.author_id, row.clinic_id, row.patient_id) == (cast.ben, cast.northmoor, cast.ana_patient)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"done_on": "2026-03-11"}, "This is still to come."),
        ({"done_on": ""}, "Please choose the day."),
        ({"done_on": "soon"}, "Please write a date"),
        ({"level": "x" * 41}, "This is too long."),
        ({"kind": "magic"}, ""),
    ],
)
def test_a_wrong_form_comes_back_whole(sqlite_app, cast, visit, wrong, sentence):
    answer = visit("ben").post(path(cast), {**FORM, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Rest for a day." in answer.text
    assert 'no-print" open' in answer.text
    assert written() == []


def test_it_takes_its_own_back(app, cast, visit):
    visit("ben").post(path(cast), FORM)
    (row,) = written()
    assert visit("ben").post(path(cast, f"/{row.id}/removal")).status_code == 303
    (row,) = written()
    assert (row.removed_at, row.removed_by) == (NOW, cast.ben)
    assert visit("ben").post(path(cast, f"/{row.id}/removal")).status_code == 404


def test_it_leaves_those_of_another_clinic(app, cast, visit):
    row = Procedure(patient_id=cast.ana_patient, clinic_id=cast.southfell, author_id=cast.carl, kind="esi")
    row.done_on, row.recorded_at = NOW.date() - timedelta(days=3), NOW
    db.add(row)
    db.commit()
    found = row.id
    assert "/removal" not in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text
    assert visit("ben").post(path(cast, f"/{found}/removal")).status_code == 404
    assert written()[0].removed_at is None


def test_another_patients_procedure_is_not_reached_by_anas_address(sqlite_app, cast, visit):
    row = Procedure(patient_id=cast.dora_patient, clinic_id=cast.northmoor, author_id=cast.ben, kind="esi")
    row.done_on, row.recorded_at = NOW.date(), NOW
    db.add(row)
    db.commit()
    assert visit("ben").post(path(cast, f"/{row.id}/removal")).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"), [("carl", 404), ("abe", 404), ("ana", 404), ("rosa", 404), ("dora", 404), (None, 401)]
)
def test_nobody_else_writes(sqlite_app, cast, visit, name, status):
    assert visit(name).post(path(cast), FORM).status_code == status
    assert written() == []


def test_without_the_part_nothing_is_written(sqlite_app, cast, visit):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = ["pain", "therapy"]
    db.commit()
    assert visit("ben").post(path(cast), FORM).status_code == 404
    assert written() == []
