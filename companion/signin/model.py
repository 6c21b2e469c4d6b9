"""What somebody proves with who they are, and what is on its way between two pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from companion.sealed import Words
from companion.store import Base


class Passkey(Base):
    """A key in a phone, computer or stick, opened there by a face, a finger or a PIN."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: the authenticator's name for it, base64url
    credential: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    #: how often it was used, by its own count; 0 for one that does not count
    uses: Mapped[int] = mapped_column(BigInteger, default=0)
    #: what its owner calls it
    name = Words("account", by="credential")
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Totp(Base):
    """The secret that an authenticator app shares with us; one an account."""

    __tablename__ = "totp"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    #: in base32
    secret = Words("account", by="account_id")
    made_at: Mapped[datetime]
    #: when its first code was typed; None: it is not in use yet
    confirmed_at: Mapped[datetime | None]
    #: the newest 30-second step whose code was used
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """One of ten codes for the day when the phone is lost; gone when it is used."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: SHA-256 of the account's id and the code
    code_hash: Mapped[str] = mapped_column(unique=True)


class Step(Base):
    """Something that began on one page and ends on the next one: a challenge, a right password, a code that was sent."""

    __tablename__ = "step"
    #: SHA-256 of what it is for and whose it is: one browser's, one sign-in's, one account's
    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: who made it for them, at a desk
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: a challenge as base64url, or the hash of a code
    value: Mapped[str] = mapped_column(default="")
    #: tries left
    tries: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
