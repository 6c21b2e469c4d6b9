"""Grants and what they said before, invitations, emergencies and looks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    event,
    false,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from companion.identity.model import Account, Clinic, Patient
from companion.sealed import Words
from companion.sharing import ranks
from companion.sharing.terms import Period
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


_OPEN = text("stopped_at IS NULL")


class Grant(Base):
    """A patient lets a clinic or a caregiver see parts of the record, from one instant until it is stopped or ends."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("(clinic_id IS NULL) <> (account_id IS NULL)", name="one_side"),
        # a clinic's list is one walk along it, however many patients there are
        Index(
            "ix_grant_list",
            *("clinic_id", "list_rank", "patient_id", "ends_at"),
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
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
    #: whether the caregiver is told when a reminder of the patient was not answered
    told_missed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: whether the caregiver keeps the record for somebody who has no account here
    keeps: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: the days of the record that are open, None without end on that side
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    granted_at: Mapped[datetime]
    #: when it ends by itself, None until it is stopped
    ends_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    #: version of the words that were agreed to, a key of consent.TEXTS; empty before there were any
    consent: Mapped[str] = mapped_column(default="", server_default="")
    #: its place in the clinic's list, as `ranks` gives it; None for a caregiver's
    list_rank: Mapped[int | None] = mapped_column(BigInteger)

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def period(self) -> Period:
        """The days of the record that are open."""
        return Period(self.since_on, self.until_on)

    @property
    def ends_on(self) -> date | None:
        """The last day on which it holds, on the patient's clock."""
        return last_day(self.ends_at, self.patient.zone)


def last_day(ends_at: datetime | None, zone: str) -> date | None:
    """The calendar day whose end `ends_at` is."""
    return (ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() if ends_at else None


def holds(now: datetime) -> ColumnElement[bool]:
    """Whether a grant is open at `now`."""
    return Grant.stopped_at.is_(None) & (Grant.ends_at.is_(None) | (Grant.ends_at > now))


class Version(Base):
    """What a grant said from one instant on, and who said so; a row for each change of it."""

    __tablename__ = "grant_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grant.id"), index=True)
    changed_at: Mapped[datetime]
    #: None where it was not yet written down
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    parts: Mapped[list[str]] = mapped_column(JSON)
    may_log: Mapped[bool]
    told_missed: Mapped[bool] = mapped_column(default=False, server_default=false())
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]
    #: whether nothing is open from then on
    stopped: Mapped[bool] = mapped_column(default=False)

    grant: Mapped[Grant] = relationship()
    changer: Mapped[Account | None] = relationship()


@event.listens_for(Grant, "after_insert")
def _take_a_place(_mapper: Any, connection: Connection, grant: Grant) -> None:
    """A patient lets a clinic in: they stand in its list, by their name."""
    if grant.clinic_id is not None:
        rank = ranks.place(connection, grant.id, grant.clinic_id, grant.patient_id)
        set_committed_value(grant, "list_rank", rank)


@event.listens_for(Patient, "after_update")
def _follow_the_name(_mapper: Any, connection: Connection, patient: Patient) -> None:
    """A patient has another name: the lists follow in the same transaction."""
    if inspect(patient).attrs.name_sealed.history.has_changes():
        held = select(Grant.id, Grant.clinic_id).where(Grant.patient_id == patient.id, Grant.clinic_id.is_not(None))
        # in one order, so that two never wait for each other
        rows: list[Any] = [*connection.execute(held.where(Grant.stopped_at.is_(None)).order_by(Grant.clinic_id))]
        for grant_id, clinic_id in rows:
            ranks.place(connection, grant_id, clinic_id, patient.id)


def _kind(context: Any) -> str:
    """What a code is for that was written without a word of it."""
    return "patient" if context.get_current_parameters().get("clinic_id") else "caregiver"


class Invitation(Base):
    """A code that lets somebody in. Works once."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the code
    code_hash: Mapped[str] = mapped_column(unique=True)
    #: who says yes to it: `patient` (a clinic asks them to share), `caregiver` (a patient asks them to help), `clinic`
    #: (a patient shares), `staff` (a clinic asks them to work there), `owner` (a caregiver hands them their record)
    kind: Mapped[str] = mapped_column(default=_kind)
    #: the clinic that asks
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    #: the patient that asks, or whose record is handed over
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: for whom, in the words of the one who invites
    note = Words("account", of="made_by", by="code_hash")
    parts: Mapped[list[str]] = mapped_column(JSON)
    may_log: Mapped[bool] = mapped_column(default=False)
    #: as in the grant that it leads to
    told_missed: Mapped[bool] = mapped_column(default=False, server_default=false())
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    #: version of the words that a patient who asks agreed to, as in Grant
    consent: Mapped[str] = mapped_column(default="", server_default="")
    #: as in Membership, for `staff`
    role: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    clinic: Mapped[Clinic | None] = relationship()
    patient: Mapped[Patient | None] = relationship()
    maker: Mapped[Account] = relationship(foreign_keys=[made_by])

    @property
    def period(self) -> Period:
        """The days of the record that it opens."""
        return Period(self.since_on, self.until_on)


class Glass(Base):
    """A clinician opened a whole record without the patient's word, in an emergency, until `ends_at`."""

    __tablename__ = "glass"
    __table_args__ = (Index("ix_glass_opened", "patient_id", "account_id", "ends_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    reason = Words("patient")
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: when an administrator looked at it, and who
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    reviewer: Mapped[Account | None] = relationship(foreign_keys=[reviewed_by])
    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()


#: in place of a part: nothing was seen, but a code for a new password was made for the patient
CODE = "code"


class Look(Base):
    """Another person opened a part of the record, or made a code for a new password."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_patient", "patient_id", "looked_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    #: what was seen: a key of PARTS, or `list` for a line in the clinic's list, CODE; `record` in old rows: the clinic's overview
    part: Mapped[str]
    looked_at: Mapped[datetime]
    #: the emergency in which it was opened
    glass_id: Mapped[int | None] = mapped_column(ForeignKey("glass.id"))

    account: Mapped[Account] = relationship()
    clinic: Mapped[Clinic | None] = relationship()
    glass: Mapped[Glass | None] = relationship()
