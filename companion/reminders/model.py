"""Devices, deliveries and receipts."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Patient
from companion.schedule.model import Schedule
from companion.sealed import Facts
from companion.sharing.model import Grant
from companion.store import Base


class Address(NamedTuple):
    """What `PushManager.subscribe()` gave: where messages go, and the browser's public key and secret in base64url."""

    endpoint: str
    p256dh: str
    auth: str


class Device(Base):
    """A browser that receives pushes for an account."""

    __tablename__ = "device"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: SHA-256 of the endpoint
    endpoint_hash: Mapped[str] = mapped_column(unique=True)
    #: the fields of its Address
    reached = Facts("account", by="endpoint_hash")
    #: browser and system in plain words
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    #: when the browser last said that it still listens
    confirmed_at: Mapped[datetime]
    #: when a push last reached the push service
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: gone (the push service said so) or removed (the person did)
    ended_why: Mapped[str] = mapped_column(default="")

    account: Mapped[Account] = relationship()

    @property
    def address(self) -> Address:
        """Where and how it is reached; raises seal.LostKey."""
        return Address(*self.reached)


def columns_of(address: Address, account_id: int) -> dict[str, Any]:
    """The columns of a Device of the account that hold the address."""
    hashed = sha256(address.endpoint.encode()).hexdigest()
    return {"endpoint_hash": hashed, **Device.reached.columns(address, account_id, hashed)}


_OWN, _TOLD = text("grant_id IS NULL"), text("grant_id IS NOT NULL")


class Delivery(Base):
    """One reminder for one planned time, or the word to a caregiver that nobody answered it: its lease, how it ended."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_rung", "schedule_id", "due_on", "prompt", unique=True, sqlite_where=_OWN, postgresql_where=_OWN
        ),
        Index(
            "ix_delivery_told",
            "schedule_id",
            "due_on",
            "grant_id",
            unique=True,
            sqlite_where=_TOLD,
            postgresql_where=_TOLD,
        ),
        Index("ix_delivery_waiting", "state", "try_at"),
        Index("ix_delivery_patient", "patient_id", "due_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: random, names it to the phone
    key: Mapped[str] = mapped_column(unique=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    #: local calendar day of the planned time
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    #: 1, or 2 for the one second prompt; 0 for the word to a caregiver
    prompt: Mapped[int] = mapped_column(default=1)
    #: of the caregiver who is told; None where the patient is rung
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id"))
    #: waiting (also while leased), sent, or over
    state: Mapped[str] = mapped_column(default="waiting")
    #: why it is over: done, expired, nobody (no device), refused, stopped, later (another prompt took its place)
    why: Mapped[str] = mapped_column(default="")
    #: not before this; while leased, when the lease ends
    try_at: Mapped[datetime]
    #: who works on it now; a later lease makes an older message void
    lease: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]

    schedule: Mapped[Schedule] = relationship()
    patient: Mapped[Patient] = relationship()
    grant: Mapped[Grant | None] = relationship()

    @property
    def account(self) -> Account | None:
        """Whose phones ring."""
        return self.grant.account if self.grant else self.patient.account


class Receipt(Base):
    """What the phone did with a push; each kind once."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("delivery_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    #: shown, opened, done or later
    kind: Mapped[str]
    at: Mapped[datetime]
