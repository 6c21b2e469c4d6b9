"""What is on, what is due, what was answered, and what asks to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from companion.identity.model import Patient
from companion.measures.definition import Definition, newest, shipped
from companion.measures.model import Answer, Form, Plan, Reading, Signal
from companion.sharing.queries import grants
from companion.store import db


@dataclass(frozen=True)
class On:
    """A questionnaire that is on, in its newest version."""

    plan: Plan
    definition: Definition


def definition(code: str, version: int) -> Definition | None:
    """One version of a questionnaire, shipped or loaded."""
    if (code, version) in shipped():
        return shipped()[code, version]
    row = db.scalars(select(Form).where(Form.code == code, Form.version == version)).first()
    return row.definition if row else None


def definitions(codes: Iterable[str]) -> dict[str, Definition]:
    """The newest version of each, by code."""
    wanted = set(codes)
    found = {code: newest()[code] for code in wanted & newest().keys()}
    if wanted - found.keys():
        query = select(Form).where(Form.code.in_(wanted - found.keys())).order_by(Form.version)
        found |= {row.code: row.definition for row in db.scalars(query)}
    return found


def offered(clinic_id: int) -> list[Definition]:
    """Everything that the clinic may switch on, those that it loaded first."""
    rows = [row.definition for row in forms(clinic_id) if row.stopped_at is None]
    return [*rows, *newest().values()]


def forms(clinic_id: int) -> list[Form]:
    """The newest version of each questionnaire that the clinic loaded, the latest first; who loaded it is loaded too."""
    query = select(Form).where(Form.clinic_id == clinic_id).options(joinedload(Form.adder)).order_by(Form.version)
    return sorted({row.code: row for row in db.scalars(query)}.values(), key=lambda row: row.added_at, reverse=True)


def form(clinic_id: int, form_id: int) -> Form | None:
    """One of the clinic's."""
    return db.scalars(select(Form).where(Form.clinic_id == clinic_id, Form.id == form_id)).first()


def reading(clinic_id: int) -> Reading | None:
    """Who reads answers at the clinic, and when."""
    return db.get(Reading, clinic_id)


def plans(patient: Patient) -> list[Plan]:
    """What was ever switched on, with the clinics, the latest first; what is on stands before what is stopped."""
    query = select(Plan).where(Plan.patient_id == patient.id).options(joinedload(Plan.clinic))
    return sorted(db.scalars(query), key=lambda plan: (plan.stopped_at is not None, -plan.id))


def plan(patient: Patient, plan_id: int) -> Plan | None:
    """One of them."""
    return db.scalars(select(Plan).where(Plan.patient_id == patient.id, Plan.id == plan_id)).first()


def on(patient: Patient, now: datetime) -> list[On]:
    """What is on, by title.

    What only a clinic may switch on is on as long as that clinic may see the part; what asks for help, as long as
    somebody there reads it.
    """
    rows = [row for row in plans(patient) if row.stopped_at is None]
    known = definitions(row.instrument for row in rows)
    found = [On(row, known[row.instrument]) for row in rows]
    if any(is_clinics_own(each.definition) for each in found):
        inside: dict[int | None, list[str]] = {
            row.clinic_id: row.parts for row in grants(patient, now) if row.clinic_id
        }
        found = [
            each
            for each in found
            if not is_clinics_own(each.definition)
            or (each.definition.part in inside.get(each.plan.clinic_id, ()) and _is_read(each))
        ]
    return sorted(found, key=lambda each: each.definition.title)


def _is_read(each: On) -> bool:
    return not each.definition.alarms or (each.plan.clinic_id is not None and reading(each.plan.clinic_id) is not None)


def is_clinics_own(definition: Definition) -> bool:
    """Whether only a clinic may switch it on: what it loaded, and what somebody must read."""
    return definition.alarms or definition.code not in newest()


def readers(patient: Patient, part: str, now: datetime) -> list[int]:
    """The clinics that may see the part, by id."""
    return [row.clinic_id for row in grants(patient, now) if row.clinic_id and part in row.parts]


def _answers(patient: Patient) -> Select[Answer]:
    query = select(Answer).where(Answer.patient_id == patient.id)
    return query.options(joinedload(Answer.author))


def answers(
    patient: Patient, first: date, last: date, instrument: str | None = None, most: int | None = None
) -> list[Answer]:
    """What was answered from `first` to `last`, newest first, without what was removed."""
    query = _answers(patient).where(Answer.day.between(first, last), Answer.removed_at.is_(None))
    if instrument is not None:
        query = query.where(Answer.instrument == instrument)
    return list(db.scalars(query.order_by(Answer.answered_at.desc(), Answer.id.desc()).limit(most)))


def answer(patient: Patient, uuid: str) -> Answer | None:
    """One of them, also one that was removed."""
    return db.scalars(_answers(patient).where(Answer.uuid == uuid)).first()


def before(row: Answer) -> Answer | None:
    """The last one of the same questionnaire before it that has a score."""
    query = _answers(row.patient).where(Answer.instrument == row.instrument, Answer.removed_at.is_(None))
    query = query.where(Answer.answered_at < row.answered_at, Answer.score.is_not(None))
    return db.scalars(query.order_by(Answer.answered_at.desc(), Answer.id.desc()).limit(1)).first()


def last_days(patient: Patient) -> dict[str, date]:
    """The day of the last answer to each questionnaire, by its code."""
    query = select(Answer.instrument, func.max(Answer.day)).where(Answer.patient_id == patient.id)
    rows = db.execute(query.where(Answer.removed_at.is_(None)).group_by(Answer.instrument))
    return {instrument: day for instrument, day in rows}  # noqa: C416 a Row is no pair to mypy


def next_on(plan: Plan, last: date | None) -> date:
    """The diary day from which on it is due again; `last`: that of the last answer."""
    return plan.since_on if last is None else max(plan.since_on, last + timedelta(days=plan.every_days))


def due(patient: Patient, day: date, now: datetime) -> list[On]:
    """What is due on the diary `day`."""
    found = on(patient, now)
    last = last_days(patient) if found else {}
    return [each for each in found if next_on(each.plan, last.get(each.plan.instrument)) <= day]


def signals(patient_ids: Iterable[int], clinic_id: int, unseen: bool = False) -> list[Signal]:
    """What asks the clinic to look at these patients, the latest first; `unseen`: only what nobody has seen yet."""
    query = select(Signal).where(Signal.clinic_id == clinic_id, Signal.patient_id.in_(list(patient_ids)))
    if unseen:
        query = query.where(Signal.seen_at.is_(None))
    query = query.options(joinedload(Signal.answer), joinedload(Signal.seer))
    return list(db.scalars(query.order_by(Signal.raised_at.desc(), Signal.id.desc())))
