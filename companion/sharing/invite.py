"""Let somebody in by a code, and take the code back before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from companion.identity.model import Account, Clinic, Patient
from companion.sharing import code
from companion.sharing.model import PARTS, Invitation
from companion.store import db

CLINIC_LASTS = timedelta(days=14)
CAREGIVER_LASTS = timedelta(days=2)


def invite_patient(
    clinic: Clinic, maker: Account, note: str, now: datetime, parts: Sequence[str] = (), told: str = ""
) -> tuple[Invitation, str]:
    """The clinic asks a patient to share `parts` (none named: all); `note` says whom. The code is told only here.

    `told` is a code that `code.of` made for the form; the same one again is the same invitation.
    """
    row = Invitation(clinic_id=clinic.id, made_by=maker.id, note=note, parts=list(parts or PARTS), may_log=False)
    return _made(row, now, CLINIC_LASTS, told)


def invite_caregiver(
    patient: Patient, maker: Account, name: str, parts: Sequence[str], may_log: bool, now: datetime
) -> tuple[Invitation, str]:
    """The patient asks a caregiver, called `name`, to see `parts`. The code is told only here."""
    row = Invitation(patient_id=patient.id, made_by=maker.id, note=name, parts=list(parts), may_log=may_log)
    return _made(row, now, CAREGIVER_LASTS)


def _made(row: Invitation, now: datetime, lasts: timedelta, told: str = "") -> tuple[Invitation, str]:
    told = told or code.new()
    row.code_hash, row.made_at, row.expires_at = code.hashed(told), now, now + lasts
    maker = row.made_by
    known = _known(told, maker)
    if known is not None:
        return known, told
    db.add(row)
    try:
        db.flush()
    except IntegrityError:
        # the same tap came in twice at once and the other was quicker
        db.rollback()
        known = _known(told, maker)
        if known is None:
            raise
        return known, told
    return row, told


def _known(told: str, maker_id: int) -> Invitation | None:
    query = select(Invitation).where(Invitation.code_hash == code.hashed(told), Invitation.made_by == maker_id)
    return db.scalars(query).first()


def withdraw(invitation: Invitation, now: datetime) -> None:
    """The code ends now; one that was used stays used."""
    invitation.expires_at = min(invitation.expires_at, now)
