"""Passwords by argon2id, with the same work done for an account that does not exist."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete

from companion.identity.model import Account, SignIn
from companion.store import db

# OWASP's setting: 35 ms here, against 120 ms and 64 MiB of the library's own
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# each hash takes 19 MiB: no more than two at once
_busy = BoundedSemaphore(2)
_NOBODY = _hasher.hash("a password that nobody has")
SHORTEST = 12


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    with _busy:
        return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to `stored`; takes as long for None as for a real hash."""
    with _busy:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def change(account: Account, password: str) -> None:
    """Give `account` the password; every browser that it is signed in on is signed out."""
    account.password_hash = hashed(password)
    sign_out_everywhere(account)


def sign_out_everywhere(account: Account) -> None:
    """End every sign-in of `account`."""
    db.execute(delete(SignIn).where(SignIn.account_id == account.id))


def made_up() -> str:
    """A password of 16 signs that nobody has chosen."""
    return secrets.token_urlsafe(12)
