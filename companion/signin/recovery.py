"""Ten codes on paper for the day when the phone is lost."""

from __future__ import annotations

import secrets
from hashlib import sha256

from sqlalchemy import delete, func, select

from companion.identity.model import Account
from companion.signin.model import RecoveryCode
from companion.store import db

HOW_MANY = 10
#: without I, L, O, U, 0 and 1, which look alike or make words
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
#: 30^12 of them: their hashes cannot be tried through, and a password is needed besides
_LENGTH = 12


def make(account: Account) -> list[str]:
    """Ten new codes, which are not kept and so are shown now or never; older ones end."""
    forget(account)
    plain = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    db.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(account, code)) for code in plain)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in plain]


def use(account: Account, typed: str) -> bool:
    """Use up one of the codes, as people type it."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    mine = (RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(account, plain))
    return bool(db.execute(delete(RecoveryCode).where(*mine)).rowcount)  # type: ignore[attr-defined]


def left(account: Account) -> int:
    """How many are left."""
    return db.scalars(select(func.count()).where(RecoveryCode.account_id == account.id)).one()


def forget(account: Account) -> None:
    """None of them is right any more."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _hash(account: Account, plain: str) -> str:
    return sha256(f"{account.id} {plain}".encode()).hexdigest()
