"""Take-outs with their sealed pieces, and closed records."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Clinic, Patient
from companion.sealed import Words
from companion.store import Base

#: how long a take-out can be fetched
KEPT = timedelta(days=7)
#: so often it is begun before it is given up
TRIES = 4
#: how long a clinic can take back that it closed a record
UNDONE_WITHIN = timedelta(days=30)


_OWN, _KEPT = text("patient_id IS NULL"), text("patient_id IS NOT NULL")


class TakeOut(Base):
    """All that one account has, or a diary that it keeps, as one file that is made or can be fetched; one of each at a time."""

    __tablename__ = "take_out"
    __table_args__ = (
        Index("ix_take_out_own", "account_id", unique=True, sqlite_where=_OWN, postgresql_where=_OWN),
        Index("ix_take_out_kept", "account_id", "patient_id", unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: whose diary the account keeps and takes out; None for all that is its own
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    asked_at: Mapped[datetime]
    #: who works on it now; a later lease makes an older worker stop
    lease: Mapped[str] = mapped_column(default="")
    #: not before this; while leased, when the lease ends
    try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: rows that are written, of how many
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: its pieces and their bytes before they were sealed
    pieces: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime | None]

    def state(self, now: datetime) -> str:
        """waiting, working, ready, over (no longer kept) or failed (given up)."""
        if self.made_at is not None:
            return "ready" if now < self.made_at + KEPT else "over"
        if self.tries >= TRIES and self.try_at <= now:
            return "failed"
        return "working" if self.tries else "waiting"

    def until(self, zone: str) -> date | None:
        """The last whole day on which it can be fetched, in `zone`."""
        return (self.made_at + KEPT).astimezone(ZoneInfo(zone)).date() - timedelta(days=1) if self.made_at else None

    @property
    def percent(self) -> int:
        """How much of it is written, 0 to 99."""
        return min(99, 100 * self.done // max(1, self.total))


class TakeOutPiece(Base):
    """A piece of the file, sealed for its account."""

    __tablename__ = "take_out_piece"
    take_out_id: Mapped[int] = mapped_column(ForeignKey("take_out.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class Closing(Base):
    """A clinic closed the record of a person who has died."""

    __tablename__ = "closing"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    closed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    died_on: Mapped[date]
    #: how the clinic knows, in its own words
    reason = Words("patient")
    closed_at: Mapped[datetime]
    #: it was a mistake, and who said so
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    closer: Mapped[Account] = relationship(foreign_keys=[closed_by])

    def can_be_undone(self, clinic_id: int, now: datetime) -> bool:
        """Whether that clinic may still take it back."""
        return self.clinic_id == clinic_id and self.undone_at is None and now < self.closed_at + UNDONE_WITHIN
