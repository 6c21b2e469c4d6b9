"""Keep an answer, take it back, and see what asks for help."""

from __future__ import annotations

from datetime import datetime

from companion.audit.write import note
from companion.clock import day_of
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.measures.definition import Definition, Values
from companion.measures.model import Answer, Plan, Signal
from companion.measures.queries import readers
from companion.measures.score import alarmed, asked, score
from companion.store import db, once


def record(
    patient: Patient,
    author: Account,
    plan: Plan,
    definition: Definition,
    uuid: str,
    digest: str,
    values: Values,
    answered_at: datetime,
    now: datetime,
) -> tuple[Answer, bool]:
    """`values` were answered to this version, by code of the item; the flag says whether it is new. Raises store.Conflict.

    What a rule of the questionnaire does not ask is dropped. An answer that asks for help leaves a signal for every clinic
    that may see it.
    """
    said = {item.code: values[item.code] for item in asked(definition, values) if item.code in values}

    def make() -> Answer:
        row = Answer(uuid=uuid, patient=patient, plan=plan, author=author, digest=digest, zone=patient.zone)
        row.instrument, row.version = definition.code, definition.version
        row.said, row.score = dict(said), score(definition, said)
        row.answered_at, row.recorded_at, row.day = answered_at, now, day_of(answered_at, patient.zone)
        return row

    row, new = once(Answer, patient.id, uuid, digest, make)
    if new:
        touch(patient, "diary", now)
        if alarmed(definition, said):
            for clinic_id in readers(patient, definition.part, now):
                db.add(Signal(patient_id=patient.id, answer=row, clinic_id=clinic_id, raised_at=now))
    return row, new


def remove(row: Answer, author: Account, now: datetime) -> None:
    """Take back what was answered by mistake. The first removal counts."""
    if row.removed_at is None:
        row.removed_at, row.removed_by = now, author.id
        touch(row.patient, "diary", now)


def restore(row: Answer, now: datetime) -> None:
    """It was no mistake."""
    if row.removed_at is not None:
        row.removed_at = row.removed_by = None
        touch(row.patient, "diary", now)


def see(signal: Signal, author: Account, now: datetime) -> None:
    """Somebody at the clinic has seen it and goes on from there. The first time counts, and is written down for good."""
    if signal.seen_at is None:
        signal.seen_at, signal.seen_by = now, author.id
        note(signal.clinic_id, "signal_seen", author.id, signal.patient_id, now)
