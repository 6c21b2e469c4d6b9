"""Write down what was seen, correct it, take it out of view, bring it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from companion import clock
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.seen.model import Seen, SeenVersion
from companion.store import Conflict, db, once


def record(
    patient: Patient,
    author: Account,
    uuid: str,
    digest: str,
    seen_at: datetime,
    signs: Sequence[str],
    note: str,
    now: datetime,
) -> Seen:
    """What `author` saw. A resend changes nothing; other words under the same `uuid` raise store.Conflict."""

    def make() -> Seen:
        touch(patient, "diary", now)
        row = Seen(uuid=uuid, patient_id=patient.id, author_id=author.id, zone=patient.zone, digest=digest)
        row.seen_at, row.day, row.signs, row.recorded_at = (
            seen_at,
            clock.day_of(seen_at, patient.zone),
            list(signs),
            now,
        )
        row.note = note
        return row

    return once(Seen, patient.id, uuid, digest, make)[0]


def correct(row: Seen, version: int, seen_at: datetime, signs: Sequence[str], note: str, now: datetime) -> bool:
    """Let it say this instead, and keep what it said; False if it says so already.

    `version` is the one that the writer had before them; if there is a newer one, store.Conflict is raised.
    """
    _hold(row, now)
    if (row.seen_at, row.signs, row.note) == (seen_at, list(signs), note):
        return False
    if row.version != version:
        raise Conflict(row.uuid)
    said = {"seen_at": row.seen_at.isoformat(), "signs": row.signs, "note": row.note}
    former = SeenVersion(patient_id=row.patient_id, seen_id=row.id, version=row.version, replaced_at=now)
    former.said = said
    row.versions.append(former)
    row.version += 1
    row.seen_at, row.day, row.signs = seen_at, clock.day_of(seen_at, row.zone), list(signs)
    row.note = note
    return True


def remove(row: Seen, author: Account, now: datetime) -> None:
    """Take it out of view; it is kept and can be brought back. The first removal counts."""
    _hold(row, now)
    if row.removed_at is None:
        row.removed_at, row.removed_by = now, author.id


def restore(row: Seen, now: datetime) -> None:
    """Bring it back."""
    _hold(row, now)
    row.removed_at = row.removed_by = None


def _hold(row: Seen, now: datetime) -> None:
    """Nobody else changes it before the commit; it is read as it is then."""
    touch(row.patient, "diary", now)
    db.refresh(row)
