"""Codes of an authenticator app (RFC 6238: SHA-1, 30 s, six digits), each of which is right once."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlalchemy import update

from companion.identity.model import Account
from companion.signin.model import Totp
from companion.store import db, insert

_SECONDS = 30
#: steps of a clock that is early or late
_WINDOW = (0, -1, 1)


def begin(account: Account, now: datetime) -> None:
    """A secret that is not in use until its first code is typed; one that is in use stays."""
    row = db.get(Totp, account.id)
    if row is not None and row.confirmed_at is not None:
        return
    secret = Totp.secret.columns(pyotp.random_base32(), account.id, account.id)
    made = {**secret, "made_at": now, "confirmed_at": None, "last_step": 0}
    query = insert(Totp).values(account_id=account.id, **made)
    db.execute(query.on_conflict_do_update(index_elements=["account_id"], set_=made))


def waiting(account: Account) -> tuple[str, str] | None:
    """The secret to type and its address for a camera, until it is in use; None when there is none to show."""
    row = db.get(Totp, account.id, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        return None
    secret = row.secret
    address = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name="Companion")
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)), address


def confirm(account: Account, typed: str, now: datetime) -> bool:
    """Put the secret in use, if its first code is right."""
    row = db.get(Totp, account.id)
    step = _step(row, typed, now) if row and row.confirmed_at is None else None
    if row is None or step is None:
        return False
    row.confirmed_at, row.last_step = now, step
    return True


def use(account: Account, typed: str, now: datetime) -> bool:
    """Use up the code, if it is right and newer than the last one that was used."""
    row = db.get(Totp, account.id)
    step = _step(row, typed, now) if row and row.confirmed_at is not None else None
    if step is None:
        return False
    newer = (Totp.account_id == account.id, Totp.last_step < step)
    return bool(db.execute(update(Totp).where(*newer).values(last_step=step)).rowcount)  # type: ignore[attr-defined]


def _step(row: Totp, typed: str, now: datetime) -> int | None:
    code, present = "".join(typed.split()), int(now.timestamp()) // _SECONDS
    app = pyotp.TOTP(row.secret)
    near = (present + late for late in _WINDOW)
    return next((step for step in near if compare_digest(app.generate_otp(step).encode(), code.encode())), None)
