"""Procedures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Clinic, Patient
from companion.sealed import Words
from companion.store import Base


class Procedure(Base):
    """One procedure on one day, as the clinic wrote it down."""

    __tablename__ = "procedure"
    __table_args__ = (Index("ix_procedure_day", "patient_id", "done_on"), UniqueConstraint("patient_id", "uuid"))
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made with the form; the same uuid is the same procedure, however often it is sent
    uuid: Mapped[str | None]
    digest: Mapped[str | None]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: code of kinds.toml
    kind: Mapped[str]
    #: spinal level or target in the clinic's words: "L4-5"
    level: Mapped[str] = mapped_column(default="")
    #: left, right, both or middle
    side: Mapped[str] = mapped_column(default="")
    done_on: Mapped[date]
    note = Words("patient")
    recorded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
