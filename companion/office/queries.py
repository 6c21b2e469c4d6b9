"""What an administrator sees: colleagues, their invitations, and the events of the clinic's chain. Never another clinic's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from companion.audit.acts import GROUPS
from companion.audit.model import Event
from companion.identity.model import Account, Membership, SignIn
from companion.identity.names import folded
from companion.sharing.model import Glass, Invitation
from companion.store import db

#: events on one page of the log
PAGE = 100
#: events of a copy that are read at once
_CHUNK = 2000
_COLUMNS = [*Event.__table__.columns]


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the clinic."""

    seat: Membership
    #: when they took the invitation to work here; None for whom the operator let in
    since: datetime | None
    #: when a browser that they are signed in with was used last; None if they are signed in nowhere
    seen_at: datetime | None


def colleagues(clinic_id: int) -> list[Colleague]:
    """Everybody who works at the clinic, by name."""
    query = select(Membership).where(Membership.clinic_id == clinic_id)
    found = db.scalars(query.options(joinedload(Membership.account)).order_by(Membership.account_id))
    seats = sorted(found, key=lambda seat: folded(seat.account.name))
    ids = [seat.account_id for seat in seats]
    joined = select(Invitation.used_by, func.max(Invitation.used_at)).where(*_of_staff(clinic_id))
    since = dict(db.execute(joined.where(Invitation.used_by.in_(ids)).group_by(Invitation.used_by)).all())
    used = select(SignIn.account_id, func.max(SignIn.seen_at)).where(SignIn.account_id.in_(ids))
    seen = dict(db.execute(used.group_by(SignIn.account_id)).all())
    return [Colleague(seat, since.get(seat.account_id), seen.get(seat.account_id)) for seat in seats]


def _of_staff(clinic_id: int) -> tuple[Any, ...]:
    return Invitation.clinic_id == clinic_id, Invitation.kind == "staff"


def seat(clinic_id: int, seat_id: int) -> Membership | None:
    """One colleague."""
    return db.scalars(select(Membership).where(Membership.id == seat_id, Membership.clinic_id == clinic_id)).first()


def glass(clinic_id: int, glass_id: int) -> Glass | None:
    """One emergency look at the clinic."""
    return db.scalars(select(Glass).where(Glass.id == glass_id, Glass.clinic_id == clinic_id)).first()


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of accounts by their ids."""
    wanted = {account_id for account_id in ids if account_id is not None}
    return {account.id: account.name for account in db.scalars(select(Account).where(Account.id.in_(wanted)))}


def known(clinic_id: int) -> dict[int, str]:
    """Names of those who work at the clinic, or took an invitation to, by the ids of their accounts; in order of name."""
    here = select(Membership.account_id).where(Membership.clinic_id == clinic_id)
    came = select(Invitation.used_by).where(*_of_staff(clinic_id), Invitation.used_by.is_not(None))
    rows = db.scalars(select(Account).where(Account.id.in_(here.union(came))).order_by(Account.id))
    return {account.id: account.name for account in sorted(rows, key=lambda account: folded(account.name))}


@dataclass(frozen=True)
class Wanted:
    """Which events to show; None, or an empty text, where it does not matter."""

    #: a key of acts.GROUPS
    what: str = ""
    #: account that acted
    person: int | None = None
    #: patient whose record it was
    patient: int | None = None
    #: calendar day in UTC
    day: date | None = None


def events(chain: int, wanted: Wanted, before: int | None = None, most: int = PAGE + 1) -> Sequence[Row[Any]]:
    """Events of the clinic's chain with all their columns, newest first, with numbers below `before`."""
    query = select(*_COLUMNS).where(Event.chain == chain).order_by(Event.seq.desc()).limit(most)
    if before is not None:
        query = query.where(Event.seq < before)
    if wanted.what:
        query = query.where(Event.act.in_(GROUPS[wanted.what][1]))
    if wanted.person is not None:
        query = query.where(Event.actor == wanted.person)
    if wanted.patient is not None:
        query = query.where(Event.whose == wanted.patient)
    if wanted.day is not None:
        midnight = datetime.combine(wanted.day, time(), UTC)
        query = query.where(Event.at >= midnight, Event.at < midnight + timedelta(days=1))
    return db.execute(query).all()


def all_events(chain: int, wanted: Wanted) -> Iterator[Sequence[Row[Any]]]:
    """As `events`, all of them, in pieces that fit into memory."""
    before: int | None = None
    while rows := events(chain, wanted, before, _CHUNK):
        yield rows
        before = rows[-1].seq
