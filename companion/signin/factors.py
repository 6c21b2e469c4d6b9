"""What an account can prove itself with, and whether a password alone is enough for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from companion.identity.model import Account
from companion.identity.signin import memberships
from companion.signin import passkeys, recovery, totp
from companion.signin.model import Passkey, RecoveryCode, Totp
from companion.store import db
from companion.web.limit import allow, is_spent

#: tries at the second page, before it begins from the first one
TRIES = 5
#: wrong codes of one account before it waits: with a million codes and three right ones, 0.07 % in a day of guessing
_WRONG_CODES, _MINUTES = 10, 60


class Needed(Exception):
    """It cannot be removed, since nothing that is strong enough would be left."""


class Spent(Exception):
    """Too many wrong codes."""


@dataclass(frozen=True)
class Ways:
    """What an account has to prove itself with."""

    passkeys: list[Passkey]
    #: an authenticator app is in use
    app: bool
    #: recovery codes that are left
    left: int
    password: bool
    #: works at a clinic, where nobody works with a password alone
    staff: bool

    @property
    def second(self) -> bool:
        """A right password is not enough."""
        return self.app or (self.staff and bool(self.passkeys))

    @property
    def strong(self) -> bool:
        """Has a passkey or a second factor."""
        return self.app or bool(self.passkeys)

    @property
    def codes(self) -> bool:
        """Can type a code after the password."""
        return self.app or self.left > 0


def ways(account: Account) -> Ways:
    """The ways of `account`."""
    app = db.get(Totp, account.id)
    in_use = app is not None and app.confirmed_at is not None
    known = (account.password_hash is not None, bool(memberships(account)))
    return Ways(passkeys.of(account), in_use, recovery.left(account), *known)


def code_is_right(account: Account, typed: str, now: datetime) -> bool:
    """Use up a code of the authenticator app, or a recovery code; raises Spent after too many wrong ones."""
    if is_spent("code-of", str(account.id), _WRONG_CODES, _MINUTES, now):
        raise Spent
    if totp.use(account, typed, now) or recovery.use(account, typed):
        return True
    allow("code-of", str(account.id), _WRONG_CODES, _MINUTES, now)
    return False


def remove_passkey(account: Account, row: Passkey) -> None:
    """Take a passkey off the list; raises Needed."""
    had = ways(account)
    _keeps(had, len(had.passkeys) - 1, had.app)
    db.delete(row)
    if not had.app and len(had.passkeys) == 1:
        recovery.forget(account)


def remove_app(account: Account) -> None:
    """No code of an app is asked for any more; raises Needed."""
    had = ways(account)
    _keeps(had, len(had.passkeys), False)
    db.execute(delete(Totp).where(Totp.account_id == account.id))
    if not had.passkeys:
        recovery.forget(account)


def forget(account: Account) -> None:
    """Everything but the password is gone: for somebody who lost it all and is known to the operator."""
    for table in (Passkey, Totp, RecoveryCode):
        db.execute(delete(table).where(table.account_id == account.id))


def _keeps(had: Ways, keys: int, app: bool) -> None:
    """Raise Needed unless who works at a clinic keeps something strong, and everybody a way in."""
    if (had.staff and not keys and not app) or (not had.password and not keys):
        raise Needed
