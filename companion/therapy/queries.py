"""A patient's programmes, the times they are planned at, and the sessions that answer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from companion import clock
from companion.identity.model import Patient
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.recurrence import slots, standing
from companion.sharing.queries import grants
from companion.store import db
from companion.therapy.model import SCHEDULED, Programme, Session


def programmes(patient: Patient, stopped: bool = False) -> list[Programme]:
    """The patient's programmes, those that go on or those that are stopped, oldest first; people and clinic loaded."""
    query = select(Programme).where(Programme.patient_id == patient.id)
    query = query.where(Programme.stopped_at.is_not(None) if stopped else Programme.stopped_at.is_(None))
    people = (Programme.planner, Programme.changer, Programme.stopper, Programme.clinic)
    query = query.options(*(joinedload(who) for who in people))
    return list(db.scalars(query.order_by(Programme.id)))


def programme(patient: Patient, programme_id: int) -> Programme | None:
    """One of the patient's programmes, stopped or not."""
    return db.scalars(select(Programme).where(Programme.patient_id == patient.id, Programme.id == programme_id)).first()


def planned_as(patient: Patient, uuid: str) -> Programme | None:
    """The programme that a page made under this id."""
    return db.scalars(select(Programme).where(Programme.patient_id == patient.id, Programme.uuid == uuid)).first()


def ours(patient: Patient, rows: Iterable[Programme], now: datetime) -> set[int]:
    """Ids of those that the patient may change: planned without a clinic, or by one that is not let in any more."""
    by = {row.id: row.clinic_id for row in rows}
    inside = {row.clinic_id for row in grants(patient, now)} if any(by.values()) else set()
    return {programme_id for programme_id, clinic_id in by.items() if clinic_id is None or clinic_id not in inside}


def has_sessions(programme: Programme) -> bool:
    """Whether anything was ever written down for the programme."""
    return db.scalars(select(Session.id).where(Session.programme_id == programme.id).limit(1)).first() is not None


def times_of(patient: Patient, today: date) -> dict[int, list[Schedule]]:
    """The schedules of every programme that are not over on the calendar day `today`, by programme id."""
    found: dict[int, list[Schedule]] = {}
    for row in times.schedules(patient.id, today, today, SCHEDULED):
        found.setdefault(row.thing_id, []).append(row)
    return found


def _sessions(patient_id: int) -> Select[Session]:
    query = select(Session).where(Session.patient_id == patient_id)
    return query.options(joinedload(Session.programme), joinedload(Session.author))


def sessions_on(patient_id: int, day: date) -> list[Session]:
    """The sessions kept on the diary `day`, oldest first."""
    query = _sessions(patient_id).where(Session.day == day, Session.removed_at.is_(None))
    return list(db.scalars(query.order_by(Session.done_at, Session.id)))


def sessions(patient: Patient, first: date, last: date) -> list[Session]:
    """The sessions kept from `first` to `last`, newest first."""
    query = _sessions(patient.id).where(Session.day.between(first, last), Session.removed_at.is_(None))
    return list(db.scalars(query.order_by(Session.done_at.desc(), Session.id.desc())))


def session(patient: Patient, uuid: str) -> Session | None:
    """One of the patient's sessions, also one that was removed."""
    return db.scalars(_sessions(patient.id).where(Session.uuid == uuid)).first()


def first_session(patient: Patient) -> date | None:
    """The day of the patient's first session, for the way back through the history."""
    query = select(Session.day).where(Session.patient_id == patient.id, Session.removed_at.is_(None))
    return db.scalars(query.order_by(Session.day).limit(1)).first()


@dataclass(frozen=True, order=True)
class Slot:
    """One planned time of one programme on one diary day."""

    at: datetime
    programme_id: int
    day: date
    wall: time


def planned(patient: Patient, first: date, last: date, programme_id: int | None = None) -> list[Slot]:
    """The planned times from `first` to `last`, of one programme if given, oldest first; former times included."""
    rows = times.schedules(patient.id, first, last, SCHEDULED, programme_id)
    return sorted(
        {
            Slot(at, row.thing_id, day, row.wall)
            for row in rows
            for day, at in slots(row.rule, patient.zone, first, last)
        }
    )


@dataclass(frozen=True)
class Attended:
    """A planned time and what became of it: done, skipped, missed or to come."""

    day: date
    at: datetime
    programme: Programme
    state: str
    session: Session | None


def attendance(patient: Patient, first: date, last: date, now: datetime) -> list[Attended]:
    """Every planned time from `first` to `last` with the session that answers it, oldest first.

    A session whose planned time was taken off the plan on its own day still counts; one beside the plan does not.
    """
    known = {row.id: row for row in (*programmes(patient), *programmes(patient, stopped=True))}
    kept: dict[tuple[int, date, time | None], Session] = {}
    for row in sessions(patient, first, last):
        key = (row.programme_id, row.day, row.due_wall)
        if row.due_wall is not None and (key not in kept or row.status == "done"):
            kept[key] = row
    found = list(_answered(patient, first, last, now, known, kept))
    found += [Attended(row.day, row.done_at, row.programme, row.status, row) for row in kept.values()]
    return sorted(found, key=lambda each: each.at)


def _answered(
    patient: Patient,
    first: date,
    last: date,
    now: datetime,
    known: dict[int, Programme],
    kept: dict[tuple[int, date, time | None], Session],
) -> Iterator[Attended]:
    """The slots with their sessions, which are taken out of `kept`."""
    for slot in planned(patient, first, last):
        answer = kept.pop((slot.programme_id, slot.day, slot.wall), None)
        state = answer.status if answer else _open_state(slot, patient.zone, now)
        yield Attended(slot.day, slot.at, known[slot.programme_id], state, answer)


def _open_state(slot: Slot, zone: str, now: datetime) -> str:
    over = standing(slot.at, now) == "missed" or now >= clock.bounds(slot.day, zone)[1]
    return "missed" if over else "to come"
