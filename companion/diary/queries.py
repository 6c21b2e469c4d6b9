"""What the diary is asked.

Days are diary days, and a span includes both its ends. Removed entries are left out where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from companion.diary.model import EVENING, DiaryDay, Entry, Revision, Site
from companion.identity.model import Account, Patient
from companion.sharing.model import Grant, holds
from companion.sharing.terms import ALWAYS, Period
from companion.store import db

_STANDS = Entry.removed_at.is_(None)
#: so many entries tell what somebody says often
_LATELY = 60


@dataclass
class Habits:
    """What is offered to be said again with one tap: words, never a score."""

    #: what walking was last counted in
    unit: str
    #: by kind of chips.py, what the last entry that tells of it says
    last: dict[str, list[str]] = field(default_factory=dict)
    #: by kind, everything that was said, newest first; the values are of no meaning
    words: dict[str, dict[str, None]] = field(default_factory=dict)


def entries(patient: Patient, first: date, last: date, most: int | None = None) -> list[Entry]:
    """The entries of the days, newest first, at most `most` if given, with places and author."""
    return list(db.scalars(_entries(patient, Entry.day.between(first, last), _STANDS).limit(most)))


def removed(patient: Patient, first: date, last: date) -> list[Entry]:
    """The entries of the days that were removed, newest first."""
    return list(db.scalars(_entries(patient, Entry.day.between(first, last), Entry.removed_at.is_not(None))))


def entries_on(patient: Patient, day: date) -> list[Entry]:
    """The entries of one day, oldest first."""
    return list(db.scalars(_entries(patient, Entry.day == day, _STANDS)))[::-1]


def notes(patient: Patient, first: date, last: date, most: int) -> list[Entry]:
    """The newest entries of the days that have a note, at most `most`."""
    return list(
        db.scalars(
            _entries(patient, Entry.day.between(first, last), _STANDS, Entry.note.column.is_not(None)).limit(most)
        )
    )


def doubtful(patient: Patient, author_id: int) -> list[Entry]:
    """The newest entries of the writer whose time is a guess, at most three."""
    return list(
        db.scalars(_entries(patient, Entry.author_id == author_id, Entry.doubtful_at.is_not(None), _STANDS).limit(3))
    )


def entry(patient: Patient, uuid: str) -> Entry | None:
    """One entry with its former versions, removed or not; None if the patient has no such."""
    query = _entries(patient, Entry.uuid == uuid).options(selectinload(Entry.revisions).joinedload(Revision.author))
    return db.scalars(query).first()


def evening(patient: Patient, author: Account, day: date) -> Entry | None:
    """What the author wrote about the whole of the day, the newest if there are several."""
    of = (Entry.day == day, Entry.kind == EVENING, Entry.author_id == author.id)
    return db.scalars(_entries(patient, *of, _STANDS).limit(1)).first()


def habits(patient: Patient, author: Account) -> Habits:
    """What the author tapped and wrote lately about this patient."""
    query = select(Entry.uuid, Entry.words.column, Entry.walked_in)
    query = query.where(Entry.patient_id == patient.id, Entry.author_id == author.id, _STANDS)
    rows = db.execute(query.order_by(Entry.felt_at.desc(), Entry.id.desc()).limit(_LATELY)).all()
    found = Habits(unit=next((unit for _uuid, _words, unit in rows if unit), ""))
    for uuid, words, _unit in rows:
        for kind, chosen in Entry.words.opened(words, patient.id, uuid).items():
            found.last.setdefault(kind, chosen)
            found.words.setdefault(kind, {}).update(dict.fromkeys(chosen))
    return found


def removers(entry: Entry) -> dict[int, str]:
    """Names of the people who ever removed the entry, by account id."""
    ids = {entry.removed_by, *(revision.said.get("removed_by") for revision in entry.revisions)} - {None}
    if not ids:
        return {}
    return {account.id: account.name for account in db.scalars(select(Account).where(Account.id.in_(ids)))}


def day_before(patient: Patient, day: date, period: Period = ALWAYS) -> date | None:
    """The last day of `period` before `day` on which anything was written, removed or not."""
    query = select(func.max(Entry.day)).where(Entry.patient_id == patient.id, Entry.day < day)
    return db.scalar(query.where(*_within(period)))


def _within(period: Period) -> list[ColumnElement[bool]]:
    since = [Entry.day >= period.since] if period.since else []
    return [*since, Entry.day <= period.until] if period.until else since


def latest(patient_ids: Collection[int], grants: Collection[int] | None = None) -> dict[int, datetime]:
    """The time of each patient's last entry, whoever wrote it, on the last of their days; who has none is left out.

    With the ids of `grants` only the days count that one of them opens.
    """
    on_it = select(Entry.felt_at).where(Entry.patient_id == Patient.id, _STANDS, *_opened(Entry, grants))
    last = on_it.order_by(Entry.day.desc(), Entry.felt_at.desc()).limit(1).correlate(Patient).scalar_subquery()
    rows = db.execute(select(Patient.id, last).where(Patient.id.in_(patient_ids)))
    return {patient_id: at for patient_id, at in rows if at is not None}


def means(
    patient_ids: Collection[int], first: date, last: date, grants: Collection[int] | None = None
) -> dict[int, tuple[float, int]]:
    """Each patient's mean of the daily means of pain and the number of days in it; who wrote nothing is left out.

    `grants` as in `latest`.
    """
    mean = func.avg(DiaryDay.pain_sum * 1.0 / DiaryDay.entries)
    query = select(DiaryDay.patient_id, mean, func.count()).where(
        DiaryDay.patient_id.in_(patient_ids), DiaryDay.day.between(first, last), *_opened(DiaryDay, grants)
    )
    query = query.where(DiaryDay.entries > 0)
    rows = db.execute(query.group_by(DiaryDay.patient_id))
    return {patient_id: (float(value), days) for patient_id, value, days in rows}


def _opened(rows: type[Entry | DiaryDay], grants: Collection[int] | None) -> list[ColumnElement[bool]]:
    """That one of the grants opens the day of the row; nothing where none is given."""
    if grants is None:
        return []
    since = Grant.since_on.is_(None) | (Grant.since_on <= rows.day)
    until = Grant.until_on.is_(None) | (Grant.until_on >= rows.day)
    of = exists().where(Grant.patient_id == rows.patient_id, Grant.id.in_(grants), since, until)
    return [of.correlate(rows)]


class Often(NamedTuple):
    """A place, on how many days it was marked, how strong it was on average where that was said, and spread days."""

    region: str
    days: int
    strength: float | None
    spreads: int


def places(patient_id: int, first: date, last: date) -> list[Often]:
    """Each place that was marked on the days, most often first."""
    often = func.count(Entry.day.distinct())
    spread = func.count(case((Site.spreads, Entry.day)).distinct())
    query = select(Site.region, often, func.avg(Site.intensity), spread).join(Site.entry)
    query = query.where(Entry.patient_id == patient_id, Entry.day.between(first, last), _STANDS)
    rows = db.execute(query.group_by(Site.region).order_by(often.desc(), Site.region))
    return [Often(region, days, mean if mean is None else float(mean), n) for region, days, mean, n in rows]


def last_places(patient: Patient, author: Account, period: Period = ALWAYS) -> list[str]:
    """The places that the author marked the last time, on a day of `period`, when they marked any."""
    query = select(Entry).where(
        Entry.patient_id == patient.id, Entry.author_id == author.id, Entry.sites.any(), _STANDS
    )
    query = query.where(*_within(period)).options(selectinload(Entry.sites)).limit(1)
    # by day first, which has an index
    query = query.order_by(Entry.day.desc(), Entry.felt_at.desc(), Entry.id.desc())
    found = db.scalars(query).first()
    return found.regions if found else []


def clinic_reads_notes(patient: Patient, now: datetime) -> bool:
    """Whether the patient lets a clinic read notes."""
    query = select(Grant.parts).where(Grant.patient_id == patient.id, Grant.clinic_id.is_not(None), holds(now))
    return any("notes" in parts for parts in db.scalars(query))


def _entries(patient: Patient, *where: ColumnElement[bool]) -> Select[Entry]:
    query = select(Entry).where(Entry.patient_id == patient.id, *where).order_by(Entry.felt_at.desc(), Entry.id.desc())
    return query.options(selectinload(Entry.sites), joinedload(Entry.author))
