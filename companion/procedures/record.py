"""Write a procedure down, and take it back."""

from __future__ import annotations

from datetime import date, datetime

from companion.identity.model import Account, Clinic, Patient
from companion.identity.touch import touch
from companion.procedures.model import Procedure
from companion.store import db


def record(
    patient: Patient,
    clinic: Clinic,
    author: Account,
    kind: str,
    level: str,
    side: str,
    done_on: date,
    note: str,
    now: datetime,
) -> Procedure:
    """The clinic did `kind` (a code of kinds.toml) for the patient on `done_on`."""
    done = Procedure(patient_id=patient.id, clinic_id=clinic.id, author_id=author.id, kind=kind, level=level, side=side)
    done.done_on, done.note, done.recorded_at = done_on, note, now
    db.add(done)
    touch(patient, "procedures", now)
    return done


def remove(procedure: Procedure, author: Account, now: datetime) -> None:
    """Take back what was written by mistake; the row stays, with who took it back."""
    procedure.removed_at, procedure.removed_by = now, author.id
    touch(procedure.patient, "procedures", now)
