"""Write a procedure down, take it back, and bring it back."""

from __future__ import annotations

from datetime import date, datetime

from companion.identity.model import Account, Clinic, Patient
from companion.identity.touch import touch
from companion.procedures.model import Procedure
from companion.store import once


def record(
    patient: Patient,
    clinic: Clinic,
    author: Account,
    uuid: str,
    digest: str,
    kind: str,
    level: str,
    side: str,
    done_on: date,
    note: str,
    now: datetime,
) -> tuple[Procedure, bool]:
    """The clinic did `kind` (a code of kinds.toml) for the patient on `done_on`; the flag says whether this is new.

    The same form sent twice is one procedure; other words under its `uuid` raise store.Conflict.
    """

    def make() -> Procedure:
        done = Procedure(patient_id=patient.id, clinic_id=clinic.id, author_id=author.id, uuid=uuid, digest=digest)
        done.kind, done.level, done.side, done.done_on, done.note = kind, level, side, done_on, note
        done.recorded_at = now
        return done

    done, new = once(Procedure, patient.id, uuid, digest, make)
    if new:
        touch(patient, "procedures", now)
    return done, new


def remove(procedure: Procedure, author: Account, now: datetime) -> None:
    """Take back what was written by mistake; the row stays, with who took it back first."""
    if procedure.removed_at is None:
        procedure.removed_at, procedure.removed_by = now, author.id
        touch(procedure.patient, "procedures", now)


def restore(procedure: Procedure, now: datetime) -> None:
    """The removal was the mistake."""
    if procedure.removed_at is not None:
        procedure.removed_at = procedure.removed_by = None
        touch(procedure.patient, "procedures", now)
