"""Who may look at a record, who was asked to, and who did; and whose records a person may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from companion import clock
from companion.identity.model import Account, Clinic, Membership, Patient
from companion.identity.names import folded
from companion.sharing.model import CODE, Glass, Grant, Invitation, Look, Version, holds
from companion.store import db

#: looks of one person that are not further apart are one visit; while it lasts, a look is written every ten minutes
_SAME_VISIT = timedelta(minutes=30)


def grants(patient: Patient, now: datetime) -> list[Grant]:
    """The record's grants that are open at `now`, oldest first, with clinic and caregiver loaded."""
    query = select(Grant).where(Grant.patient_id == patient.id, holds(now))
    return list(db.scalars(query.options(joinedload(Grant.clinic), joinedload(Grant.account)).order_by(Grant.id)))


def grant(patient: Patient, grant_id: int, now: datetime) -> Grant | None:
    """One open grant of the record."""
    return next((row for row in grants(patient, now) if row.id == grant_id), None)


def history(patient: Patient) -> list[Version]:
    """What every grant of the record ever said, oldest first, with the names of all who had to do with it loaded."""
    query = select(Version).join(Version.grant).where(Grant.patient_id == patient.id)
    sides = joinedload(Version.grant).options(joinedload(Grant.clinic), joinedload(Grant.account))
    return list(db.scalars(query.options(sides, joinedload(Version.changer)).order_by(Version.changed_at, Version.id)))


def glasses(clinic_id: int) -> list[Glass]:
    """The emergencies in which the clinic's people opened a record, the latest first; people and patients loaded."""
    people = (Glass.account, Glass.patient, Glass.reviewer)
    query = select(Glass).where(Glass.clinic_id == clinic_id).options(*(joinedload(who) for who in people))
    return list(db.scalars(query.order_by(Glass.opened_at.desc(), Glass.id.desc())))


def opened_by(member: Membership, now: datetime) -> list[Glass]:
    """The records that the member opened in an emergency and that are open still, the latest first; patients loaded.

    One of somebody who is leaving is open no more.
    """
    query = select(Glass).where(Glass.account_id == member.account_id, Glass.clinic_id == member.clinic_id)
    query = query.join(Glass.patient).outerjoin(Patient.account).where(Glass.ends_at > now, Account.erases_at.is_(None))
    query = query.options(contains_eager(Glass.patient))
    return list(db.scalars(query.order_by(Glass.id.desc())))


def emergencies(patient: Patient, since: datetime) -> list[Glass]:
    """Who opened the record in an emergency since then, the latest first; person and clinic loaded."""
    query = select(Glass).where(Glass.patient_id == patient.id, Glass.opened_at >= since)
    query = query.options(joinedload(Glass.account), joinedload(Glass.clinic))
    return list(db.scalars(query.order_by(Glass.id.desc())))


def codes(patient: Patient, since: datetime) -> list[Look]:
    """The codes for a new password that were made since then, the latest first; who made them, and clinic, loaded."""
    query = select(Look).where(Look.patient_id == patient.id, Look.looked_at >= since, Look.part == CODE)
    query = query.options(joinedload(Look.account), joinedload(Look.clinic))
    return list(db.scalars(query.order_by(Look.looked_at.desc(), Look.id.desc())))


def last_opened(patient: Patient, rows: Sequence[Grant]) -> dict[int, datetime]:
    """When each of the record's grants was last used to open it, by grant id; the staff of a clinic count as one.

    A line in the clinic's list is a look, but opens nothing, as does a code.
    """
    query = select(Look.clinic_id, Look.account_id, func.max(Look.looked_at)).where(
        Look.patient_id == patient.id, Look.part.not_in(("list", CODE))
    )
    latest: dict[tuple[str, int], datetime] = {}
    for clinic_id, account_id, at in db.execute(query.group_by(Look.clinic_id, Look.account_id)):
        side = ("clinic", clinic_id) if clinic_id else ("account", account_id)
        latest[side] = max(at, latest.get(side, at))
    sides = {row.id: ("clinic", row.clinic_id) if row.clinic_id else ("account", row.account_id) for row in rows}
    return {grant_id: latest[side] for grant_id, side in sides.items() if side in latest}


def invitations(patient: Patient, now: datetime) -> list[Invitation]:
    """The record's codes that are still open, oldest first."""
    query = select(Invitation).where(Invitation.patient_id == patient.id, Invitation.used_at.is_(None))
    return list(db.scalars(query.where(Invitation.expires_at > now).order_by(Invitation.id)))


def invitation(patient: Patient, invitation_id: int, now: datetime) -> Invitation | None:
    """One open code of the record."""
    return next((row for row in invitations(patient, now) if row.id == invitation_id), None)


def clinic_invitations(clinic_id: int, now: datetime, kind: str = "patient") -> list[Invitation]:
    """The clinic's codes of a kind that are still open, newest first."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.used_at.is_(None))
    query = query.where(Invitation.kind == kind)
    return list(db.scalars(query.where(Invitation.expires_at > now).order_by(Invitation.id.desc())))


def clinic_invitation(clinic_id: int, invitation_id: int, kind: str = "patient") -> Invitation | None:
    """One of the clinic's codes of a kind, open or not."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.kind == kind)
    return db.scalars(query.where(Invitation.id == invitation_id)).first()


def caring(account: Account, now: datetime) -> list[Grant]:
    """The open grants that let the account into somebody's record, by the patient's name."""
    query = select(Grant).where(Grant.account_id == account.id, holds(now))
    rows = db.scalars(query.options(joinedload(Grant.patient)).order_by(Grant.id))
    return sorted(rows, key=lambda row: folded(row.patient.name))


@dataclass
class Visit:
    """What one person read in one go."""

    account: Account
    clinic: Clinic | None
    #: the emergency in which it was
    glass: Glass | None
    first_at: datetime
    last_at: datetime
    parts: set[str] = field(default_factory=set)


def visits(patient: Patient, first: date, last: date) -> dict[date, list[Visit]]:
    """Who looked on the calendar days from `first` to `last`, by day; days and visits newest first."""
    midnight = datetime.min.time()
    since, until = (clock.at(day, midnight, patient.zone) for day in (first, last + timedelta(days=1)))
    query = select(Look).where(Look.patient_id == patient.id, Look.looked_at >= since, Look.looked_at < until)
    loaded = (Look.account, Look.clinic, Look.glass)
    query = query.options(*(joinedload(each) for each in loaded)).order_by(Look.looked_at, Look.id)
    found: dict[date, list[Visit]] = {}
    going_on: dict[tuple[date, int, int | None, int | None], Visit] = {}
    for look in db.scalars(query):
        day = look.looked_at.astimezone(ZoneInfo(patient.zone)).date()
        key = (day, look.account_id, look.clinic_id, look.glass_id)
        visit = going_on.get(key)
        if visit is None or look.looked_at - visit.last_at > _SAME_VISIT:
            visit = going_on[key] = Visit(look.account, look.clinic, look.glass, look.looked_at, look.looked_at)
            found.setdefault(day, []).append(visit)
        visit.last_at = look.looked_at
        visit.parts.add(look.part)
    return {day: found[day][::-1] for day in reversed(found)}


def first_look(patient: Patient) -> datetime | None:
    """When somebody else first opened the record."""
    return db.scalars(select(func.min(Look.looked_at)).where(Look.patient_id == patient.id)).first()
