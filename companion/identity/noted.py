"""What people do about their own sign-in, written down where they work; what is no clinic's goes into chain 0."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from companion.audit.write import note
from companion.identity.model import Account, Membership
from companion.identity.signin import memberships
from companion.store import at_once, db


def noted(account: Account, act: str, now: datetime) -> None:
    """`account` did `act`, a key of acts.ACTS: an event for each clinic where it works, else one in chain 0."""
    for chain in sorted({seat.clinic_id for seat in memberships(account)}) or [0]:
        note(chain, act, account.id, None, now)


def refused(email: str, now: datetime) -> None:
    """Somebody tried to sign in with `email` and was not let in; committed at once. An unknown one costs as much."""
    query = select(Account.id, Membership.clinic_id).outerjoin(Membership, Membership.account_id == Account.id)
    with at_once():
        rows: list[Any] = [*db.execute(query.where(Account.email.is_(email.lower())).order_by(Membership.clinic_id))]
        for account_id, chain in rows or [(None, None)]:
            note(chain or 0, "sign_in_refused", account_id, None, now, "refused")
