"""Changing and stopping a medicine."""

from __future__ import annotations

from datetime import date, time

import pytest

from companion.identity.model import Patient
from companion.medication import queries
from companion.medication.model import Medicine
from companion.schedule.times import current
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import doses, tap

FORM = {
    "name": "Gabapentin",
    "strength": "300 mg",
    "amount": "1 capsule",
    "when": "times",
    "walls": ["08:00", "13:00", "22:00"],
    "weekdays": list("1234567"),
    "note": "",
}


def walls(cast, medicine_id):
    return [row.wall for row in current(cast.ana_patient, "medication", medicine_id, date(2026, 3, 10))]


def taken(cast):
    db.remove()
    return queries.medicines(db.get(Patient, cast.ana_patient))


def test_the_form_holds_what_there_is(app, visit, shelf):
    page = visit("ana").get(f"/medication/{shelf.gabapentin}/change").get_data(as_text=True)
    for value in ('value="Gabapentin"', 'value="300 mg"', 'value="1 capsule"', "With food", 'value="13:00"'):
        assert value in page
    assert page.count(" checked") == 8  # seven days, and at set times


def test_it_changes_the_times_and_keeps_the_medicine(app, visit, cast, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/changes", FORM)
    assert answer.location == f"/medication/{shelf.gabapentin}?said=saved"
    assert walls(cast, shelf.gabapentin) == [time(8), time(13), time(22)]
    assert db.get(Medicine, shelf.gabapentin).note == ""


def test_when_needed_has_no_times(app, visit, cast, shelf):
    visit("ana").post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "when": "needed"})
    assert walls(cast, shelf.gabapentin) == []
    assert all(medicine.as_needed for medicine in taken(cast))


def test_another_strength_after_doses_is_another_medicine(app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    answer = ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "strength": "600 mg"})
    new = next(medicine for medicine in taken(cast) if medicine.name == "Gabapentin")
    assert (new.title, answer.location) == ("Gabapentin 600 mg", f"/medication/{new.id}?said=saved")
    assert [
        dose.medicine.title for dose in queries.doses(db.get(Patient, cast.ana_patient), NOW.date(), NOW.date())
    ] == ["Gabapentin 300 mg"]
    assert walls(cast, shelf.gabapentin) == [] and walls(cast, new.id) == [time(8), time(13), time(22)]


def test_another_strength_before_any_dose_is_a_correction(app, visit, cast, shelf):
    visit("ana").post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "strength": "100 mg"})
    assert [medicine.title for medicine in taken(cast)] == ["Gabapentin 100 mg", "Tramadol 50 mg"]


def test_it_refuses_and_keeps_what_was_typed(app, visit, cast, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "name": "", "amount": "2 capsules"})
    assert answer.status_code == 422 and 'value="2 capsules"' in answer.get_data(as_text=True)
    assert walls(cast, shelf.gabapentin) == [time(8), time(13), time(21)]


def test_stopping_ends_the_times_and_keeps_the_history(app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    answer = ana.post(f"/medication/{shelf.gabapentin}/stop")
    assert answer.location == f"/medication/{shelf.gabapentin}?said=stopped"
    assert [medicine.title for medicine in taken(cast)] == ["Tramadol 50 mg"]
    assert walls(cast, shelf.gabapentin) == [] and len(doses()) == 1
    page = ana.get(f"/medication/{shelf.gabapentin}").get_data(as_text=True)
    assert "Stopped today" in page and "Taken 10:00" in page and "Stop this medicine" not in page
    assert "Gabapentin 300 mg" in ana.get("/medication/history").get_data(as_text=True)


@pytest.mark.parametrize("path", ["change", "changes"])
def test_a_stopped_medicine_is_not_changed(app, visit, shelf, path):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/stop")
    ask = ana.get if path == "change" else lambda url: ana.post(url, FORM)
    assert ask(f"/medication/{shelf.gabapentin}/{path}").status_code == 404


def test_others_are_refused(app, visit, cast, shelf):
    for path in ("changes", "stop"):
        assert visit("ana").post(f"/medication/{shelf.doras}/{path}", FORM).status_code == 404
        assert visit("rosa").post(f"/for/{cast.ana_patient}/medication/{shelf.doras}/{path}", FORM).status_code == 404
        assert visit("dora").post(f"/medication/{shelf.gabapentin}/{path}", FORM).status_code == 404
        assert visit(None).post(f"/medication/{shelf.gabapentin}/{path}", FORM).status_code == 401
    assert visit("ana").get(f"/medication/{shelf.doras}/change").status_code == 404
    assert len(taken(cast)) == 2
