"""Sign up, sign in, sign out, and who a cookie's token belongs to."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, select, update

from companion.identity.model import Account, Membership, Patient, SignIn
from companion.identity.passwords import hashed, matches
from companion.store import at_once, db, insert, one_at_a_time

#: the number of its lock
_NEW_ACCOUNT = 4079
#: `seen_at` is written at most this often
_SEEN_EVERY = timedelta(minutes=5)
#: and of one that locks, which must not lock under somebody's hands
_SEEN_SOON = timedelta(minutes=1)

#: asked at every request, so it is built once
_BY_TOKEN = (
    select(SignIn, Account, Patient)
    .join(Account, SignIn.account_id == Account.id)
    .outerjoin(Patient, Patient.account_id == Account.id)
    .where(SignIn.token_hash == bindparam("hash"))
)


@dataclass(frozen=True)
class Who:
    """The person of this request."""

    account: Account
    sign_in: SignIn
    #: their own record, if they keep one
    patient: Patient | None
    #: left alone for a while: nothing is shown until they prove again who they are
    locked: bool = False


class Taken(Exception):
    """An account with this e-mail exists."""


def sign_up(email: str, password: str, name: str, language: str, now: datetime) -> Account:
    """A new account, without a record; raises Taken."""
    password_hash = hashed(password)
    return new_account(email, name, now, password_hash=password_hash, language=language)


def new_account(email: str, name: str, now: datetime, **more: str) -> Account:
    """An account with `more` of its columns; raises Taken. From here to the commit nobody else makes one.

    The index on hashes of e-mails cannot see that two are the same while some were made with an older key.
    """
    one_at_a_time(_NEW_ACCOUNT)
    if account_of(email) is not None:
        raise Taken(email)
    account = Account(email=email.lower(), name=name, created_at=now, **more)
    db.add(account)
    db.flush()
    return account


def keep_diary(account: Account, zone: str) -> None:
    """Give `account` a record of its own, whose days are reckoned in `zone`; one that is there stays as it is."""
    new = insert(Patient).values(account_id=account.id, zone=zone).on_conflict_do_nothing().returning(Patient.id)
    patient_id = db.scalar(new)
    if patient_id is not None:
        db.get_one(Patient, patient_id).name = account.name


def account_of(email: str) -> Account | None:
    """The account that signs in with `email`."""
    return db.scalars(select(Account).where(Account.email.is_(email.lower()))).first()


def is_erased(account_id: str) -> bool:
    """Whether the account of that number, as a browser says it, was erased."""
    if not re.fullmatch(r"[0-9]{1,9}", account_id):
        return False
    return db.scalar(select(Account.erased_at).where(Account.id == int(account_id))) is not None


def check_password(email: str, password: str) -> Account | None:
    """The account if the password is right; as slow for an unknown e-mail as for a known one."""
    account = account_of(email)
    # a hash takes 35 ms, and more when many wait for theirs: nobody's writing waits for it
    db.commit()
    right = matches(password, account.password_hash if account else None)
    return account if right else None


def start(account: Account, device: str, now: datetime, strong: bool = False, place: str = "") -> str:
    """Sign `account` in on one browser and return the token for its cookie; `strong` as in SignIn."""
    token = secrets.token_urlsafe(32)
    instants = {"created_at": now, "seen_at": now, "proved_at": now}
    locks = bool(memberships(account))
    where = {"device": device, "place": place}
    db.add(SignIn(token_hash=_hash(token), account_id=account.id, strong=strong, locks=locks, **where, **instants))
    return token


def prove(sign_in: SignIn, now: datetime, strong: bool = False) -> str:
    """The person proved again who they are: the sign-in is unlocked and has another token, for its cookie."""
    token = secrets.token_urlsafe(32)
    sign_in.token_hash, sign_in.seen_at, sign_in.proved_at = _hash(token), now, now
    sign_in.strong = sign_in.strong or strong
    sign_in.locks = sign_in.locks or bool(memberships(sign_in.account))
    return token


def end(account_id: int, sign_in_id: int) -> bool:
    """End one of the account's sign-ins; False if it has no such."""
    gone = db.execute(delete(SignIn).where(SignIn.id == sign_in_id, SignIn.account_id == account_id))
    return gone.rowcount == 1  # type: ignore[attr-defined]


def end_others(account_id: int, kept_id: int) -> None:
    """End every sign-in of the account but one."""
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.id != kept_id))


@dataclass(frozen=True)
class Lifetimes:
    """How long a sign-in holds."""

    #: without use
    idle: timedelta
    #: in any case
    lifetime: timedelta
    #: without use, until one that locks is locked
    lock: timedelta


def who(token: str, now: datetime, times: Lifetimes, used: bool = True) -> Who | None:
    """The person whose token this is, unless it was idle too long or is too old; `used`: a person asks, not their phone."""
    row = db.execute(_BY_TOKEN, {"hash": _hash(token)}).first()
    if row is None:
        return None
    sign_in, account, patient = row
    idle = now - sign_in.seen_at
    if idle > times.idle or now - sign_in.created_at > times.lifetime:
        return None
    locked = sign_in.locks and idle > times.lock
    if used and not locked and idle > (_SEEN_SOON if sign_in.locks else _SEEN_EVERY):
        with at_once() as session:
            session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=now))
    return Who(account, sign_in, patient, locked)


def sign_ins(account: Account, now: datetime, times: Lifetimes) -> list[SignIn]:
    """Where the account is signed in, last used first; what was idle too long or is too old is left out."""
    seen, made = now - times.idle, now - times.lifetime
    held = (SignIn.account_id == account.id, SignIn.seen_at >= seen, SignIn.created_at >= made)
    return list(db.scalars(select(SignIn).where(*held).order_by(SignIn.seen_at.desc())))


def memberships(account: Account) -> list[Membership]:
    """Where the account works."""
    return list(db.scalars(select(Membership).where(Membership.account_id == account.id).order_by(Membership.id)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
