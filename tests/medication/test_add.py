"""Adding a medicine."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from sqlalchemy import select

from companion.identity.model import Patient
from companion.medication.model import Medicine
from companion.schedule.model import Schedule
from companion.store import db
from tests.medication.conftest import tap

FORM = {
    "name": "Gabapentin",
    "strength": "300 mg",
    "amount": "1 capsule",
    "when": "times",
    "walls": ["08:00", "", "20:00"],
    "weekdays": list("1234567"),
    "note": "With food",
}


def found():
    db.remove()
    return list(db.scalars(select(Medicine).order_by(Medicine.id)))


def schedules():
    return list(db.scalars(select(Schedule).where(Schedule.kind == "medication").order_by(Schedule.wall)))


def test_it_keeps_a_medicine_with_its_times(app, visit, cast):
    answer = visit("ana").post("/medication/", FORM)
    assert (answer.status_code, answer.location) == (303, "/medication/?said=saved")
    [medicine] = found()
    assert (medicine.title, medicine.amount, medicine.note) == ("Gabapentin 300 mg", "1 capsule", "With food")
    assert (medicine.patient_id, medicine.added_by, medicine.code) == (cast.ana_patient, cast.ana, "gabapentin")
    assert [(row.wall, row.weekdays, row.thing_id) for row in schedules()] == [
        (time(8), "1234567", medicine.id),
        (time(20), "1234567", medicine.id),
    ]
    assert schedules()[1].next_due_at == datetime(2026, 3, 10, 19, 0, tzinfo=UTC)


def test_it_keeps_a_name_of_ones_own_and_no_times_when_needed(app, visit):
    visit("ana").post("/medication/", {**FORM, "name": "Grandmother's balm", "strength": "", "when": "needed"})
    [medicine] = found()
    assert (medicine.title, medicine.code, medicine.as_needed) == ("Grandmother's balm", None, True)
    assert schedules() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "Please fill this in."),
        ({"name": "x" * 81}, "This is too long."),
        ({"walls": ["", ""]}, "Please write at least one time."),
        ({"walls": ["8 o'clock"]}, "Please write a time such as 08:30."),
        ({"walls": [f"{hour:02}:00" for hour in range(7)]}, "Six times a day is the most."),
        ({"weekdays": []}, "Please choose at least one day."),
        ({"when": "never"}, "Please choose one."),
    ],
)
def test_it_refuses_and_keeps_what_was_typed(sqlite_app, visit, wrong, sentence):
    answer = visit("ana").post("/medication/", {**FORM, **wrong})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page and "With food" in page and 'value="1 capsule"' in page
    assert found() == []


def test_it_refuses_the_same_medicine_twice(app, visit):
    ana = visit("ana")
    ana.post("/medication/", FORM)
    answer = ana.post("/medication/", {**FORM, "name": "gabapentin"})
    assert answer.status_code == 422 and "on your list already" in answer.get_data(as_text=True)
    assert len(found()) == 1
    assert ana.post("/medication/", {**FORM, "when": "needed"}).status_code == 303  # and beside it when needed


def test_it_keeps_another_amount_as_a_line_of_its_own(app, visit):
    ana = visit("ana")
    ana.post("/medication/", {**FORM, "walls": ["13:00"]})
    night = {**FORM, "amount": "2 capsules", "walls": ["21:00"]}
    assert ana.post("/medication/", night).status_code == 303
    assert ana.post("/medication/", {**night, "amount": "2 CAPSULES"}).status_code == 422
    assert [(row.title, row.amount) for row in found()] == [
        ("Gabapentin 300 mg", "1 capsule"),
        ("Gabapentin 300 mg", "2 capsules"),
    ]
    text = ana.get("/medication/").get_data(as_text=True)
    # seen below the name, and heard with the button
    for amount, wall in (("1 capsule", "13:00"), ("2 capsules", "21:00")):
        assert (
            f"<p>{amount}</p>" in text and f'Take<span class="vh"> Gabapentin 300 mg, {amount}, {wall}</span>' in text
        )


def test_two_lines_of_one_name_are_told_apart_wherever_they_stand(sqlite_app, visit):
    ana = visit("ana")
    for amount in ("1 capsule", "2 capsules"):
        ana.post("/medication/", {**FORM, "amount": amount})
    ids = [medicine.id for medicine in found()]
    for medicine_id in ids:
        ana.post(f"/medication/{medicine_id}/doses", tap())
    history = ana.get("/medication/history").get_data(as_text=True)
    assert "Stop Gabapentin 300 mg, 2 capsules?" in ana.get(f"/medication/{ids[1]}").get_data(as_text=True)
    for medicine_id in ids:
        ana.post(f"/medication/{medicine_id}/stop")
    stopped = ana.get("/medication/").get_data(as_text=True)
    for amount in ("1 capsule", "2 capsules"):
        assert f">Gabapentin 300 mg, {amount}</a>" in history and f">Gabapentin 300 mg, {amount}</a>" in stopped


def test_the_list_of_names_is_offered(sqlite_app, visit):
    page = visit("ana").get("/medication/new").get_data(as_text=True)
    assert '<option value="Gabapentin">' in page


def test_a_caregiver_adds_for_the_patient(app, visit, cast):
    answer = visit("rosa").post(f"/for/{cast.ana_patient}/medication/", FORM)
    assert answer.status_code == 303
    assert [(row.patient_id, row.added_by) for row in found()] == [(cast.ana_patient, cast.rosa)]


def test_others_are_refused(app, visit, cast):
    assert visit(None).get("/medication/new").location.startswith("/signin/")
    assert visit(None).post("/medication/", FORM).status_code == 401
    assert visit("dora").post(f"/for/{cast.ana_patient}/medication/", FORM).status_code == 404
    assert visit("ben").post("/medication/", FORM).status_code == 404
    assert found() == []


def test_the_record_moves_on(app, visit, cast, set_clock):
    later = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
    ana = visit("ana")
    set_clock(later)
    ana.post("/medication/", FORM)
    db.remove()
    assert db.get(Patient, cast.ana_patient).medicines_at == later
