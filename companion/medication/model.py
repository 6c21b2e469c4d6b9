"""Medicines, doses and their day rows."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion import clock
from companion.identity.model import Account, Patient
from companion.sealed import Words
from companion.sharing.terms import Period
from companion.store import Base


class Medicine(Base):
    """A medicine that the patient takes, at set times or as needed."""

    __tablename__ = "medicine"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    name: Mapped[str]
    #: as on the box: "300 mg"
    strength: Mapped[str] = mapped_column(default="")
    #: what is taken at a time: "1 capsule"
    amount: Mapped[str] = mapped_column(default="")
    #: "with food", "why I take it"
    note = Words("patient")
    #: code of catalogue.toml, None for a free entry
    code: Mapped[str | None]
    as_needed: Mapped[bool] = mapped_column(default=False)
    #: who wrote it down: the patient, a caregiver or the clinic
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_on: Mapped[date]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: who changed it last, and when; None as long as it is as it was written down
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship()
    adder: Mapped[Account] = relationship(foreign_keys=[added_by])
    changer: Mapped[Account | None] = relationship(foreign_keys=[changed_by])
    stopper: Mapped[Account | None] = relationship(foreign_keys=[stopped_by])

    def is_within(self, period: Period) -> bool:
        """Whether it was taken on one of the days."""
        ended = clock.day_of(self.stopped_at, self.patient.zone) if self.stopped_at else None
        return period.touches(self.started_on, ended)

    @property
    def title(self) -> str:
        """Name and strength: "Gabapentin 300 mg"."""
        return f"{self.name} {self.strength}".strip()

    @property
    def full_title(self) -> str:
        """With the amount, which tells two lines of one medicine apart: "Gabapentin 300 mg, 1 capsule"."""
        return f"{self.title}, {self.amount}" if self.amount else self.title


class Dose(Base):
    """A medicine was taken, or a planned dose was skipped."""

    __tablename__ = "dose"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index("ix_dose_day", "patient_id", "day"),
        Index("ix_dose_medicine", "medicine_id", "taken_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same dose
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    medicine_id: Mapped[int] = mapped_column(ForeignKey("medicine.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: taken or skipped
    status: Mapped[str]
    taken_at: Mapped[datetime]
    #: diary day
    day: Mapped[date]
    #: the planned wall time that it answers, None for a dose beside the plan
    due_wall: Mapped[time | None]
    reason = Words("patient", by="uuid")
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    medicine: Mapped[Medicine] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])


class DoseDay(Base):
    """How often one medicine was taken and skipped on one day; trends read only these.

    A planned dose that was skipped and then taken is one that was taken.
    """

    __tablename__ = "dose_day"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    medicine_id: Mapped[int] = mapped_column(ForeignKey("medicine.id"), primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)


class DoseMonth(Base):
    """How often one medicine was taken and skipped in one month; trends over years read only these."""

    __tablename__ = "dose_month"
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    #: its first day
    month: Mapped[date] = mapped_column(primary_key=True)
    medicine_id: Mapped[int] = mapped_column(ForeignKey("medicine.id"), primary_key=True)
    taken: Mapped[int]
    skipped: Mapped[int]
