"""Flares, the steps of a person's own flare plan, and their tick-offs. What somebody typed is sealed for the patient."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.flares import questions
from companion.identity.model import Account, Patient
from companion.sealed import Words
from companion.store import Base


class Flare(Base):
    """Pain flared up: from when to when, what set it off, and what was answered about signs that must not wait."""

    __tablename__ = "flare"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"), Index("ix_flare_began", "patient_id", "began_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same flare
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: zone in which it was written
    zone: Mapped[str]
    began_at: Mapped[datetime]
    #: diary day on which it began
    day: Mapped[date]
    #: None while it goes on
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: keys of questions.TRIGGERS
    set_off: Mapped[list[str]] = mapped_column(JSON)
    #: `yes` or `no` by the code of redflags.toml; what was not answered is not in it
    flags: Mapped[dict[str, str]] = mapped_column(JSON)
    #: what set it off in the person's own words
    words = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    #: the flare that was going on when this one was written down, on another phone: the two are one, and that one counts
    joined_id: Mapped[int | None] = mapped_column(ForeignKey("flare.id"), index=True)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    joined: Mapped[list[Flare]] = relationship(order_by="Flare.id")

    @property
    def all_words(self) -> list[str]:
        """Own words, also those that came from another phone for the same flare."""
        return [words for words in (each.words for each in (self, *self.joined)) if words]

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None and self.removed_at is None

    @property
    def local(self) -> datetime:
        """When it began, on the clock of the zone in which it was written."""
        return self.began_at.astimezone(ZoneInfo(self.zone))

    @property
    def level(self) -> str:
        """How soon its answers ask for help, as `questions.level`."""
        return questions.level(self.flags)

    def length(self, now: datetime) -> timedelta:
        """How long it lasted, or has lasted until `now`."""
        return max((self.ended_at or now) - self.began_at, timedelta())


class FlareStep(Base):
    """One step of my flare plan. Other words are another step in its place, so that an old tick-off says what was done."""

    __tablename__ = "flare_step"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: from 1 on; steps of one place stand in the order of their writing
    place: Mapped[int]
    #: the step whose words it changed
    former_id: Mapped[int | None] = mapped_column(ForeignKey("flare_step.id"), index=True)
    #: what to do
    text = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])


class FlareTick(Base):
    """A step was done during a flare."""

    __tablename__ = "flare_tick"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    flare_id: Mapped[int] = mapped_column(ForeignKey("flare.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("flare_step.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    flare: Mapped[Flare] = relationship()
    step: Mapped[FlareStep] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
