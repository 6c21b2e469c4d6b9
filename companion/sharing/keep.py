"""Keep a record for somebody who has no account: a parent, a child. It is handed over by a code (`invite.hand_over`)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.sharing.consent import CURRENT
from companion.sharing.model import PARTS, Grant, holds
from companion.sharing.stop import begin
from companion.sharing.terms import Terms
from companion.store import db


def start(account: Account, name: str, born_on: date | None, zone: str, now: datetime) -> Grant:
    """A record without an account of its own, which `account` keeps: all of it, with the right to write and to share.

    One that it keeps for somebody of this name and day of birth already is that one.
    """
    # one tap at a time
    db.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    query = select(Grant).join(Grant.patient).where(Grant.account_id == account.id, Grant.keeps, holds(now))
    same = Patient.born_on.is_(None) if born_on is None else Patient.born_on == born_on
    known = next((row for row in db.scalars(query.where(same)) if row.patient.name == name), None)
    if known is not None:
        return known
    patient = Patient(name=name, born_on=born_on, zone=zone)
    db.add(patient)
    db.flush()
    grant = Grant(patient=patient, account=account, keeps=True, consent=CURRENT)
    begin(grant, Terms(tuple(PARTS), may_log=True), account, now)
    db.flush()
    return grant
