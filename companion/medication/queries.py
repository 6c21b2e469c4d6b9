"""What is asked about medicines and doses.

Days are diary days, and a span includes both its ends. Removed doses are left out where nothing else is said.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from companion.identity.model import Patient
from companion.medication.model import Dose, Medicine
from companion.sharing.terms import ALWAYS, Period
from companion.store import db

_STANDS = Dose.removed_at.is_(None)


def medicines(patient: Patient, stopped: bool = False) -> list[Medicine]:
    """The medicines that are taken, or those that were stopped (the last one first); by name, who added them loaded."""
    query = select(Medicine).where(Medicine.patient_id == patient.id).options(joinedload(Medicine.adder))
    if stopped:
        query = query.where(Medicine.stopped_at.is_not(None)).order_by(Medicine.stopped_at.desc(), Medicine.id)
    else:
        query = query.where(Medicine.stopped_at.is_(None)).order_by(func.lower(Medicine.name), Medicine.id)
    return list(db.scalars(query))


def medicine(patient: Patient, medicine_id: int) -> Medicine | None:
    """One medicine, stopped or not; None if the patient has no such."""
    query = select(Medicine).where(Medicine.patient_id == patient.id, Medicine.id == medicine_id)
    return db.scalars(query.options(joinedload(Medicine.adder))).first()


def by_id(patient: Patient) -> dict[int, Medicine]:
    """Every medicine, stopped or not, by its id."""
    return {row.id: row for row in db.scalars(select(Medicine).where(Medicine.patient_id == patient.id))}


def doses_on(patient_id: int, day: date) -> list[Dose]:
    """The doses of one day, taken and skipped, oldest first; medicine and author loaded."""
    query = _doses(Dose.patient_id == patient_id, Dose.day == day, _STANDS)
    return list(db.scalars(query.order_by(Dose.taken_at, Dose.id)))


def doses(patient: Patient, first: date, last: date) -> list[Dose]:
    """The doses of the days, newest first."""
    query = _doses(Dose.patient_id == patient.id, Dose.day.between(first, last), _STANDS)
    return list(db.scalars(query.order_by(Dose.taken_at.desc(), Dose.id.desc())))


def doses_of(medicine: Medicine, first: date, last: date) -> list[Dose]:
    """The doses of one medicine, newest first, those that were removed among them."""
    query = _doses(Dose.medicine_id == medicine.id, Dose.day.between(first, last))
    return list(db.scalars(query.order_by(Dose.taken_at.desc(), Dose.id.desc())))


def dose(patient: Patient, uuid: str) -> Dose | None:
    """One dose, removed or not; None if the patient has no such."""
    return db.scalars(_doses(Dose.patient_id == patient.id, Dose.uuid == uuid)).first()


def has_doses(medicine: Medicine) -> bool:
    """Whether anything was ever written down for the medicine."""
    return db.scalars(select(Dose.id).where(Dose.medicine_id == medicine.id).limit(1)).first() is not None


def last_taken(patient_id: int, period: Period = ALWAYS) -> dict[int, datetime]:
    """When each medicine was taken last on the days of `period`, by its id; one that never was is left out."""
    query = select(Dose.medicine_id, func.max(Dose.taken_at)).where(Dose.patient_id == patient_id, _STANDS)
    query = query.where(Dose.status == "taken", *_within(period)).group_by(Dose.medicine_id)
    return dict(db.execute(query).all())


def day_before(patient: Patient, day: date, period: Period = ALWAYS) -> date | None:
    """The last day of `period` before `day` with a dose."""
    query = select(func.max(Dose.day)).where(Dose.patient_id == patient.id, Dose.day < day, _STANDS)
    return db.scalar(query.where(*_within(period)))


def _within(period: Period) -> list[ColumnElement[bool]]:
    since = [Dose.day >= period.since] if period.since else []
    return [*since, Dose.day <= period.until] if period.until else since


def _doses(*where: ColumnElement[bool]) -> Select[Dose]:
    return select(Dose).where(*where).options(joinedload(Dose.medicine), joinedload(Dose.author))
