"""Break the glass: in an emergency a clinician opens a whole record without the patient's word, for a day.

Only the record of somebody who shares, or shared, with the clinic and is not leaving, found by the exact name and day of birth. The patient
is told, and an administrator of the clinic looks at each one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select

from companion.audit.write import note
from companion.identity.model import Account, Membership, Patient
from companion.identity.names import folded
from companion.sharing.model import Glass, Grant
from companion.store import db

LASTS = timedelta(hours=24)


def find(clinic_id: int, name: str, born_on: date) -> Patient | None:
    """The one patient of this name and day of birth who ever let the clinic in; None for nobody, and for several."""
    known = exists().where(Grant.patient_id == Patient.id, Grant.clinic_id == clinic_id)
    # nobody looks into the record of somebody who is leaving
    query = select(Patient).outerjoin(Patient.account).where(Account.erases_at.is_(None))
    born = db.scalars(query.where(Patient.born_on == born_on, known))
    found = [patient for patient in born if folded(patient.name) == folded(name)]
    return found[0] if len(found) == 1 else None


def break_it(member: Membership, patient: Patient, reason: str, now: datetime) -> Glass:
    """Open the record to the member; one that is open already stays as it is, and so does its reason."""
    query = select(Glass).where(Glass.account_id == member.account_id, Glass.clinic_id == member.clinic_id)
    row = db.scalars(query.where(Glass.patient_id == patient.id, Glass.ends_at > now)).first()
    if row is None:
        of = {"account_id": member.account_id, "clinic_id": member.clinic_id, "patient_id": patient.id}
        row = Glass(**of, reason=reason, opened_at=now, ends_at=now + LASTS)
        db.add(row)
        db.flush()
        note(row.clinic_id, "glass_broken", row.account_id, row.patient_id, now, thing=f"glass {row.id}")
    return row


def review(glass: Glass, account: Account, now: datetime) -> None:
    """An administrator looked at it; the first one stands."""
    if glass.reviewed_at is None:
        glass.reviewed_at, glass.reviewed_by = now, account.id
        note(glass.clinic_id, "glass_reviewed", account.id, glass.patient_id, now, thing=f"glass {glass.id}")
