"""Let somebody in by a code, and take the code back before it is used.

Each verb gives the invitation and its code, which is told only here. `told` is a code that `code.of` made for the form;
the same one again is the same invitation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from companion.audit.write import acting, note
from companion.identity.model import Account, Clinic, Patient
from companion.sharing import code
from companion.sharing.consent import CURRENT
from companion.sharing.model import PARTS, Invitation
from companion.sharing.terms import Terms
from companion.store import db

#: for whom a desk makes it, who comes by some day
CLINIC_LASTS = timedelta(days=14)
#: for whom stands beside, or is called today
LASTS = timedelta(days=2)


def invite_patient(
    clinic: Clinic, maker: Account, note: str, now: datetime, parts: Sequence[str] = (), told: str = ""
) -> tuple[Invitation, str]:
    """The clinic asks a patient to share `parts` (none named: all); `note` says whom."""
    row = Invitation(kind="patient", clinic_id=clinic.id, made_by=maker.id, note=note, parts=list(parts or PARTS))
    return _made(row, now, CLINIC_LASTS, told)


def invite_caregiver(
    patient: Patient, maker: Account, name: str, terms: Terms, now: datetime, told: str = ""
) -> tuple[Invitation, str]:
    """The patient asks a caregiver, called `name`, to help."""
    return _made(_opens("caregiver", patient, maker, name, terms), now, LASTS, told)


def invite_clinic(
    patient: Patient, maker: Account, name: str, terms: Terms, now: datetime, told: str = ""
) -> tuple[Invitation, str]:
    """The patient lets the clinic in whose clinician types the code; `name` is what the patient calls it."""
    return _made(_opens("clinic", patient, maker, name, terms), now, CLINIC_LASTS, told)


def invite_staff(
    clinic: Clinic, maker: Account, name: str, role: str, now: datetime, told: str = ""
) -> tuple[Invitation, str]:
    """The clinic asks somebody, called `name`, to work there as `role` (as in Membership)."""
    row = Invitation(kind="staff", clinic_id=clinic.id, made_by=maker.id, note=name, parts=[], role=role)
    return _made(row, now, LASTS, told)


def hand_over(patient: Patient, maker: Account, now: datetime, told: str = "") -> tuple[Invitation, str]:
    """Whoever keeps the record for the patient gives it to them, and goes on helping."""
    row = Invitation(kind="owner", patient_id=patient.id, made_by=maker.id, note=patient.name, parts=[])
    return _made(row, now, LASTS, told)


def _opens(kind: str, patient: Patient, maker: Account, name: str, terms: Terms) -> Invitation:
    row = Invitation(kind=kind, patient_id=patient.id, made_by=maker.id, note=name, parts=list(terms.parts))
    row.since_on, row.until_on = terms.period
    row.ends_on, row.consent = terms.ends_on, CURRENT
    row.may_log, row.told_missed = terms.may_log, terms.told_missed
    return row


def _made(row: Invitation, now: datetime, lasts: timedelta, told: str) -> tuple[Invitation, str]:
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
    _note(row, "invitation_made", maker, now)
    return row, told


def _known(told: str, maker_id: int) -> Invitation | None:
    query = select(Invitation).where(Invitation.code_hash == code.hashed(told), Invitation.made_by == maker_id)
    return db.scalars(query).first()


def withdraw(invitation: Invitation, now: datetime) -> None:
    """The code ends now; one that was used stays used."""
    if invitation.used_at is None and invitation.expires_at > now:
        _note(invitation, "invitation_withdrawn", acting().actor, now)
    invitation.expires_at = min(invitation.expires_at, now)


def _note(row: Invitation, act: str, actor: int | None, now: datetime) -> None:
    note(row.clinic_id or 0, act, actor, row.patient_id, now, thing=f"invitation {row.id}")
