"""Whether letters reach a person: a code is mailed to the address that they gave, and typed by who is signed in.

Nobody waits for it. A code for a new password is mailed to a confirmed address only, since a typing error would hand the
account to whoever has the other one.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from sqlalchemy.exc import IntegrityError

from companion.identity.model import Account
from companion.identity.noted import noted
from companion.identity.signin import Taken
from companion.mail import Letter
from companion.signin import steps
from companion.store import db
from companion.words import gettext as _
from companion.words import speaking

_TRIES = 5
HOURS = 24


def ask(account: Account, now: datetime) -> Letter:
    """The letter with a code for the address; one that was sent before ends."""
    code = steps.made_up()
    lasts: dict[str, int] = {"tries": _TRIES, "minutes": 60 * HOURS, "account_id": account.id}
    steps.put("address", _whose(account), now, value=_hash(account, code), **lasts)
    with speaking(account.language):
        subject = _("Your code")
        text = _(
            "%(code)s is the code that shows that this address is yours.\n\nYou can type it in Companion under Settings for %(n)s hours. "
            "If you do not know Companion, somebody mistyped their address, and you need to do nothing.",
            code=code, n=HOURS,
        )  # fmt: skip
    return Letter(account.email, subject, text)


def confirm(account: Account, typed: str, now: datetime) -> bool:
    """The address is confirmed, if the code is right; takes a try of it."""
    kept = steps.take("address", _whose(account), now)
    if kept is None or not compare_digest(kept.value, _hash(account, "".join(typed.split()))):
        return False
    account.confirmed_at = now
    steps.drop("address", _whose(account))
    return True


def change(account: Account, email: str, now: datetime) -> None:
    """The account has another address, which nobody has confirmed; the same one changes nothing. Raises Taken."""
    if email.lower() == account.email:
        return
    try:
        with db.begin_nested():
            account.email, account.confirmed_at = email.lower(), None
    except IntegrityError:
        db.refresh(account)
        raise Taken(email) from None
    steps.drop("address", _whose(account))
    noted(account, "address_changed", now)


def _whose(account: Account) -> str:
    return f"account {account.id}"


def _hash(account: Account, code: str) -> str:
    return steps.hashed(f"{account.email} {code}")
