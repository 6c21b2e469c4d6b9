"""What was seen on which days; what was removed is left out where nothing else is said."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from companion.identity.model import Patient
from companion.seen.model import Seen
from companion.store import db

_STANDS = Seen.removed_at.is_(None)


def seen(patient: Patient, first: date, last: date, most: int | None = None) -> list[Seen]:
    """What was seen on the diary days, newest first, at most `most` if given, with who saw it."""
    return list(db.scalars(_rows(patient, Seen.day.between(first, last), _STANDS).limit(most)))


def removed(patient: Patient, first: date, last: date) -> list[Seen]:
    """What was taken out of view in these days, newest first."""
    return list(db.scalars(_rows(patient, Seen.day.between(first, last), Seen.removed_at.is_not(None))))


def one(patient: Patient, uuid: str) -> Seen | None:
    """One with what it said before, removed or not."""
    query = _rows(patient, Seen.uuid == uuid).options(selectinload(Seen.versions), joinedload(Seen.remover))
    return db.scalars(query).first()


def day_before(patient: Patient, day: date) -> date | None:
    """The last day before `day` on which anything was seen."""
    return db.scalar(select(func.max(Seen.day)).where(Seen.patient_id == patient.id, Seen.day < day))


def _rows(patient: Patient, *where: ColumnElement[bool]) -> Select[Seen]:
    query = select(Seen).where(Seen.patient_id == patient.id, *where).order_by(Seen.seen_at.desc(), Seen.id.desc())
    return query.options(joinedload(Seen.author))
