"""Programmes and sessions."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion import clock
from companion.identity.model import Account, Clinic, Patient
from companion.sealed import Words
from companion.sharing.terms import Period
from companion.store import Base
from companion.words import Later, lazy

#: the kind of a programme's schedules
SCHEDULED = "therapy"
KINDS: dict[str, Later] = {"pt": lazy("PT: movement"), "cbt": lazy("CBT: mind and habits")}


class Programme(Base):
    """Something to do again and again: "Back and hip exercises, Mon Wed Fri 10:00"."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made with the form; the same uuid is the same programme, however often it is sent
    uuid: Mapped[str | None]
    digest: Mapped[str | None]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    #: key of KINDS
    kind: Mapped[str]
    title: Mapped[str]
    #: what to do, in the planner's words
    note = Words("patient")
    #: about how long it takes, minutes
    minutes: Mapped[int | None]
    planned_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: the clinic that planned it, None for the patient's own
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    starts_on: Mapped[date]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: who changed it last, and when; None as long as it is as it was written down
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship()
    planner: Mapped[Account] = relationship(foreign_keys=[planned_by])
    changer: Mapped[Account | None] = relationship(foreign_keys=[changed_by])
    stopper: Mapped[Account | None] = relationship(foreign_keys=[stopped_by])
    clinic: Mapped[Clinic | None] = relationship()

    def is_within(self, period: Period) -> bool:
        """Whether it went on on one of the days."""
        ended = clock.day_of(self.stopped_at, self.patient.zone) if self.stopped_at else None
        return period.touches(self.starts_on, ended)


class Session(Base):
    """A session was done or skipped."""

    __tablename__ = "therapy_session"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index("ix_therapy_session_day", "patient_id", "day"),
        CheckConstraint("pain_before BETWEEN 0 AND 10", name="before_scale"),
        CheckConstraint("pain_after BETWEEN 0 AND 10", name="after_scale"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same session
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: done or skipped
    status: Mapped[str]
    done_at: Mapped[datetime]
    #: diary day
    day: Mapped[date]
    #: the planned wall time that it answers, None for one beside the plan
    due_wall: Mapped[time | None]
    pain_before: Mapped[int | None]
    pain_after: Mapped[int | None]
    note = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])

    def is_from_memory(self, zone: str) -> bool:
        """Whether it was written on a later diary day, so that `done_at` is only the planned time.

        A tap has seconds, a planned time has none: what was tapped that day and only arrived later keeps its time.
        """
        whole = self.done_at.second == self.done_at.microsecond == 0
        return whole and clock.day_of(self.recorded_at, zone) > self.day
