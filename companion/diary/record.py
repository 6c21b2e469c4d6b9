"""Write an entry down, correct it, remove it, bring it back.

Each keeps the day row right and moves `patient.changed_at`. A new entry is added to its day in one statement. Whatever
changes an older one counts its day anew: the day row is locked first and the entries are read after that, so an entry
that comes in meanwhile is in the sum or is added to it, never lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from companion import clock
from companion.diary.model import FIELDS, DiaryDay, Entry, Revision, Site
from companion.identity.model import Account, Patient
from companion.store import Conflict, db, engine, insert

_KEY = ("patient_id", "day")
#: the questions that may be left out, each with a sum and a count in the day row
_OPTIONAL = ("impact", "sleep", "mood")
_SUMS = ("entries", "pain_sum", *(f"{name}_{kind}" for name in _OPTIONAL for kind in ("sum", "count")))


def record(
    patient: Patient,
    author: Account,
    uuid: str,
    digest: str,
    felt_at: datetime,
    pain: int,
    now: datetime,
    impact: int | None = None,
    sleep: int | None = None,
    mood: int | None = None,
    note: str = "",
    regions: Iterable[str] = (),
) -> tuple[Entry, bool]:
    """The entry of `uuid`, and whether it is new; a resend changes nothing, other words raise store.Conflict."""
    values: dict[str, Any] = {
        "uuid": uuid,
        "patient_id": patient.id,
        "author_id": author.id,
        "felt_at": felt_at,
        "zone": patient.zone,
        "day": clock.day_of(felt_at, patient.zone),
        **{"pain": pain, "impact": impact, "sleep": sleep, "mood": mood, "note": note},
        "recorded_at": now,
        "digest": digest,
        "version": 1,
    }
    entry_id = db.connection().execute(_new_entry(engine().dialect.name), values).scalar()
    if entry_id is None:
        return _known(patient.id, uuid, digest), False
    entry = Entry(id=entry_id, **values, removed_at=None, removed_by=None)
    _mark(entry, regions)
    _add_up(entry)
    _touch(patient, now)
    make_transient_to_detached(entry)
    db.add(entry)
    return entry, True


def correct(
    entry: Entry,
    author: Account,
    now: datetime,
    version: int,
    *,
    felt_at: datetime,
    pain: int,
    impact: int | None = None,
    sleep: int | None = None,
    mood: int | None = None,
    note: str = "",
    regions: Iterable[str] = (),
) -> bool:
    """Let the entry say this instead, and keep what it said; False if it says so already.

    `version` is the one that the writer had before them; if there is a newer one, store.Conflict is raised.
    """
    _hold(entry)
    fields = {"felt_at": felt_at, "pain": pain, "impact": impact, "sleep": sleep, "mood": mood, "note": note}
    marked = sorted(set(regions))
    if marked == sorted(entry.regions) and all(getattr(entry, name) == fields[name] for name in FIELDS):
        return False
    if entry.version != version:
        raise Conflict(entry.uuid)
    _keep_version(entry, author, now)
    former = entry.day
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.day = clock.day_of(felt_at, entry.zone)
    kept = {site.region: site for site in entry.sites}
    entry.sites = [kept.get(region) or Site(region=region) for region in marked]
    _changed(entry, now, former)
    return True


def remove(entry: Entry, author: Account, now: datetime) -> bool:
    """Take the entry out of the diary; it is kept and can be brought back. False if it was out already."""
    _hold(entry)
    if entry.removed_at is not None:
        return False
    entry.removed_at, entry.removed_by = now, author.id
    _changed(entry, now)
    return True


def restore(entry: Entry, author: Account, now: datetime) -> bool:
    """Bring a removed entry back; who removed it and when stays in its history. False if it was never out."""
    _hold(entry)
    if entry.removed_at is None:
        return False
    _keep_version(entry, author, now)
    entry.removed_at = entry.removed_by = None
    _changed(entry, now)
    return True


def _hold(entry: Entry) -> None:
    """Read the entry as it is now and let nobody else change it before the commit."""
    db.refresh(entry, with_for_update={"of": Entry})


def _keep_version(entry: Entry, author: Account, now: datetime) -> None:
    said: dict[str, Any] = {name: getattr(entry, name) for name in FIELDS}
    said |= {"felt_at": entry.felt_at.isoformat(), "regions": entry.regions}
    if entry.removed_at is not None:
        said |= {"removed_at": entry.removed_at.isoformat(), "removed_by": entry.removed_by}
    entry.revisions.append(Revision(version=entry.version, said=said, replaced_at=now, replaced_by=author.id))
    entry.version += 1


def _changed(entry: Entry, now: datetime, former: date | None = None) -> None:
    db.flush()
    # in the order of days, so that two corrections at once cannot wait for each other
    for day in sorted({entry.day, former or entry.day}):
        _count_anew(entry.patient_id, day)
    entry.patient.changed_at = now


def _known(patient_id: int, uuid: str, digest: str) -> Entry:
    entry = db.scalars(select(Entry).where(Entry.patient_id == patient_id, Entry.uuid == uuid)).one()
    if entry.digest != digest:
        raise Conflict(uuid)
    return entry


def _mark(entry: Entry, regions: Iterable[str]) -> None:
    """Keep the places of a new entry."""
    rows = [{"entry_id": entry.id, "region": region} for region in sorted(set(regions))]
    if rows:
        db.connection().execute(_NEW_SITES, rows)


def _touch(patient: Patient, now: datetime) -> None:
    """Say that the record changed."""
    db.connection().execute(_TOUCH, {"of": patient.id, "at": now})
    set_committed_value(patient, "changed_at", now)


def _add_up(entry: Entry) -> None:
    """Add a new entry to its day."""
    pain = {"entries": 1, "pain_sum": entry.pain, "pain_low": entry.pain, "pain_high": entry.pain}
    rest: dict[str, int] = {}
    for name in _OPTIONAL:
        value = getattr(entry, name)
        rest |= {f"{name}_sum": value or 0, f"{name}_count": int(value is not None)}
    day = {"patient_id": entry.patient_id, "day": entry.day}
    db.connection().execute(_one_more(engine().dialect.name), day | pain | rest)


# A check-in is the busiest write. Its statements are made once: to make one costs ten times what it costs to run it.


@cache
def _new_entry(_dialect: str) -> Any:
    """The id of the inserted row, or nothing where the uuid is known; a double tap waits here for the first one."""
    return insert(Entry.__table__).on_conflict_do_nothing(index_elements=["patient_id", "uuid"]).returning(Entry.id)


@cache
def _one_more(_dialect: str) -> Any:
    statement, old = insert(DiaryDay.__table__), DiaryDay.__table__.c
    new = statement.excluded
    more: dict[str, Any] = {name: old[name] + new[name] for name in _SUMS}
    more["pain_low"] = case((old.pain_low < new.pain_low, old.pain_low), else_=new.pain_low)
    more["pain_high"] = case((old.pain_high > new.pain_high, old.pain_high), else_=new.pain_high)
    return statement.on_conflict_do_update(index_elements=_KEY, set_=more)


_NEW_SITES = plain_insert(Site)
_TOUCH = update(Patient).where(Patient.id == bindparam("of")).values(changed_at=bindparam("at"))


def _count_anew(patient_id: int, day: date) -> None:
    """Make the day row what its entries say; a day without entries has none."""
    empty = {"entries": 0, "pain_sum": 0, "pain_low": 0, "pain_high": 0}
    hold = insert(DiaryDay).values(patient_id=patient_id, day=day, **empty)
    db.execute(hold.on_conflict_do_update(index_elements=_KEY, set_={"entries": DiaryDay.entries}))
    sums: dict[str, Any] = {
        "entries": func.count(),
        "pain_sum": func.sum(Entry.pain),
        "pain_low": func.min(Entry.pain),
        "pain_high": func.max(Entry.pain),
    }
    for name in _OPTIONAL:
        column = getattr(Entry, name)
        sums |= {f"{name}_sum": func.coalesce(func.sum(column), 0), f"{name}_count": func.count(column)}
    counted = (Entry.patient_id == patient_id, Entry.day == day, Entry.removed_at.is_(None))
    found = db.execute(select(*(figure.label(name) for name, figure in sums.items())).where(*counted)).one()
    here = (DiaryDay.patient_id == patient_id, DiaryDay.day == day)
    if found.entries:
        db.execute(update(DiaryDay).where(*here).values(**found._mapping))
    else:
        db.execute(delete(DiaryDay).where(*here))
