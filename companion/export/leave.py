"""Leave for good: a week to think it over, then everything goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.audit.write import note
from companion.identity.model import Account, Patient, SignIn
from companion.identity.signin import end_others, memberships
from companion.sharing import queries
from companion.sharing.invite import withdraw
from companion.sharing.stop import stop
from companion.visit import make
from companion.visit import queries as visit
from companion.words import Later, lazy

#: how long it can be taken back
THOUGHT = timedelta(days=7)


WORKS = lazy("You work at a clinic here. Please ask its administrator to let you go first.")
KEEPS = lazy("You keep the diary of somebody who has no account. Please hand it over first.")


class Stays(Exception):
    """The account cannot go as things are."""

    def __init__(self, reason: Later) -> None:
        super().__init__(reason.text)
        self.reason = reason


def leave(account: Account, patient: Patient | None, here: SignIn, now: datetime) -> None:
    """From now on nobody else sees the record, nothing rings, and only this browser is signed in; in a week it is erased.

    Asking again changes nothing. Raises Stays.
    """
    if memberships(account):
        raise Stays(WORKS)
    if any(grant.keeps for grant in queries.caring(account, now)):
        raise Stays(KEEPS)
    if account.erases_at is not None:
        return
    account.erases_at = _noon(now + THOUGHT)
    end_others(account.id, here.id)
    if patient is not None:
        for grant in queries.grants(patient, now):
            stop(grant, account, now)
        for invitation in queries.invitations(patient, now):
            withdraw(invitation, now)
        for link in visit.links(patient, now)[0]:
            make.withdraw(link, account, now)
    note(0, "erasure_asked", account.id, patient.id if patient else None, now)


def _noon(instant: datetime) -> datetime:
    """The next noon in UTC, which is on the same day nearly everywhere, so that the day can be named to anybody."""
    noon = instant.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon >= instant else noon + timedelta(days=1)


def keep(account: Account, patient: Patient | None, now: datetime) -> None:
    """It stays after all; what was stopped on the way stays stopped, and reminders ring again."""
    if account.erases_at is not None:
        account.erases_at = None
        note(0, "erasure_stopped", account.id, patient.id if patient else None, now)
