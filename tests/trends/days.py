"""Day rows for the tests of this room, with the months that they add up to."""

from __future__ import annotations

from datetime import date, timedelta

from companion.diary import rollup as diary
from companion.diary.model import DiaryDay
from companion.medication import rollup as medication
from companion.medication.model import DoseDay, Medicine
from companion.procedures.model import Procedure
from companion.store import db
from companion.therapy.model import Programme, Session
from tests.cast import NOW, Cast

#: the diary day of the cast's clock
TODAY = date(2026, 3, 10)


def logged(patient_id: int, back: int, *pains: int, **sums: int) -> None:
    """Entries with these pains `back` days ago, and what else was answered."""
    row = DiaryDay(patient_id=patient_id, day=TODAY - timedelta(days=back), entries=len(pains), pain_sum=sum(pains))
    row.pain_low, row.pain_high = min(pains), max(pains)
    for name, value in sums.items():
        setattr(row, f"{name}_sum", value)
        setattr(row, f"{name}_count", 1)
    db.add(row)
    db.flush()
    diary.add_up_months(patient_id, row.day, row.day)


def medicine(cast: Cast, name: str, strength: str = "") -> Medicine:
    """A medicine of Ana's."""
    row = Medicine(patient_id=cast.ana_patient, name=name, strength=strength, added_by=cast.ana, started_on=TODAY)
    db.add(row)
    db.flush()
    return row


def dosed(row: Medicine, back: int, taken: int, skipped: int = 0) -> None:
    """So many doses `back` days ago."""
    day = TODAY - timedelta(days=back)
    db.add(DoseDay(patient_id=row.patient_id, day=day, medicine_id=row.id, taken=taken, skipped=skipped))
    db.flush()
    medication.add_up_months(row.patient_id, day, day)


def injected(cast: Cast, back: int, kind: str = "esi", level: str = "L4-5") -> None:
    """A procedure of Ana's `back` days ago."""
    row = Procedure(patient_id=cast.ana_patient, clinic_id=cast.northmoor, author_id=cast.ben, kind=kind, level=level)
    row.done_on, row.recorded_at = TODAY - timedelta(days=back), NOW
    db.add(row)


def kept(cast: Cast, back: int, status: str = "done") -> None:
    """A session of Ana's PT `back` days ago."""
    programme = db.query(Programme).filter_by(patient_id=cast.ana_patient).first()
    if programme is None:
        programme = Programme(patient_id=cast.ana_patient, kind="pt", title="Back", planned_by=cast.ana)
        programme.starts_on = TODAY - timedelta(days=100)
        db.add(programme)
        db.flush()
    row = Session(patient_id=cast.ana_patient, programme_id=programme.id, author_id=cast.ana, status=status)
    row.uuid, row.day, row.done_at, row.recorded_at, row.digest = f"s{back}", TODAY - timedelta(days=back), NOW, NOW, ""
    db.add(row)


def everything(cast: Cast) -> None:
    """Forty days of Ana's with something of each part."""
    pill = medicine(cast, "Gabapentin", "300 mg")
    for back in range(40):
        logged(cast.ana_patient, back, 4, 6, impact=5, sleep=6, mood=7)
        dosed(pill, back, 2)
        if back % 3 == 0:
            kept(cast, back)
    injected(cast, 20)
    db.commit()
    db.remove()
