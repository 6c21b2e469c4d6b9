"""Taking a dose back, and bringing it back."""

from __future__ import annotations

from sqlalchemy import select

from companion.medication.model import DoseDay, DoseMonth
from companion.store import db
from tests.medication.conftest import doses, tap


def counts(cast):
    """What the day row says, which is all that the month has."""
    days, months = (
        db.execute(select(table.taken, table.skipped).where(table.patient_id == cast.ana_patient)).all()
        for table in (DoseDay, DoseMonth)
    )
    assert days == months
    return days


def test_it_takes_a_dose_out_and_brings_it_back(app, visit, cast, shelf):
    ana, form = visit("ana"), tap(wall="08:00")
    ana.post(f"/medication/{shelf.gabapentin}/doses", form)
    answer = ana.post(f"/medication/doses/{form['uuid']}/removal")
    assert answer.location == f"/medication/{shelf.gabapentin}?said=removed"
    [dose] = doses()
    assert dose.removed_by == cast.ana and counts(cast) == []
    assert "Bring it back" in ana.get(f"/medication/{shelf.gabapentin}").get_data(as_text=True)
    assert "Due now" not in ana.get("/medication/").get_data(as_text=True)
    assert "Not logged" in ana.get("/medication/").get_data(as_text=True)
    answer = ana.post(f"/medication/doses/{form['uuid']}/return")
    assert answer.location == f"/medication/{shelf.gabapentin}?said=back"
    assert doses()[0].removed_at is None and counts(cast) == [(1, 0)]


def test_twice_is_as_once(app, visit, cast, shelf):
    ana, form = visit("ana"), tap()
    ana.post(f"/medication/{shelf.tramadol}/doses", form)
    for _ in range(2):
        assert ana.post(f"/medication/doses/{form['uuid']}/removal").status_code == 303
    assert counts(cast) == []


def test_a_caregiver_takes_out_and_brings_back_her_own(app, visit, cast, shelf):
    rosa, theirs, form = visit("rosa"), f"/for/{cast.ana_patient}/medication", tap(wall="08:00")
    rosa.post(f"{theirs}/{shelf.gabapentin}/doses", form)
    page = rosa.get(f"{theirs}/{shelf.gabapentin}").get_data(as_text=True)
    assert f"{theirs}/doses/{form['uuid']}/removal" in page
    assert rosa.post(f"{theirs}/doses/{form['uuid']}/removal").status_code == 303
    assert "Bring it back" in rosa.get(f"{theirs}/{shelf.gabapentin}").get_data(as_text=True)
    assert rosa.post(f"{theirs}/doses/{form['uuid']}/return").status_code == 303
    assert doses()[0].removed_at is None


def test_a_caregiver_leaves_what_the_patient_wrote(app, visit, cast, shelf):
    ana, rosa, form = visit("ana"), visit("rosa"), tap(wall="08:00")
    theirs = f"/for/{cast.ana_patient}/medication"
    ana.post(f"/medication/{shelf.gabapentin}/doses", form)
    page = rosa.get(f"{theirs}/{shelf.gabapentin}").get_data(as_text=True)
    assert "Taken 10:00" in page and "/removal" not in page
    assert rosa.post(f"{theirs}/doses/{form['uuid']}/removal").status_code == 404
    assert counts(cast) == [(1, 0)]
    # what Ana takes out is not for Rosa to read, nor to bring back
    ana.post(f"/medication/doses/{form['uuid']}/removal")
    page = rosa.get(f"{theirs}/{shelf.gabapentin}").get_data(as_text=True)
    assert "Removed" not in page and "/return" not in page
    assert rosa.post(f"{theirs}/doses/{form['uuid']}/return").status_code == 404
    assert counts(cast) == []


def test_the_patient_has_the_last_word_on_a_caregivers_dose(app, visit, cast, shelf):
    ana, rosa, form = visit("ana"), visit("rosa"), tap(wall="08:00")
    theirs = f"/for/{cast.ana_patient}/medication"
    rosa.post(f"{theirs}/{shelf.gabapentin}/doses", form)
    assert ana.post(f"/medication/doses/{form['uuid']}/removal").status_code == 303
    assert rosa.post(f"{theirs}/doses/{form['uuid']}/return").status_code == 404
    assert ana.post(f"/medication/doses/{form['uuid']}/return").status_code == 303


def test_others_are_refused(app, visit, cast, shelf):
    form = tap()
    visit("dora").post(f"/medication/{shelf.doras}/doses", form)
    for verb in ("removal", "return"):
        assert visit("ana").post(f"/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit("rosa").post(f"/for/{cast.ana_patient}/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit("rosa").post(f"/for/{cast.dora_patient}/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit(None).post(f"/medication/doses/{form['uuid']}/{verb}").status_code == 401
    assert doses()[0].removed_at is None
