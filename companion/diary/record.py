"""Write an entry down, correct it, remove it, bring it back.

Each touches the record, which lets one at a time through, and counts the day anew after that, so an entry that comes in
meanwhile is in the sum. A correction holds its entry before, never after: two of them cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import insert as plain_insert
from sqlalchemy import select
from sqlalchemy.orm import make_transient_to_detached

from companion import clock
from companion.diary.model import BLANK, NOW, Entry, Revision, Site
from companion.diary.regions import Marks
from companion.diary.rollup import roll_up
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.store import Conflict, db, engine, insert


class Removed(Exception):
    """The entry was taken out, so what it says cannot be changed."""


def record(
    patient: Patient,
    author: Account,
    uuid: str,
    digest: str,
    felt_at: datetime,
    pain: int | None,
    now: datetime,
    kind: str = NOW,
    zone: str = "",
    regions: Iterable[str] = (),
    strengths: Mapping[str, int] | None = None,
    spreads: Collection[str] = (),
    doubtful_at: datetime | None = None,
    **more: Any,
) -> tuple[Entry, bool]:
    """The entry of `uuid`, and whether it is new; a resend changes nothing, other words raise store.Conflict.

    `zone` is where it was written, the patient's own if it is not told; `more` are fields of model.BLANK.
    """
    zone = zone or patient.zone
    values: dict[str, Any] = {
        **{"uuid": uuid, "patient_id": patient.id, "author_id": author.id},
        **{"kind": kind, "felt_at": felt_at, "zone": zone, "day": clock.day_of(felt_at, zone)},
        **_columns(BLANK | more | {"pain": pain}, patient.id, uuid),
        **{"recorded_at": now, "doubtful_at": doubtful_at, "digest": digest, "version": 1},
    }
    entry_id = db.connection().execute(_new_entry(engine().dialect.name), values).scalar()
    if entry_id is None:
        return _known(patient.id, uuid, digest), False
    entry = Entry(id=entry_id, **values, removed_at=None, removed_by=None)
    _mark(entry, Marks(set(regions), strengths or {}, spreads))
    touch(patient, "diary", now)
    roll_up(patient.id, entry.day, entry.day, own=patient.account_id in {None, author.id})
    make_transient_to_detached(entry)
    db.add(entry)
    return entry, True


def _columns(said: dict[str, Any], patient_id: int, uuid: str) -> dict[str, Any]:
    """What stands in the columns of an entry that says so: its words are sealed."""
    plain = {name: value for name, value in said.items() if name not in {"words", "note"}}
    sealed = (Entry.words.columns(said["words"], patient_id, uuid), Entry.note.columns(said["note"], patient_id, uuid))
    return {**plain, **sealed[0], **sealed[1]}


def correct(
    entry: Entry,
    author: Account,
    now: datetime,
    version: int,
    back: bool = False,
    *,
    felt_at: datetime,
    regions: Iterable[str] = (),
    strengths: Mapping[str, int] | None = None,
    spreads: Collection[str] = (),
    **said: Any,
) -> bool:
    """Let the entry say this instead, and keep what it said; False if it says so already.

    `version` is the one that the writer had before them; if there is a newer one, store.Conflict is raised. If it was
    taken out meanwhile, Removed is raised; with `back` it is brought back first. `said`: fields of model.BLANK.
    """
    _hold(entry)
    if entry.removed_at is not None:
        version = _back(entry, author, now, version, back)
    fields = {"felt_at": felt_at, **BLANK, **said}
    rows = _rows(entry, Marks(set(regions), strengths or {}, spreads))
    same = rows == _rows(entry, entry.marks) and all(getattr(entry, name) == value for name, value in fields.items())
    if same and entry.doubtful_at is None:
        return False
    if entry.version != version:
        raise Conflict(entry.uuid)
    _keep_version(entry, author, now)
    former = entry.day
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.day, entry.doubtful_at = clock.day_of(felt_at, entry.zone), None
    _mark_anew(entry, rows)
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


def _back(entry: Entry, author: Account, now: datetime, version: int, back: bool) -> int:
    """Bring the entry back where that is wanted, and return its version after `version`; see `correct`."""
    if not back:
        raise Removed(entry.uuid)
    if entry.version != version:
        raise Conflict(entry.uuid)
    restore(entry, author, now)
    return entry.version


def _hold(entry: Entry) -> None:
    """Read the entry as it is now and let nobody else change it before the commit."""
    db.refresh(entry, with_for_update={"of": Entry})


def _keep_version(entry: Entry, author: Account, now: datetime) -> None:
    said: dict[str, Any] = {name: getattr(entry, name) for name in BLANK}
    said |= {"felt_at": entry.felt_at.isoformat(), **entry.marks._asdict()}
    if entry.removed_at is not None:
        said |= {"removed_at": entry.removed_at.isoformat(), "removed_by": entry.removed_by}
    entry.revisions.append(Revision(version=entry.version, said=said, replaced_at=now, replaced_by=author.id))
    entry.version += 1


def _changed(entry: Entry, now: datetime, former: date | None = None) -> None:
    touch(entry.patient, "diary", now)
    for day in {entry.day, former or entry.day}:
        roll_up(entry.patient_id, day, day, own=entry.own)


def _known(patient_id: int, uuid: str, digest: str) -> Entry:
    entry = db.scalars(select(Entry).where(Entry.patient_id == patient_id, Entry.uuid == uuid)).one()
    if entry.digest != digest:
        raise Conflict(uuid)
    return entry


def _rows(entry: Entry, marks: Marks) -> list[dict[str, Any]]:
    """The marked places as rows of Site, in order."""
    return [
        {"entry_id": entry.id, "region": code, "intensity": marks.strengths.get(code), "spreads": code in marks.spreads}
        for code in sorted(marks.regions)
    ]


def _mark_anew(entry: Entry, rows: list[dict[str, Any]]) -> None:
    """Let the places be these; a row that stays is changed, since its key cannot be deleted and made in one go."""
    kept = {site.region: site for site in entry.sites}
    entry.sites = [kept.get(row["region"]) or Site(region=row["region"]) for row in rows]
    for site, row in zip(entry.sites, rows, strict=True):
        site.intensity, site.spreads = row["intensity"], row["spreads"]


def _mark(entry: Entry, marks: Marks) -> None:
    """Keep the places of a new entry."""
    rows = _rows(entry, marks)
    if rows:
        db.connection().execute(_NEW_SITES, rows)


# A check-in is the busiest write. Its statements are made once: to make one costs ten times what it costs to run it.


@cache
def _new_entry(_dialect: str) -> Any:
    """The id of the inserted row, or nothing where the uuid is known; a double tap waits here for the first one."""
    return insert(Entry.__table__).on_conflict_do_nothing(index_elements=["patient_id", "uuid"]).returning(Entry.id)


_NEW_SITES = plain_insert(Site)
