"""Plan a programme, change it, stop it. Its times change in the same transaction."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from companion.identity.model import Account, Clinic, Patient
from companion.identity.touch import touch
from companion.schedule import times
from companion.store import db
from companion.therapy.model import SCHEDULED, Programme


def plan(
    patient: Patient,
    author: Account,
    clinic: Clinic | None,
    kind: str,
    title: str,
    note: str,
    minutes: int | None,
    walls: list[time],
    weekdays: str,
    now: datetime,
) -> Programme:
    """A new programme from today on, due at `walls` on `weekdays` (ISO digits); `clinic` None for the patient's own."""
    programme = Programme(patient=patient, planned_by=author.id, clinic_id=clinic.id if clinic else None)
    programme.kind, programme.title, programme.note, programme.minutes = kind, title, note, minutes
    programme.starts_on = now.astimezone(ZoneInfo(patient.zone)).date()
    db.add(programme)
    db.flush()
    touch(patient, "therapy", now)
    times.set_times(patient, SCHEDULED, programme.id, walls, weekdays, now)
    return programme


def change(
    programme: Programme,
    kind: str,
    title: str,
    note: str,
    minutes: int | None,
    walls: list[time],
    weekdays: str,
    now: datetime,
) -> None:
    """Other words and times from now on; past days keep the times that they had."""
    programme.kind, programme.title, programme.note, programme.minutes = kind, title, note, minutes
    touch(programme.patient, "therapy", now)
    times.set_times(programme.patient, SCHEDULED, programme.id, walls, weekdays, now)


def stop(programme: Programme, now: datetime) -> None:
    """Nothing more of it is due, today included; the sessions stay."""
    if programme.stopped_at is None:
        programme.stopped_at = now
        touch(programme.patient, "therapy", now)
        times.stop(programme.patient, SCHEDULED, programme.id, now)
