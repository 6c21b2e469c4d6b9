"""Grants, invitations and looks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Clinic, Patient
from companion.store import Base
from companion.words import Later, lazy

#: the parts of a record that can be opened, in the order they are shown
PARTS: dict[str, Later] = {
    "pain": lazy("Pain, where it hurts, what it stops, sleep"),
    "mood": lazy("Mood"),
    "medicines": lazy("Medicines"),
    "therapy": lazy("Exercises and CBT"),
    "procedures": lazy("Procedures"),
    "notes": lazy("Notes in the diary"),
}


class Grant(Base):
    """A patient lets a clinic or a caregiver see parts of the record, from one instant until it is stopped."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("(clinic_id IS NULL) <> (account_id IS NULL)", name="one_side"),
        Index("ix_grant_clinic_open", "clinic_id", "stopped_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    #: the clinic that may look, or
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    #: the caregiver that may look
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: keys of PARTS
    parts: Mapped[list[str]] = mapped_column(JSON)
    #: whether the caregiver may also write
    may_log: Mapped[bool] = mapped_column(default=False)
    granted_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
    account: Mapped[Account | None] = relationship()


class Invitation(Base):
    """A code that leads to a grant: a clinic gives it to a patient, or a patient to a caregiver. Works once."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the code
    code_hash: Mapped[str] = mapped_column(unique=True)
    #: set when a clinic invites a patient
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    #: set when a patient invites a caregiver
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: for whom, in the words of the one who invites
    note: Mapped[str] = mapped_column(default="")
    parts: Mapped[list[str]] = mapped_column(JSON)
    may_log: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    clinic: Mapped[Clinic | None] = relationship()
    patient: Mapped[Patient | None] = relationship()
    maker: Mapped[Account] = relationship(foreign_keys=[made_by])


class Look(Base):
    """Another person opened a part of the record."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_patient", "patient_id", "looked_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    #: what was opened: a key of PARTS, `record` for the overview, or `list` for a line in the clinic's list
    part: Mapped[str]
    looked_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
