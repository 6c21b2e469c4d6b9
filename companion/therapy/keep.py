"""Keep a session: done or skipped, with pain before and after; add the pain later; take it back."""

from __future__ import annotations

from datetime import date, datetime, time

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

    It answers `due_wall` of that diary day, else the open planned time of the day that is nearest; none is open: it
    stands beside the plan.
    """
    day = day_of(done_at, patient.zone)

    def make() -> Session:
        wall = due_wall or _nearest(patient, programme, day, done_at)
        row = Session(uuid=uuid, patient_id=patient.id, programme=programme, author=author, digest=digest)
        row.status, row.done_at, row.day, row.recorded_at = status, done_at, day, now
        row.due_wall, row.pain_before, row.pain_after, row.note = wall, pain_before, pain_after, note
        return row

    session, new = once(Session, patient.id, uuid, digest, make)
    if new:
        touch(patient, "therapy", now)
    return session, new


def _nearest(patient: Patient, programme: Programme, day: date, done_at: datetime) -> time | None:
    """The planned time of `day` that no session answers yet and that is nearest to `done_at`."""
    taken = {session.due_wall for session in sessions_on(patient.id, day) if session.programme_id == programme.id}
    slots = planned(patient, day, day, programme.id)
    found = [(abs(slot.at - done_at), slot.wall) for slot in slots if slot.wall not in taken]
    return min(found)[1] if found else None


def add_pain(session: Session, before: int | None, after: int | None, note: str | None, now: datetime) -> None:
    """Pain before and after, when they were not said at once; None leaves what is there."""
    session.pain_before = session.pain_before if before is None else before
    session.pain_after = session.pain_after if after is None else after
    session.note = session.note if note is None else note
    touch(session.programme.patient, "therapy", now)


def remove(session: Session, author: Account, now: datetime) -> None:
    """Take back what was kept by mistake; its planned time is open again."""
    session.removed_at, session.removed_by = now, author.id
    touch(session.programme.patient, "therapy", now)


def restore(session: Session, now: datetime) -> None:
    """It was no mistake."""
    session.removed_at = session.removed_by = None
    touch(session.programme.patient, "therapy", now)
