"""Links for outside doctors, and their uses."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Patient
from companion.sealed import Words
from companion.sharing.terms import Period
from companion.store import Base


class VisitLink(Base):
    """A patient shows chosen parts and days of the record to somebody without an account, for some days.

    The parts and the days are frozen when it is made. The rows are not: an entry that is corrected, removed or written
    later for one of these days is shown as it stands when somebody looks.
    """

    __tablename__ = "visit_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the token; the token itself is nowhere here
    token_hash: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: for whom, in the patient's words
    name = Words("patient", by="token_hash")
    #: keys of sharing.model.PARTS
    parts: Mapped[list[str]] = mapped_column(JSON)
    #: diary days, both included
    first_on: Mapped[date]
    last_on: Mapped[date]
    #: argon2id, None for a link that asks for nothing
    passphrase_hash: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship()

    @property
    def period(self) -> Period:
        """The days that it opens."""
        return Period(self.first_on, self.last_on)

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.withdrawn_at is None and now < self.expires_at


class VisitUse(Base):
    """Somebody read behind a link; a row for each ten minutes in one browser."""

    __tablename__ = "visit_use"
    __table_args__ = (Index("ix_visit_use_link", "link_id", "used_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("visit_link.id"))
    #: tells one browser from another, as long as the report stays open there
    reader: Mapped[str]
    used_at: Mapped[datetime]
