"""What begins on one page and ends on another: kept here, not in the browser, so that it can be used up."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import delete, update

from companion.signin.model import Step
from companion.store import at_once, db, insert

#: how long one may take from page to page
MINUTES = 10
#: digits of a code that somebody types
_DIGITS = 8


class Kept(NamedTuple):
    """What a step says."""

    account_id: int | None
    value: str


def put(
    purpose: str, whose: str, now: datetime, *, account_id: int | None = None, value: str = "", tries: int = 1,
    minutes: int = MINUTES, made_by: int | None = None,
) -> None:  # fmt: skip
    """Begin a step; one that is under way for the same purpose and person, browser or sign-in is forgotten."""
    db.execute(delete(Step).where(Step.expires_at <= now))
    ends = now + timedelta(minutes=minutes)
    told = {"account_id": account_id, "made_by": made_by, "value": value, "tries": tries, "expires_at": ends}
    row = insert(Step).values(key=_key(purpose, whose), **told)
    db.execute(row.on_conflict_do_update(index_elements=["key"], set_=told))


def take(purpose: str, whose: str, now: datetime) -> Kept | None:
    """Use one of the step's tries and say what it holds; None when none is left. Committed at once, whatever follows."""
    held = (Step.key == _key(purpose, whose), Step.tries > 0, Step.expires_at > now)
    with at_once() as session:
        asked = update(Step).where(*held).values(tries=Step.tries - 1).returning(Step.account_id, Step.value)
        row = session.execute(asked).first()
    return Kept(*row) if row else None


def held(purpose: str, whose: str, now: datetime) -> int | None:
    """The account of a step that is under way, or None; takes no try."""
    step = db.get(Step, _key(purpose, whose), populate_existing=True)
    return step.account_id if step and step.tries > 0 and step.expires_at > now else None


def drop(purpose: str, whose: str) -> None:
    """The step has ended."""
    db.execute(delete(Step).where(Step.key == _key(purpose, whose)))


def made_up() -> str:
    """A code of eight digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def hashed(code: str) -> str:
    """SHA-256 of a code; it lives for minutes and has few tries."""
    return sha256(code.encode()).hexdigest()


def _key(purpose: str, whose: str) -> str:
    return sha256(f"{purpose} {whose}".encode()).hexdigest()
