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


def test_others_are_refused(app, visit, cast, shelf):
    form = tap()
    visit("dora").post(f"/medication/{shelf.doras}/doses", form)
    for verb in ("removal", "return"):
        assert visit("ana").post(f"/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit("rosa").post(f"/for/{cast.ana_patient}/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit("rosa").post(f"/for/{cast.dora_patient}/medication/doses/{form['uuid']}/{verb}").status_code == 404
        assert visit(None).post(f"/medication/doses/{form['uuid']}/{verb}").status_code == 401
    assert doses()[0].removed_at is None
