"""The times at which a thing is due: set them, stop them, find them, and aim them anew after a journey.

Rooms call these in the transaction that changes the thing itself. Past days keep the times that they had: a time that
no longer holds is ended, not taken away.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from companion import clock
from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.store import db

_DAY = timedelta(days=1)


def set_times(
    patient: Patient,
    kind: str,
    thing_id: int,
    walls: list[time],
    weekdays: str,
    now: datetime,
    rings: bool | None = None,
) -> None:
    """Let the thing be due at `walls` on `weekdays` (ISO digits, "135") from now on.

    A time that stays keeps its row. A new time begins today, or on the next day if it has passed today, so that nothing
    is missed before it was planned. `rings` None leaves the bells as they are; new times then ring unless all were
    silent.
    """
    today = _today(patient, now)
    former = current(patient.id, kind, thing_id, today)
    wanted = set(walls) if weekdays else set()
    kept = [row for row in former if row.weekdays == weekdays and row.wall in wanted]
    _end([row for row in former if row not in kept], today)
    for row in kept:
        if rings is not None and row.rings != rings:
            row.rings = rings
            row.aim(now, patient.zone)
    bell = rings if rings is not None else not former or any(row.rings for row in former)
    for wall in sorted(wanted - {row.wall for row in kept}):
        passed = clock.at(today, wall, patient.zone) < now
        row = Schedule(patient_id=patient.id, kind=kind, thing_id=thing_id, wall=wall, weekdays=weekdays, rings=bell)
        row.starts_on = today + _DAY if passed else today
        row.aim(now, patient.zone)
        db.add(row)


def stop(patient: Patient, kind: str, thing_id: int, now: datetime) -> None:
    """Let the thing not be due any more, today included."""
    today = _today(patient, now)
    _end(current(patient.id, kind, thing_id, today), today)


def schedules(
    patient_id: int, first: date, last: date, kind: str | None = None, thing_id: int | None = None
) -> list[Schedule]:
    """The schedules that may hold on a diary day from `first` to `last`, by wall time; of one kind or thing if given.

    The calendar day after `last` counts, since its first hours belong to the diary day `last`.
    """
    query = select(Schedule).where(Schedule.patient_id == patient_id, Schedule.starts_on <= last + _DAY)
    held = (Schedule.ends_on >= first) & (Schedule.ends_on >= Schedule.starts_on)
    query = query.where(Schedule.ends_on.is_(None) | held)
    if kind is not None:
        query = query.where(Schedule.kind == kind)
    if thing_id is not None:
        query = query.where(Schedule.thing_id == thing_id)
    return list(db.scalars(query.order_by(Schedule.wall, Schedule.id)))


def current(patient_id: int, kind: str, thing_id: int, today: date) -> list[Schedule]:
    """The thing's schedules that are not over on the calendar day `today`, by wall time."""
    query = (
        select(Schedule)
        .where(Schedule.patient_id == patient_id, Schedule.kind == kind, Schedule.thing_id == thing_id)
        .where(Schedule.ends_on.is_(None) | (Schedule.ends_on >= today))
    )
    return list(db.scalars(query.order_by(Schedule.wall, Schedule.id)))


def re_aim(patient: Patient, now: datetime) -> None:
    """Aim every bell anew after `patient.zone` has changed; no local day that has rung is rung again.

    What is due and not yet rung is left alone: whoever rings it aims it again in the new zone.
    """
    query = select(Schedule).where(Schedule.patient_id == patient.id, Schedule.next_due_at > now)
    for row in db.scalars(query):
        row.aim(now, patient.zone)


def _end(rows: list[Schedule], today: date) -> None:
    for row in rows:
        row.ends_on = today - _DAY
        row.next_due_at = row.next_due_on = None


def _today(patient: Patient, now: datetime) -> date:
    return now.astimezone(ZoneInfo(patient.zone)).date()
