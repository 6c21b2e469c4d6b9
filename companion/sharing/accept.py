"""Accept an invitation: the code leads to a grant, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from companion.identity.model import Account, Patient
from companion.sharing import code
from companion.sharing.model import PARTS, Grant, Invitation
from companion.sharing.stop import stop
from companion.store import db
from companion.words import Later, lazy

WRONG = lazy("This code is not right. Please check each letter.")
USED = lazy("This code was used before. A code works once. Please ask for a new one.")
ENDED = lazy("This code has ended. Please ask for a new one.")
OWN = lazy("This is a code that you made. Please give it to the other person.")
NO_DIARY = lazy("A clinic's code opens a diary, and you keep none here yet. You can start one under More.")


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


def find_for(typed: str, account: Account, patient: Patient | None, now: datetime) -> Invitation:
    """As `find`, for the person who would accept it: not their own, and a clinic's needs a diary; raises Refused."""
    row = find(typed, now)
    if row.made_by == account.id or (row.patient is not None and row.patient.account_id == account.id):
        raise Refused(OWN)
    if row.clinic_id is not None and patient is None:
        raise Refused(NO_DIARY)
    return row


def opened_before(typed: str, account: Account) -> Grant | None:
    """The grant that the account made with this code and that still holds: it was a second tap, or a second tab."""
    used = select(Invitation.clinic_id, Invitation.patient_id).where(Invitation.used_by == account.id)
    row = db.execute(used.where(Invitation.code_hash == code.hashed(code.read(typed) or ""))).first()
    if row is None:
        return None
    query = select(Grant).where(Grant.stopped_at.is_(None))
    if row.clinic_id is None:
        query = query.where(Grant.patient_id == row.patient_id, Grant.account_id == account.id)
    else:
        query = query.where(Grant.clinic_id == row.clinic_id, Grant.patient.has(account_id=account.id))
    return db.scalars(query.order_by(Grant.id.desc())).first()


def accept(
    invitation: Invitation, account: Account, patient: Patient | None, parts: Sequence[str], now: datetime
) -> Grant:
    """Open the record: `parts` of the account's own one to the clinic, or what the patient chose to the account.

    A former grant of the same two is stopped. Raises Refused if somebody else was quicker with the code.
    """
    taken = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if db.execute(taken.values(used_at=now, used_by=account.id)).rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(USED)
    grant = Grant(granted_at=now, may_log=invitation.may_log)
    if invitation.clinic_id is not None and patient is not None:
        grant.patient_id, grant.clinic_id, grant.parts = patient.id, invitation.clinic_id, _known(parts)
    elif invitation.patient_id is not None:
        grant.patient_id, grant.account_id, grant.parts = invitation.patient_id, account.id, _known(invitation.parts)
    else:
        raise Refused(NO_DIARY)
    _stop_former(grant, now)
    db.add(grant)
    db.flush()
    return grant


def _known(parts: Sequence[str]) -> list[str]:
    return [part for part in PARTS if part in parts]


def _stop_former(grant: Grant, now: datetime) -> None:
    side = Grant.clinic_id == grant.clinic_id if grant.clinic_id else Grant.account_id == grant.account_id
    for former in db.scalars(
        select(Grant).where(Grant.patient_id == grant.patient_id, side, Grant.stopped_at.is_(None))
    ):
        stop(former, now)
