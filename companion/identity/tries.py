"""How often an e-mail and a password may be tried; asked before any hash is made."""

from __future__ import annotations

from datetime import datetime

from companion.web.limit import allow, network

_MINUTES = 15


def allowed(email: str, address: str | None, now: datetime) -> bool:
    """Few tries from one place, few of them for one account, and a bound on what many places may try together.

    So nobody can shut another out from a place of their own, and 300 guesses in a quarter of an hour find no password of
    twelve signs.
    """
    place, name = network(address), email.lower()
    return (
        allow("sign-in-from", place, 60, _MINUTES, now)
        and allow("sign-in-as-from", f"{name} {place}", 10, _MINUTES, now)
        and allow("sign-in-as", name, 300, _MINUTES, now)
    )
