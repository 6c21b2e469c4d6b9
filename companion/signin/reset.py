"""The way back in for somebody who forgot their password: a typed code, by mail or from the clinic's desk.

It gives a new password and signs nobody in, so a second factor is asked for as always. Known and unknown addresses, and
those that nobody confirmed, take the same statements and get the same answers.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from companion.identity import passwords
from companion.identity.model import Account
from companion.identity.noted import noted
from companion.identity.signin import account_of
from companion.mail import Letter
from companion.signin import steps
from companion.words import gettext as _
from companion.words import speaking

_TRIES = 5
#: a code from the desk is written down and carried home
DESK_MINUTES = 60


def ask(email: str, browser: str, now: datetime) -> Letter | None:
    """Begin, for this browser only; the letter to send, if the address has an account and was confirmed."""
    account, code = account_of(email), steps.made_up()
    if account is not None and account.confirmed_at is None:
        account = None
    steps.put("reset", browser, now, account_id=account.id if account else None, value=steps.hashed(code), tries=_TRIES)
    return _letter(account, code) if account else None


def _letter(account: Account, code: str) -> Letter:
    with speaking(account.language):
        subject = _("Your code")
        text = _(
            "%(code)s is your code for Companion.\n\nIt works for %(n)s minutes, once, and only in the browser that asked for it. "
            "If it was not you who asked, you need to do nothing. Never tell the code to anybody.",
            code=code, n=steps.MINUTES,
        )  # fmt: skip
    return Letter(account.email, subject, text)


def at_the_desk(account: Account, maker: Account, now: datetime) -> str:
    """A code that `maker` hands to the account's person, whom they know; an older one ends."""
    code = steps.made_up()
    told = {"tries": _TRIES, "minutes": DESK_MINUTES, "made_by": maker.id}
    steps.put("desk", _desk(account), now, account_id=account.id, value=steps.hashed(code), **told)
    return code


def finish(email: str, typed: str, password: str, browser: str, now: datetime) -> bool:
    """Give the account the password and sign it out everywhere, if the code is right; takes a try of it."""
    account, code = account_of(email), steps.hashed("".join(typed.split()))
    mailed, handed = steps.take("reset", browser, now), steps.take("desk", _desk(account), now)
    right = [kept for kept in (mailed, handed) if kept and compare_digest(kept.value, code)]
    if account is None or not any(kept.account_id == account.id for kept in right):
        return False
    passwords.change(account, password)
    noted(account, "reset", now)
    steps.drop("reset", browser)
    steps.drop("desk", _desk(account))
    return True


def _desk(account: Account | None) -> str:
    return f"account {account.id if account else 0}"
