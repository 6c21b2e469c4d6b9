"""A patient's flares and flare plan. What was removed, or joined to another flare, is left out where nothing else is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from companion import clock
from companion.flares.model import Flare, FlareStep, FlareTick
from companion.identity.model import Clinic, Patient
from companion.sharing import queries as sharing
from companion.sharing.terms import ALWAYS, Period
from companion.store import db


def counts(patient_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of the patient's flares that count."""
    return Flare.patient_id == patient_id, Flare.removed_at.is_(None), Flare.joined_id.is_(None)


def _flares(*where: ColumnElement[bool]) -> Select[Flare]:
    query = select(Flare).where(*where).order_by(Flare.began_at.desc(), Flare.id.desc())
    return query.options(joinedload(Flare.author), selectinload(Flare.joined))


def open_flare(patient: Patient) -> Flare | None:
    """The flare that goes on."""
    return db.scalars(_flares(*counts(patient.id), Flare.ended_at.is_(None)).limit(1)).first()


def going_on(patient: Patient, at: datetime) -> Flare | None:
    """The flare that one which begins at `at` belongs to: one that is open, or one that went on then."""
    then = (Flare.began_at <= at) & (Flare.ended_at >= at)
    query = _flares(*counts(patient.id), or_(Flare.ended_at.is_(None), then))
    return db.scalars(query.order_by(None).order_by(Flare.ended_at.is_(None).desc(), Flare.id).limit(1)).first()


def flare(patient: Patient, uuid: str) -> Flare | None:
    """One flare, removed or not; for one that was joined, the flare that counts."""
    found = db.scalars(_flares(Flare.patient_id == patient.id, Flare.uuid == uuid)).first()
    if found is None or found.joined_id is None:
        return found
    return db.scalars(_flares(Flare.id == found.joined_id)).one()


def flares(patient: Patient, first: date, last: date, most: int | None = None) -> list[Flare]:
    """Those that went on on one of the diary days, newest first, at most `most` if given."""
    begins, ends = _instants(patient.zone, first, last)
    during = (Flare.began_at < ends) & or_(Flare.ended_at.is_(None), Flare.ended_at >= begins)
    return list(db.scalars(_flares(*counts(patient.id), during).limit(most))) if first <= last else []


def removed(patient: Patient) -> list[Flare]:
    """Those that were taken out, newest first."""
    return list(
        db.scalars(_flares(Flare.patient_id == patient.id, Flare.removed_at.is_not(None), Flare.joined_id.is_(None)))
    )


def _instants(zone: str, first: date, last: date) -> tuple[datetime, datetime]:
    """Where the days begin and end."""
    return clock.bounds(first, zone)[0], clock.bounds(last, zone)[1]


class Stretch(NamedTuple):
    """The diary days of one flare, both included."""

    first: date
    last: date


class Total(NamedTuple):
    """How many flares there were in some days, and on how many days one went on."""

    often: int
    days: int


def stretches(patient_id: int, zone: str, first: date, last: date, period: Period = ALWAYS) -> list[Stretch]:
    """The flares of the days as far as those are in `period`, oldest first; one that goes on lasts until the last day."""
    first, last = period.within(first, last)
    if first > last:
        return []
    begins, ends = _instants(zone, first, last)
    during = (Flare.began_at < ends) & or_(Flare.ended_at.is_(None), Flare.ended_at >= begins)
    rows = db.execute(
        select(Flare.began_at, Flare.ended_at).where(*counts(patient_id), during).order_by(Flare.began_at)
    )
    return [
        Stretch(max(clock.day_of(began, zone), first), min(clock.day_of(ended, zone), last) if ended else last)
        for began, ended in rows
    ]


def total(found: Sequence[Stretch], first: date = date.min, last: date = date.max) -> Total:
    """The count and the days of the stretches from `first` to `last`; a day with two flares is one day."""
    within = [each for each in found if each.first <= last and each.last >= first]
    days = {
        max(each.first, first) + timedelta(days=n)
        for each in within
        for n in range((min(each.last, last) - max(each.first, first)).days + 1)
    }
    return Total(len(within), len(days))


def steps(patient: Patient) -> list[FlareStep]:
    """My flare plan, in its order."""
    query = select(FlareStep).where(FlareStep.patient_id == patient.id, FlareStep.removed_at.is_(None))
    return list(db.scalars(query.options(joinedload(FlareStep.author)).order_by(FlareStep.place, FlareStep.id)))


def removed_steps(patient: Patient) -> list[FlareStep]:
    """What was taken out of the plan, the last one first; not what only got other words."""
    changed = select(FlareStep.former_id).where(FlareStep.former_id.is_not(None), FlareStep.patient_id == patient.id)
    query = select(FlareStep).where(FlareStep.patient_id == patient.id, FlareStep.removed_at.is_not(None))
    query = query.where(FlareStep.id.not_in(changed)).order_by(FlareStep.removed_at.desc(), FlareStep.id.desc())
    return list(db.scalars(query))


def step(patient: Patient, step_id: int) -> FlareStep | None:
    """One step, removed or not."""
    return db.scalars(select(FlareStep).where(FlareStep.patient_id == patient.id, FlareStep.id == step_id)).first()


def ticks(flare: Flare) -> list[FlareTick]:
    """The steps that were done during the flare, oldest first."""
    query = select(FlareTick).where(FlareTick.flare_id == flare.id, FlareTick.removed_at.is_(None))
    query = query.options(joinedload(FlareTick.step), joinedload(FlareTick.author))
    return list(db.scalars(query.order_by(FlareTick.done_at, FlareTick.id)))


def clinics(patient: Patient, now: datetime) -> list[Clinic]:
    """The clinics that the patient shares with and that have a telephone."""
    return [row.clinic for row in sharing.grants(patient, now) if row.clinic is not None and row.clinic.phone]
