"""Entries, their sites, their former versions, and the day rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Patient
from companion.store import Base

#: the fields of an entry that a person fills in
FIELDS = ("felt_at", "pain", "impact", "sleep", "mood", "note")


class Entry(Base):
    """Pain at one moment, and what went with it."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index("ix_entry_day", "patient_id", "day"),
        CheckConstraint("pain BETWEEN 0 AND 10", name="pain_scale"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same entry
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    #: who wrote it: the patient or a caregiver
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    felt_at: Mapped[datetime]
    #: zone in which it was written
    zone: Mapped[str]
    #: diary day, from 04:00 to 04:00
    day: Mapped[date]
    #: 0 no pain, 10 worst imaginable
    pain: Mapped[int]
    #: how much it stops me, 0 not at all, 10 completely
    impact: Mapped[int | None]
    #: sleep last night, 0 very bad, 10 very good
    sleep: Mapped[int | None]
    #: mood, 0 very low, 10 very good
    mood: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    #: SHA-256 of what was sent, to tell a resend from another text under the same uuid
    digest: Mapped[str]
    #: counts corrections
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    sites: Mapped[list[Site]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="Site.region"
    )
    revisions: Mapped[list[Revision]] = relationship(back_populates="entry", order_by="Revision.version")

    @property
    def own(self) -> bool:
        """Whether it is the record's own word: the patient's, or anybody's where the patient has no account."""
        return self.patient.account_id in {None, self.author_id}

    @property
    def regions(self) -> list[str]:
        """Codes of regions.toml that were marked."""
        return [site.region for site in self.sites]

    @property
    def local(self) -> datetime:
        """When it was, on the clock of the zone in which it was written."""
        return self.felt_at.astimezone(ZoneInfo(self.zone))


class Site(Base):
    """A region that was marked in an entry."""

    __tablename__ = "site"
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    #: code of regions.toml
    region: Mapped[str] = mapped_column(primary_key=True)

    entry: Mapped[Entry] = relationship(back_populates="sites")


class Revision(Base):
    """What an entry said before it was corrected."""

    __tablename__ = "revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    version: Mapped[int]
    #: FIELDS and regions, instants as ISO text; removed_at and removed_by where it was removed and this brought it back
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

    entry: Mapped[Entry] = relationship(back_populates="revisions")
    author: Mapped[Account] = relationship()

    @property
    def felt_at(self) -> datetime:
        """When it was, as it stood before."""
        return datetime.fromisoformat(self.said["felt_at"])

    @property
    def removed_at(self) -> datetime | None:
        """When the entry was removed, if this is the end of a removal."""
        text = self.said.get("removed_at")
        return datetime.fromisoformat(text) if text else None


class DiaryDay(Base):
    """The patient's own entries of one day, summed; trends read only these.

    Where a patient has no account, the record is kept by others and their entries are these.
    """

    __tablename__ = "diary_day"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    pain_sum: Mapped[int]
    pain_low: Mapped[int]
    pain_high: Mapped[int]
    impact_sum: Mapped[int] = mapped_column(default=0)
    impact_count: Mapped[int] = mapped_column(default=0)
    sleep_sum: Mapped[int] = mapped_column(default=0)
    sleep_count: Mapped[int] = mapped_column(default=0)
    mood_sum: Mapped[int] = mapped_column(default=0)
    mood_count: Mapped[int] = mapped_column(default=0)


class ObservedDay(Base):
    """What others entered for the patient on one day: drawn apart, never averaged into the patient's own."""

    __tablename__ = "observed_day"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    pain_sum: Mapped[int]


class DiaryMonth(Base):
    """All diary days of one patient in one month, summed; trends over years read only these.

    A sum is one of daily means, so a day counts the same however often a person wrote; `days` are those with an entry.
    """

    __tablename__ = "diary_month"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    #: its first day
    month: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int]
    pain_sum: Mapped[float]
    pain_low: Mapped[int]
    pain_high: Mapped[int]
    impact_sum: Mapped[float]
    impact_days: Mapped[int]
    sleep_sum: Mapped[float]
    sleep_days: Mapped[int]
    mood_sum: Mapped[float]
    mood_days: Mapped[int]
