"""Say that a part of a record changed, and who did it.

The patient's row is written at once, so it lets one writer at a time through.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from companion.audit.write import wrote
from companion.identity.model import Patient
from companion.store import db

_TOUCH = {
    part: update(Patient).where(Patient.id == bindparam("of")).values({f"{part}_at": bindparam("at")})
    for part in ("diary", "medicines", "therapy", "procedures")
}


def touch(patient: Patient, part: str, now: datetime) -> None:
    """The diary, medicines, therapy or procedures changed at `now`; until the caller commits, another writer waits here."""
    db.flush()
    db.connection().execute(_TOUCH[part], {"of": patient.id, "at": now})
    set_committed_value(patient, f"{part}_at", now)
    wrote(part, patient.id, now)
