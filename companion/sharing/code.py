"""The code of an invitation: made, shown, read as people type it, and hashed."""

from __future__ import annotations

import secrets
from hashlib import sha256

#: without I, L, O, 0 and 1, which look alike; without U, so that fewer words appear
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 8


def new() -> str:
    """A fresh code as it is shown: "K7QD-2MXP"."""
    return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def of(digest: str) -> str:
    """The code that belongs to a form, by the digest of all that it sent: sent twice, it is one code.

    The form holds a random id, and nobody else sees it, so the code can be guessed no more than one of `new`.
    """
    number, plain = int(sha256(f"code:{digest}".encode()).hexdigest(), 16), ""
    for _ in range(LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        plain += ALPHABET[sign]
    return shown(plain)


def shown(plain: str) -> str:
    """The code in two halves."""
    return f"{plain[: LENGTH // 2]}-{plain[LENGTH // 2 :]}"


def read(typed: str) -> str | None:
    """The code in what a person typed, as it is shown; None for anything that cannot be one."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return shown(plain) if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None


def hashed(code: str) -> str:
    """SHA-256 of a code as it is shown, the only thing that is stored."""
    return sha256(code.encode()).hexdigest()
