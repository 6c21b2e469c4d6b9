"""Accept an invitation, once: the code leads to a grant, to a seat at a clinic, or to one's own record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, select, update

from companion.audit.write import note
from companion.identity import staff
from companion.identity.model import Account, Clinic, Membership, Patient, SignIn
from companion.sharing import code
from companion.sharing.consent import CURRENT
from companion.sharing.model import Grant, Invitation, holds
from companion.sharing.stop import begin, change
from companion.sharing.terms import Terms
from companion.store import db
from companion.words import Later, lazy

WRONG = lazy("This code is not right. Please check each letter.")
USED = lazy("This code was used before. A code works once. Please ask for a new one.")
ENDED = lazy("This code has ended. Please ask for a new one.")
OWN = lazy("This is a code that you made. Please give it to the other person.")
NO_DIARY = lazy("A clinic's code opens a diary, and you keep none here yet. You can start one under More.")
FOR_CLINIC = lazy("This code is for a clinic. Whoever treats you there signs in and writes it here.")
WORKS_THERE = lazy("You work at this clinic already.")
HAS_DIARY = lazy("You keep a diary here already, and a person can have only one. Please ask whoever gave you the code.")


class Refused(Exception):
    """The code opens nothing; `reason` says why in plain words."""

    status = 422

    def __init__(self, reason: Later) -> None:
        super().__init__(reason.text)
        self.reason = reason


def find(typed: str, now: datetime) -> Invitation:
    """The open invitation that the typed code belongs to; raises Refused."""
    told = code.read(typed)
    row = db.scalars(select(Invitation).where(Invitation.code_hash == code.hashed(told))).first() if told else None
    if row is None:
        raise Refused(WRONG)
    if row.used_at is not None:
        raise Refused(USED)
    if row.expires_at <= now:
        raise Refused(ENDED)
    return row


def find_for(typed: str, account: Account | None, patient: Patient | None, now: datetime) -> Invitation:
    """As `find`, for the person who would accept it, None for a stranger who will sign up; raises Refused.

    `patient` is a record that they may share: their own, or one that they keep for somebody.
    """
    row = find(typed, now)
    if account is None:
        if row.kind == "clinic":
            raise Refused(FOR_CLINIC)
        return row
    if row.made_by == account.id or (row.patient is not None and row.patient.account_id == account.id):
        raise Refused(OWN)
    reason = _unfit(row, account, patient)
    if reason is not None:
        raise Refused(reason)
    return row


def _unfit(row: Invitation, account: Account, patient: Patient | None) -> Later | None:
    """Why the code is of no use to the account; None if it is."""
    seats = {seat.clinic_id: seat.role for seat in account.memberships}
    if row.kind == "patient" and patient is None:
        return NO_DIARY
    if row.kind == "owner" and account.patient is not None:
        return HAS_DIARY
    if row.kind == "clinic" and "clinician" not in seats.values():
        return FOR_CLINIC
    return WORKS_THERE if row.kind == "staff" and row.clinic_id in seats else None


def opened_before(typed: str, account: Account, now: datetime) -> Grant | None:
    """The grant that the account made with this code and that still holds: it was a second tap, or a second tab."""
    used = select(Invitation).where(Invitation.used_by == account.id)
    row = db.scalars(used.where(Invitation.code_hash == code.hashed(code.read(typed) or ""))).first()
    if row is None:
        return None
    query = select(Grant).where(holds(now))
    if row.kind == "patient":
        query = query.where(Grant.clinic_id == row.clinic_id, Grant.patient_id.in_(_decided_by(account, now)))
    elif row.kind == "clinic":
        ours = [seat.clinic_id for seat in account.memberships if seat.role == "clinician"]
        query = query.where(Grant.patient_id == row.patient_id, Grant.clinic_id.in_(ours))
    else:
        query = query.where(Grant.patient_id == row.patient_id, Grant.account_id == account.id)
    return db.scalars(query.order_by(Grant.id.desc())).first()


def _decided_by(account: Account, now: datetime) -> CompoundSelect[Any]:
    """Ids of the records that the account shares: its own, and those that it keeps for somebody."""
    own = select(Patient.id).where(Patient.account_id == account.id)
    kept = select(Grant.patient_id).where(Grant.account_id == account.id, Grant.keeps, holds(now))
    return own.union(kept)


def share(invitation: Invitation, account: Account, patient: Patient, terms: Terms, now: datetime) -> Grant:
    """The patient opens the record to the clinic that asked. Raises Refused if the code was used meanwhile."""
    take(invitation, account, now)
    return _open(Grant(patient=patient, clinic=invitation.clinic), terms, account, now, CURRENT)


def help_out(invitation: Invitation, account: Account, now: datetime) -> Grant:
    """The account helps the patient who asked, on their terms. Raises Refused if the code was used meanwhile."""
    take(invitation, account, now)
    return _open(
        Grant(patient=invitation.patient, account=account),
        terms_of(invitation),
        invitation.maker,
        now,
        invitation.consent,
    )


def let_in(invitation: Invitation, member: Membership, now: datetime) -> Grant:
    """The member's clinic is let in on the patient's terms. Raises Refused if the code was used meanwhile."""
    take(invitation, member.account, now, member.clinic_id)
    grant = Grant(patient=invitation.patient, clinic=db.get_one(Clinic, member.clinic_id))
    return _open(grant, terms_of(invitation), invitation.maker, now, invitation.consent)


def join(invitation: Invitation, account: Account, now: datetime) -> None:
    """The account works at the clinic from now on. Raises Refused if the code was used meanwhile."""
    take(invitation, account, now)
    staff.join(account, db.get_one(Clinic, invitation.clinic_id), invitation.role or "clinician")
    # whoever works at a clinic leaves no open phone behind
    db.execute(update(SignIn).where(SignIn.account_id == account.id).values(locks=True))
    note(invitation.clinic_id or 0, "staff_joined", invitation.made_by, None, now, thing=f"account {account.id}")


def own(invitation: Invitation, account: Account, now: datetime) -> Patient:
    """The record is the account's from now on; those who were let in stay. Raises Refused if it was taken meanwhile."""
    take(invitation, account, now)
    patient = db.get_one(Patient, invitation.patient_id)
    if patient.account_id is not None:
        raise Refused(USED)
    patient.account_id = account.id
    db.execute(update(Grant).where(Grant.patient_id == patient.id).values(keeps=False))
    note(0, "record_handed_over", account.id, patient.id, now)
    return patient


