"""What is on for a patient, what was answered, what the clinic must look at; and questionnaires that a clinic loaded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Clinic, Patient
from companion.measures.definition import Definition, read
from companion.sealed import Facts
from companion.store import Base


class Plan(Base):
    """A questionnaire is on for a patient, and due every so many days."""

    __tablename__ = "measure_plan"
    __table_args__ = (Index("ix_measure_plan_patient_id", "patient_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    #: code of the questionnaire
    instrument: Mapped[str]
    every_days: Mapped[int]
    #: the diary day from which on it is due
    since_on: Mapped[date]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: the clinic that switched it on, None for the patient
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    added_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic | None] = relationship()


class Answer(Base):
    """A questionnaire was answered. What exactly was answered is sealed."""

    __tablename__ = "measure_answer"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index("ix_measure_answer_day", "patient_id", "instrument", "day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same answer
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("measure_plan.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    instrument: Mapped[str]
    #: of the questionnaire as it was answered
    version: Mapped[int]
    #: the answers by code of the item
    said = Facts("patient", by="uuid", empty={})
    #: None if something that counts was left open, or nothing is scored
    score: Mapped[float | None] = mapped_column(Double)
    answered_at: Mapped[datetime]
    #: IANA zone of the record at that time
    zone: Mapped[str]
    #: diary day
    day: Mapped[date]
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    plan: Mapped[Plan] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])


class Signal(Base):
    """An answer asks somebody at the clinic to look now. It stays open until somebody says that they saw it."""

    __tablename__ = "measure_signal"
    __table_args__ = (
        UniqueConstraint("answer_id", "clinic_id"),
        Index("ix_measure_signal_open", "clinic_id", "seen_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("measure_answer.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    answer: Mapped[Answer] = relationship()
    seer: Mapped[Account | None] = relationship()


class Form(Base):
    """A questionnaire that a clinic loaded, under its own licence; each load of the same one is a version."""

    __tablename__ = "measure_form"
    __table_args__ = (UniqueConstraint("code", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    code: Mapped[str]
    version: Mapped[int]
    #: as a data file of ours holds it
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
    #: nobody can switch it on any more; what was answered stays readable
    stopped_at: Mapped[datetime | None]

    adder: Mapped[Account] = relationship()

    @property
    def definition(self) -> Definition:
        """What it asks."""
        return read({**self.content, "code": self.code, "version": self.version})


class Reading(Base):
    """Who at a clinic reads answers that ask for help, and when: without it such a questionnaire stays off there."""

    __tablename__ = "measure_reading"
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    #: a person or a post, in words for the patient
    reader: Mapped[str]
    hours: Mapped[str]
    changed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]
