"""Entries, their sites, their former versions, and the day rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.diary.regions import Marks
from companion.identity.model import Account, Patient
from companion.sealed import Facts, Words
from companion.store import Base

#: what a person fills in beside the time, each with what stands there if it is left out
BLANK: dict[str, Any] = {
    **dict.fromkeys(("pain", "worst", "least", "impact", "enjoyment", "walked", "sleep_hours")),
    **dict.fromkeys(("sleep", "mood", "fatigue", "stress")),
    **{"walked_in": "", "words": {}, "note": "", "from_memory": False},
}
#: the kinds of entry: pain at one moment, and a whole day looked back on in the evening
NOW, EVENING = "now", "evening"


_DOUBTFUL = text("doubtful_at IS NOT NULL")


class Entry(Base):
    """Pain at one moment, or over a whole day, and what went with it. Of the scores only pain at one moment must be there."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index("ix_entry_day", "patient_id", "day"),
        Index("ix_entry_doubtful", "patient_id", sqlite_where=_DOUBTFUL, postgresql_where=_DOUBTFUL),
        CheckConstraint("pain BETWEEN 0 AND 10", name="pain_scale"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same entry
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    #: who wrote it: the patient or a caregiver
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: NOW or EVENING
    kind: Mapped[str] = mapped_column(default=NOW, server_default=NOW)
    felt_at: Mapped[datetime]
    #: whether it was written down from memory, some time after it was felt
    from_memory: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: zone in which it was written
    zone: Mapped[str]
    #: diary day, from 04:00 to 04:00
    day: Mapped[date]
    #: 0 no pain, 10 worst imaginable; in the evening the day's average
    pain: Mapped[int | None]
    #: the day's worst and least pain
    worst: Mapped[int | None]
    least: Mapped[int | None]
    #: how much it stops me, 0 not at all, 10 completely
    impact: Mapped[int | None]
    #: how much it took the joy out of the day, 0 not at all, 10 completely
    enjoyment: Mapped[int | None]
    #: walking or standing, in the person's own unit: "20" "minutes"
    walked: Mapped[float | None]
    walked_in: Mapped[str] = mapped_column(default="", server_default="")
    #: hours of sleep last night
    sleep_hours: Mapped[float | None]
    #: sleep last night, 0 very bad, 10 very good
    sleep: Mapped[int | None]
    #: mood, 0 very low, 10 very good
    mood: Mapped[int | None]
    #: tired, 0 not at all, 10 completely; so is stress
    fatigue: Mapped[int | None]
    stress: Mapped[int | None]
    #: by the kinds of chips.toml, in the order in which they were chosen: codes of it, or the person's own words
    words = Facts("patient", by="uuid", empty={})
    note = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    #: what the phone told, where its clock cannot be right: `felt_at` is a guess, until it is corrected
    doubtful_at: Mapped[datetime | None]
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
    def marks(self) -> Marks:
        """The places with what was said of each."""
        strengths = {site.region: site.intensity for site in self.sites if site.intensity is not None}
        return Marks(self.regions, strengths, [site.region for site in self.sites if site.spreads])

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
    #: how strong it is there, 0 to 10
    intensity: Mapped[int | None]
    #: whether the pain spreads to here from another place
    spreads: Mapped[bool] = mapped_column(default=False, server_default=false())

    entry: Mapped[Entry] = relationship(back_populates="sites")


class Revision(Base):
    """What an entry said before it was corrected."""

    __tablename__ = "revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    version: Mapped[int]
    #: felt_at, BLANK and Marks, what did not exist yet left out; instants as ISO text; removed_at and removed_by where it
    #: was removed and this brought it back
    said = Facts("entry", by="version")
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

    entry: Mapped[Entry] = relationship(back_populates="revisions")
    author: Mapped[Account] = relationship()

    @property
    def values(self) -> dict[str, Any]:
        """All that it said, what did not exist yet as left out."""
        return BLANK | self.said

    @property
    def felt_at(self) -> datetime:
        """When it was, as it stood before."""
        return datetime.fromisoformat(self.said["felt_at"])

    @property
    def marks(self) -> Marks:
        """The places as they stood before."""
        return Marks(**{name: self.said[name] for name in Marks._fields if name in self.said})

    @property
    def removed_at(self) -> datetime | None:
        """When the entry was removed, if this is the end of a removal."""
        text = self.said.get("removed_at")
        return datetime.fromisoformat(text) if text else None


class DiaryDay(Base):
    """The patient's own entries of one day, summed; trends read only these. `entries` are those that tell of pain.

    Where a patient has no account, the record is kept by others and their entries are these.
    """

    __tablename__ = "diary_day"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    pain_sum: Mapped[int]
    #: the lowest and highest that was told of, None if nothing was
    pain_low: Mapped[int | None]
    pain_high: Mapped[int | None]
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

    A sum is one of daily means, so a day counts the same however often a person wrote; `days` are those that tell of pain.
    """

    __tablename__ = "diary_month"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    #: its first day
    month: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int]
    pain_sum: Mapped[float]
    pain_low: Mapped[int | None]
    pain_high: Mapped[int | None]
    impact_sum: Mapped[float]
    impact_days: Mapped[int]
    sleep_sum: Mapped[float]
    sleep_days: Mapped[int]
    mood_sum: Mapped[float]
    mood_days: Mapped[int]
