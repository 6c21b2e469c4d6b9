"""My flare plan: steps that are added, put in other words, moved, removed; and ticked off during a flare."""

from __future__ import annotations

from datetime import datetime

from companion.flares import queries
from companion.flares.model import Flare, FlareStep, FlareTick
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.store import once


def add(patient: Patient, author: Account, uuid: str, digest: str, text: str, now: datetime) -> FlareStep:
    """A step at the end of the plan. The same tap twice is one step; raises store.Conflict."""

    def make() -> FlareStep:
        touch(patient, "diary", now)
        last = max((step.place for step in queries.steps(patient)), default=0)
        return _step(patient, author, uuid, digest, text, last + 1, now)

    return once(FlareStep, patient.id, uuid, digest, make)[0]


def change(step: FlareStep, author: Account, uuid: str, digest: str, text: str, now: datetime) -> FlareStep:
    """Another step in its place. The same tap twice is one change; raises store.Conflict."""

    def make() -> FlareStep:
        touch(step.patient, "diary", now)
        if step.removed_at is None:
            step.removed_at, step.removed_by = now, author.id
        row = _step(step.patient, author, uuid, digest, text, step.place, now)
        row.former_id = step.id
        return row

    return once(FlareStep, step.patient_id, uuid, digest, make)[0]


def _step(patient: Patient, author: Account, uuid: str, digest: str, text: str, place: int, now: datetime) -> FlareStep:
    return FlareStep(
        uuid=uuid,
        patient_id=patient.id,
        author_id=author.id,
        place=place,
        text=text,
        recorded_at=now,
        digest=digest,
    )


def move_up(step: FlareStep, now: datetime) -> None:
    """One place up; the first one stays where it is."""
    touch(step.patient, "diary", now)
    rows = queries.steps(step.patient)
    at = rows.index(step) if step in rows else 0
    if at:
        rows[at - 1], rows[at] = step, rows[at - 1]
    for place, row in enumerate(rows, start=1):
        row.place = place


def remove(step: FlareStep, author: Account, now: datetime) -> None:
    """It is no part of the plan any more; what was ticked off stays. The first removal counts."""
    if step.removed_at is None:
        touch(step.patient, "diary", now)
        step.removed_at, step.removed_by = now, author.id


def restore(step: FlareStep, now: datetime) -> None:
    """The removal was the mistake."""
    if step.removed_at is not None:
        touch(step.patient, "diary", now)
        step.removed_at = step.removed_by = None


def tick(
    flare: Flare, step: FlareStep, author: Account, uuid: str, digest: str, done_at: datetime, now: datetime
) -> FlareTick:
    """The step was done during the flare. The same tap twice is one tick-off; raises store.Conflict."""

    def make() -> FlareTick:
        touch(flare.patient, "diary", now)
        of = {"patient_id": flare.patient_id, "flare_id": flare.id, "step_id": step.id, "author_id": author.id}
        return FlareTick(**of, uuid=uuid, digest=digest, done_at=done_at, recorded_at=now)

    return once(FlareTick, flare.patient_id, uuid, digest, make)[0]


def untick(flare: Flare, step: FlareStep, author: Account, now: datetime) -> None:
    """It was not done after all."""
    touch(flare.patient, "diary", now)
    for row in queries.ticks(flare):
        if row.step_id == step.id:
            row.removed_at, row.removed_by = now, author.id
