"""What was seen, and what it said before. What somebody typed is sealed for the patient."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Patient
from companion.sealed import Facts, Words
from companion.store import Base


class Seen(Base):
    """A caregiver saw something. It stands beside the patient's own words, and in none of their sums."""

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"), Index("ix_seen_day", "patient_id", "day"))
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same record
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime]
    #: zone in which it was written
    zone: Mapped[str]
    #: diary day
    day: Mapped[date]
    #: keys of signs.SIGNS
    signs: Mapped[list[str]] = mapped_column(JSON)
    #: own words
    note = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    #: counts corrections
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    remover: Mapped[Account | None] = relationship(foreign_keys=[removed_by])
    versions: Mapped[list[SeenVersion]] = relationship(order_by="SeenVersion.version")

    @property
    def local(self) -> datetime:
        """When it was, on the clock of the zone in which it was written."""
        return self.seen_at.astimezone(ZoneInfo(self.zone))


class SeenVersion(Base):
    """What it said before it was corrected."""

    __tablename__ = "seen_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    seen_id: Mapped[int] = mapped_column(ForeignKey("seen.id"), index=True)
    version: Mapped[int]
    #: seen_at (ISO text), signs and note
    said = Facts("seen", by="version")
    replaced_at: Mapped[datetime]
