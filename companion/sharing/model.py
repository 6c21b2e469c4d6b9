"""Grants, invitations and looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Connection, ForeignKey, Index, event, inspect, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Account, Clinic, Patient
from companion.identity.names import folded
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


def _name_to_list(context: Any) -> str:
    """The patient's folded name for a new grant, which is written by id."""
    patient_id = context.get_current_parameters()["patient_id"]
    return folded(context.connection.scalar(select(Patient.name).where(Patient.id == patient_id)) or "")


_OPEN = text("stopped_at IS NULL")


class Grant(Base):
    """A patient lets a clinic or a caregiver see parts of the record, from one instant until it is stopped."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("(clinic_id IS NULL) <> (account_id IS NULL)", name="one_side"),
        # a clinic's list is one walk along it, however many patients there are
        Index("ix_grant_list", "clinic_id", "list_name", "patient_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
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
    #: the patient's folded name; a grant holds it too, so that a clinic's list is in order without a look at every patient
    list_name: Mapped[str] = mapped_column(default=_name_to_list, server_default="")

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
    account: Mapped[Account | None] = relationship()


@event.listens_for(Patient, "after_update")
def _follow_the_name(_mapper: Any, connection: Connection, patient: Patient) -> None:
    """A patient has another name: the lists follow in the same transaction."""
    if inspect(patient).attrs.name.history.has_changes():
        of = Grant.patient_id == patient.id
        connection.execute(update(Grant).where(of).values(list_name=folded(patient.name)))


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
    #: what was seen: a key of PARTS, or `list` for a line in the clinic's list; `record` in old rows: the clinic's overview
    part: Mapped[str]
    looked_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
