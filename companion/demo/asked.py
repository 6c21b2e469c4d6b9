"""Questionnaires of the invented clinic: a weekly one that gets better, a monthly one, and who reads what asks for help."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from companion import clock
from companion.identity.model import Account, Clinic, Patient
from companion.measures.definition import newest
from companion.measures.model import Answer, Plan, Reading
from companion.measures.score import score
from companion.store import db

#: what was answered, the oldest first, by questionnaire; the last one so many days ago
_ASKED: dict[str, tuple[int, int, list[tuple[int, ...]]]] = {
    "peg": (7, 7, [(8, 7, 8), (7, 7, 8), (7, 6, 7), (7, 5, 6), (6, 5, 6), (5, 4, 6)]),
    "phq2": (28, 20, [(1, 1), (1, 0)]),
}


def ask(patient: Patient, account: Account, clinician: Account, clinic: Clinic, now: datetime) -> None:
    """Switch them on for the patient and answer them."""
    today = clock.day_of(now, patient.zone)
    db.add(Reading(clinic_id=clinic.id, reader="The nurse on duty", hours="Monday to Friday, 9 to 17, within a day",
                   changed_by=clinician.id, changed_at=now))  # fmt: skip
    for code, (every, ago, told) in _ASKED.items():
        days = [today - timedelta(days=ago + every * n) for n in reversed(range(len(told)))]
        plan = Plan(patient_id=patient.id, instrument=code, every_days=every, since_on=days[0], added_by=clinician.id)
        plan.clinic_id, plan.added_at = clinic.id, now
        db.add(plan)
        db.flush()
        for number, (day, answers) in enumerate(zip(days, told, strict=True)):
            db.add(_answer(patient, account, plan, str(UUID(int=plan.id * 1000 + number)), day, answers))


def _answer(patient: Patient, account: Account, plan: Plan, uuid: str, day: date, answers: tuple[int, ...]) -> Answer:
    definition = newest()[plan.instrument]
    values = {
        item.code: str(given) if item.kind == "choice" else given
        for item, given in zip(definition.items, answers, strict=True)
    }
    at = clock.at(day, time(19, 30), patient.zone)
    row = Answer(uuid=uuid, patient_id=patient.id, plan_id=plan.id, author_id=account.id, digest="", zone=patient.zone)
    row.instrument, row.version, row.said = plan.instrument, definition.version, values
    row.score, row.answered_at, row.recorded_at, row.day = score(definition, values), at, at, day
    return row
