"""A flare begins, ends, goes on after all, is removed and comes back.

Each touches the record first, which lets one writer at a time through: so there is one open flare, whatever two phones say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from companion import clock
from companion.flares import queries
from companion.flares.model import Flare
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.store import db, once


class AnotherOpen(Exception):
    """Another flare goes on, and there is one at a time."""


class BeforeItBegan(Exception):
    """A flare cannot end before it began."""


def begin(
    patient: Patient,
    author: Account,
    uuid: str,
    digest: str,
    began_at: datetime,
    now: datetime,
    set_off: Sequence[str] = (),
    flags: Mapping[str, str] | None = None,
    words: str = "",
) -> Flare:
    """The flare that goes on now: a new one, or the one that went on already at that time, which the new one is joined to.

    What was written on either phone is kept: the earlier beginning counts, what set it off is put together, and a yes to a
    sign that must not wait stays a yes. A resend changes nothing; other words under the same `uuid` raise store.Conflict.
    """

    def make() -> Flare:
        touch(patient, "diary", now)
        row = Flare(uuid=uuid, patient_id=patient.id, author_id=author.id, zone=patient.zone, digest=digest)
        row.set_off, row.flags = list(set_off), dict(flags or {})
        row.words = words
        row.began_at, row.day, row.recorded_at = began_at, clock.day_of(began_at, patient.zone), now
        known = queries.going_on(patient, began_at)
        if known is not None:
            row.joined_id = known.id
            _join(known, row)
        return row

    row, _new = once(Flare, patient.id, uuid, digest, make)
    return row if row.joined_id is None else db.get_one(Flare, row.joined_id)


def _join(known: Flare, row: Flare) -> None:
    if row.began_at < known.began_at:
        known.began_at, known.day = row.began_at, row.day
    known.set_off = [*known.set_off, *(code for code in row.set_off if code not in known.set_off)]
    known.flags = {**row.flags, **known.flags, **{code: "yes" for code, said in row.flags.items() if said == "yes"}}


def end(flare: Flare, author: Account, ended_at: datetime, now: datetime) -> bool:
    """It is over. The first end counts: False if it was over already. Raises BeforeItBegan."""
    _hold(flare, now)
    if flare.ended_at is not None:
        return False
    if ended_at < flare.began_at:
        raise BeforeItBegan
    flare.ended_at, flare.ended_by = ended_at, author.id
    return True


def go_on(flare: Flare, now: datetime) -> None:
    """It was not over. Raises AnotherOpen."""
    _hold(flare, now)
    _alone(flare)
    flare.ended_at = flare.ended_by = None


def remove(flare: Flare, author: Account, now: datetime) -> None:
    """It was no flare, or was written down by mistake; it is kept and can be brought back. The first removal counts."""
    _hold(flare, now)
    if flare.removed_at is None:
        flare.removed_at, flare.removed_by = now, author.id


def restore(flare: Flare, now: datetime) -> None:
    """The removal was the mistake. Raises AnotherOpen."""
    _hold(flare, now)
    if flare.ended_at is None:
        _alone(flare)
    flare.removed_at = flare.removed_by = None


def _hold(flare: Flare, now: datetime) -> None:
    """Nobody else changes it before the commit; it is read as it is then."""
    touch(flare.patient, "diary", now)
    db.refresh(flare)


def _alone(flare: Flare) -> None:
    others = select(Flare.id).where(*queries.counts(flare.patient_id), Flare.ended_at.is_(None), Flare.id != flare.id)
    if db.scalars(others.limit(1)).first() is not None:
        raise AnotherOpen