def take(invitation: Invitation, account: Account, now: datetime, clinic_id: int | None = None) -> None:
    """Use the code up, for `clinic_id` if it is not the one that asks; raises Refused if somebody else was quicker."""
    free = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if db.execute(free.values(used_at=now, used_by=account.id)).rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(USED)
    chain, of = clinic_id or invitation.clinic_id or 0, invitation.patient_id
    note(chain, "invitation_accepted", account.id, of, now, thing=f"invitation {invitation.id}")


def terms_of(invitation: Invitation) -> Terms:
    """What the invitation opens."""
    days = (invitation.period, invitation.ends_on)
    return Terms(tuple(invitation.parts), invitation.may_log, *days, invitation.told_missed)


def _open(grant: Grant, terms: Terms, by: Account, now: datetime, consent: str) -> Grant:
    """The grant, written down with the words that were agreed to; one that holds between the same two is changed."""
    query = select(Grant).where(Grant.patient_id == grant.patient.id, holds(now)).order_by(Grant.id.desc())
    clinic, account = grant.clinic, grant.account
    query = query.where(Grant.clinic_id == (clinic and clinic.id), Grant.account_id == (account and account.id))
    former = db.scalars(query).first()
    if former is None:
        begin(grant, terms, by, now)
        db.flush()
    else:
        grant = former
        change(grant, terms, by, now)
    grant.consent = consent
    return grant
