"""Keep a session: done or skipped, with pain before and after; say more of it later; take it back."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from companion.clock import day_of
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.store import once
from companion.therapy.model import Programme, Session
from companion.therapy.queries import planned, sessions_on


def record(
    patient: Patient,
    author: Account,
    programme: Programme,
    uuid: str,
    digest: str,
    status: str,
    done_at: datetime,
    now: datetime,
    due_wall: time | None = None,
    pain_before: int | None = None,
    pain_after: int | None = None,
    note: str = "",
) -> tuple[Session, bool]:
    """The programme was `done` or `skipped` at `done_at`; the flag says whether this is new. Raises store.Conflict.

    It answers `due_wall` of that diary day, or without one the open planned time of the day that is nearest. If there is
    no such time, since the list on the phone was an old one, or if it is answered, the session stands beside the plan.
    """
    day = day_of(done_at, patient.zone)

    def make() -> Session:
        wall = _answered(patient, programme, day, status, done_at, due_wall)
        row = Session(uuid=uuid, patient_id=patient.id, programme=programme, author=author, digest=digest)
        row.status, row.done_at, row.day, row.recorded_at = status, done_at, day, now
        row.due_wall, row.pain_before, row.pain_after, row.note = wall, pain_before, pain_after, note
        return row

    session, new = once(Session, patient.id, uuid, digest, make)
    if new:
        touch(patient, "therapy", now)
    return session, new


def _answered(
    patient: Patient, programme: Programme, day: date, status: str, done_at: datetime, wall: time | None
) -> time | None:
    """The planned time of `day` that the session answers; one that was skipped may still be done."""
    kept = [row for row in sessions_on(patient.id, day) if row.programme_id == programme.id]
    taken = {row.due_wall for row in kept if row.status == "done" or status == "skipped"}
    slots = [slot for slot in planned(patient, day, day, programme.id) if slot.wall not in taken]
    found = [(abs(slot.at - done_at), slot.wall) for slot in slots if wall in {None, slot.wall}]
    return min(found)[1] if found else None


def say_more(session: Session, said: dict[str, Any], now: datetime) -> None:
    """`said` names `pain_before`, `pain_after` and `note`, None for no answer; what is not named stays."""
    for name, value in said.items():
        setattr(session, name, value)
    touch(session.programme.patient, "therapy", now)


def remove(session: Session, author: Account, now: datetime) -> None:
    """Take back what was kept by mistake; its planned time is open again. The first removal counts."""
    if session.removed_at is None:
        session.removed_at, session.removed_by = now, author.id
        touch(session.programme.patient, "therapy", now)


def restore(session: Session, now: datetime) -> None:
    """It was no mistake."""
    if session.removed_at is not None:
        session.removed_at = session.removed_by = None
        touch(session.programme.patient, "therapy", now)
