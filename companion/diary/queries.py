"""What the diary is asked.

Days are diary days, and a span includes both its ends. Removed entries are left out where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from companion.diary.model import DiaryDay, Entry, Revision
from companion.identity.model import Account, Patient
from companion.sharing.model import Grant
from companion.store import db

_STANDS = Entry.removed_at.is_(None)


def entries(patient: Patient, first: date, last: date) -> list[Entry]:
    """The entries of the days, newest first, with places and author."""
    return list(db.scalars(_entries(patient, Entry.day.between(first, last), _STANDS)))


def removed(patient: Patient, first: date, last: date) -> list[Entry]:
    """The entries of the days that were removed, newest first."""
    return list(db.scalars(_entries(patient, Entry.day.between(first, last), Entry.removed_at.is_not(None))))


def entries_on(patient: Patient, day: date) -> list[Entry]:
    """The entries of one day, oldest first."""
    return list(db.scalars(_entries(patient, Entry.day == day, _STANDS)))[::-1]


def notes(patient: Patient, first: date, last: date, most: int) -> list[Entry]:
    """The newest entries of the days that have a note, at most `most`."""
    return list(db.scalars(_entries(patient, Entry.day.between(first, last), _STANDS, Entry.note != "").limit(most)))


def entry(patient: Patient, uuid: str) -> Entry | None:
    """One entry with its former versions, removed or not; None if the patient has no such."""
    query = _entries(patient, Entry.uuid == uuid).options(selectinload(Entry.revisions).joinedload(Revision.author))
    return db.scalars(query).first()


def removers(entry: Entry) -> dict[int, str]:
    """Names of the people who ever removed the entry, by account id."""
    ids = {entry.removed_by, *(revision.said.get("removed_by") for revision in entry.revisions)} - {None}
    if not ids:
        return {}
    return {account.id: account.name for account in db.scalars(select(Account).where(Account.id.in_(ids)))}


def day_before(patient: Patient, day: date) -> date | None:
    """The last day before `day` on which anything was written, removed or not."""
    return db.scalar(select(func.max(Entry.day)).where(Entry.patient_id == patient.id, Entry.day < day))


def latest(patient_ids: Collection[int]) -> dict[int, datetime]:
    """The time of each patient's last entry, on the last of their days; who wrote nothing is left out."""
    last_day = select(func.max(DiaryDay.day)).where(DiaryDay.patient_id == Patient.id).scalar_subquery()
    on_it = (Entry.patient_id == Patient.id, Entry.day == last_day, _STANDS)
    felt_at = select(func.max(Entry.felt_at)).where(*on_it).scalar_subquery()
    rows = db.execute(select(Patient.id, felt_at).where(Patient.id.in_(patient_ids)))
    return {patient_id: at for patient_id, at in rows if at is not None}


def means(patient_ids: Collection[int], first: date, last: date) -> dict[int, float]:
    """Each patient's mean of the daily means of pain; who wrote nothing in these days is left out."""
    mean = func.avg(DiaryDay.pain_sum * 1.0 / DiaryDay.entries)
    query = select(DiaryDay.patient_id, mean).where(
        DiaryDay.patient_id.in_(patient_ids), DiaryDay.day.between(first, last)
    )
    return {patient_id: float(value) for patient_id, value in db.execute(query.group_by(DiaryDay.patient_id))}


def clinic_reads_notes(patient: Patient) -> bool:
    """Whether the patient lets a clinic read notes."""
    query = select(Grant.parts).where(
        Grant.patient_id == patient.id, Grant.clinic_id.is_not(None), Grant.stopped_at.is_(None)
    )
    return any("notes" in parts for parts in db.scalars(query))


def _entries(patient: Patient, *where: ColumnElement[bool]) -> Select[Entry]:
    query = select(Entry).where(Entry.patient_id == patient.id, *where).order_by(Entry.felt_at.desc(), Entry.id.desc())
    return query.options(selectinload(Entry.sites), joinedload(Entry.author))
