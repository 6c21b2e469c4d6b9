"""Let somebody in by a code, and take the code back before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from companion.identity.model import Account, Clinic, Patient
from companion.sharing import code
from companion.sharing.model import PARTS, Invitation
from companion.store import db

CLINIC_LASTS = timedelta(days=14)
CAREGIVER_LASTS = timedelta(days=2)


def invite_patient(
    clinic: Clinic, maker: Account, note: str, now: datetime, parts: Sequence[str] = ()
) -> tuple[Invitation, str]:
    """The clinic asks a patient to share `parts` (none named: all); `note` says whom. The code is told only here."""
    row = Invitation(clinic_id=clinic.id, made_by=maker.id, note=note, parts=list(parts or PARTS), may_log=False)
    return _made(row, now, CLINIC_LASTS)


def invite_caregiver(
    patient: Patient, maker: Account, name: str, parts: Sequence[str], may_log: bool, now: datetime
) -> tuple[Invitation, str]:
    """The patient asks a caregiver, called `name`, to see `parts`. The code is told only here."""
    row = Invitation(patient_id=patient.id, made_by=maker.id, note=name, parts=list(parts), may_log=may_log)
    return _made(row, now, CAREGIVER_LASTS)


def _made(row: Invitation, now: datetime, lasts: timedelta) -> tuple[Invitation, str]:
    told = code.new()
    row.code_hash, row.made_at, row.expires_at = code.hashed(told), now, now + lasts
    db.add(row)
    db.flush()
    return row, told


def withdraw(invitation: Invitation, now: datetime) -> None:
    """The code ends now; one that was used stays used."""
    invitation.expires_at = min(invitation.expires_at, now)
