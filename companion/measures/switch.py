"""Switch questionnaires on and off for a patient, and say who at the clinic reads answers that ask for help."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from companion import clock
from companion.identity.model import Account, Clinic, Patient
from companion.identity.touch import touch
from companion.measures.definition import Definition
from companion.measures.model import Form, Plan, Reading
from companion.measures.queries import forms, is_clinics_own, plans, reading
from companion.store import db, insert


class Unread(Exception):
    """Nobody at the clinic is named who reads the answers."""


def switch_on(
    patient: Patient, author: Account, clinic: Clinic | None, definition: Definition, every_days: int, now: datetime
) -> Plan:
    """Let it be due every so many days from today on; one that is on is on at the new rhythm. Raises Unread."""
    if is_clinics_own(definition) and (clinic is None or (definition.alarms and reading(clinic.id) is None)):
        raise Unread(definition.code)
    touch(patient, "diary", now)  # from here on nobody else switches, so that nothing is on twice
    plan = next((row for row in plans(patient) if row.instrument == definition.code and row.stopped_at is None), None)
    if plan is None:
        plan = Plan(patient_id=patient.id, instrument=definition.code, since_on=clock.day_of(now, patient.zone))
        plan.added_by, plan.added_at, plan.clinic_id = author.id, now, clinic.id if clinic else None
        db.add(plan)
    elif clinic is not None:
        plan.clinic_id = clinic.id
    plan.every_days = every_days
    db.flush()
    return plan


def switch_off(patient: Patient, plan: Plan, author: Account, now: datetime) -> None:
    """It is not asked any more; what was answered stays. The first time counts."""
    if plan.stopped_at is None:
        touch(patient, "diary", now)
        plan.stopped_at, plan.stopped_by = now, author.id


def name_reader(clinic: Clinic, author: Account, reader: str, hours: str, now: datetime) -> None:
    """`reader` reads answers that ask for help in these `hours`."""
    made = {"reader": reader, "hours": hours, "changed_by": author.id, "changed_at": now}
    query = insert(Reading).values(clinic_id=clinic.id, **made)
    db.execute(query.on_conflict_do_update(index_elements=["clinic_id"], set_=made))
    db.expire_all()


def load(clinic: Clinic, author: Account, content: dict[str, Any], now: datetime) -> Form:
    """Keep what `questionnaire.convert` made; one with the same name is a new version, and the same content is no new one."""
    code = "own-" + sha256(f"{clinic.id} {content['name']}".encode()).hexdigest()[:16]
    former = next((row for row in forms(clinic.id) if row.code == code), None)
    if former is not None and former.content == content and former.stopped_at is None:
        return former
    form = Form(clinic_id=clinic.id, code=code, version=former.version + 1 if former else 1, content=content)
    form.adder, form.added_at = author, now
    db.add(form)
    db.flush()
    return form


def take_away(form: Form, now: datetime) -> None:
    """Nobody can switch it on any more; where it is on, it stays on."""
    form.stopped_at = form.stopped_at or now
