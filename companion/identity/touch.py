"""Say that a record changed. The patient's row is written at once, so it lets one writer at a time through."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from companion.identity.model import Patient
from companion.store import db

_TOUCH = update(Patient).where(Patient.id == bindparam("of")).values(changed_at=bindparam("at"))


def touch(patient: Patient, now: datetime) -> None:
    """The record changed at `now`; until the caller commits, another that touches it waits here."""
    db.connection().execute(_TOUCH, {"of": patient.id, "at": now})
    set_committed_value(patient, "changed_at", now)
