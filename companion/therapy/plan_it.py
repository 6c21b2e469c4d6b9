"""Plan a programme, change it, stop it. Its times change in the same transaction."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from companion.identity.model import Account, Clinic, Patient
from companion.identity.touch import touch
from companion.schedule import times
from companion.store import once
from companion.therapy.model import SCHEDULED, Programme
from companion.therapy.queries import has_sessions


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
    uuid: str,
    digest: str,
    rings: bool | None = None,
) -> tuple[Programme, bool]:
    """The programme of `uuid` from today on, and whether it is new; raises store.Conflict.

    It is due at `walls` on `weekdays` (ISO digits). `clinic` is None for the patient's own; `rings` as in set_times.
    """

    def make() -> Programme:
        row = Programme(uuid=uuid, digest=digest, patient=patient, planned_by=author.id)
        row.clinic_id = clinic.id if clinic else None
        row.kind, row.title, row.note, row.minutes = kind, title, note, minutes
        row.starts_on = _today(patient, now)
        return row

    programme, new = once(Programme, patient.id, uuid, digest, make)
    if new:
        touch(patient, "therapy", now)
        times.set_times(patient, SCHEDULED, programme.id, walls, weekdays, now, rings)
    return programme, new


def change(
    programme: Programme,
    author: Account,
    clinic: Clinic | None,
    kind: str,
    title: str,
    note: str,
    minutes: int | None,
    walls: list[time],
    weekdays: str,
    now: datetime,
    uuid: str,
    digest: str,
) -> Programme:
    """What is done from now on, by `author` for `clinic`; past days keep the times that they had.

    Once sessions are written down, another kind or title is another programme, that of `uuid`, and the former one is
    stopped: what was done before stays what it was. Capitals do not count. A stopped one stays as it is, and has another
    in its place too. Raises store.Conflict.
    """
    patient = programme.patient
    rows = times.current(patient.id, SCHEDULED, programme.id, _today(patient, now))
    renamed = (kind, title.casefold()) != (programme.kind, programme.title.casefold())
    if programme.stopped_at is not None or (renamed and has_sessions(programme)):
        rings = any(row.rings for row in rows) if rows else None
        what = (kind, title, note, minutes, walls, weekdays)
        other, new = plan(patient, author, clinic, *what, now, uuid, digest, rings)
        if new:
            stop(programme, author, now)
        return other
    new_times = {(row.wall, row.weekdays) for row in rows} != {(wall, weekdays) for wall in walls}
    if _say(programme, kind=kind, title=title, note=note, minutes=minutes) or new_times:
        programme.changed_by, programme.changed_at = author.id, now
        touch(patient, "therapy", now)
        times.set_times(patient, SCHEDULED, programme.id, walls, weekdays, now)
    return programme


def _say(programme: Programme, **words: str | int | None) -> bool:
    """Let it say `words`; False if it says so already."""
    former = {name: getattr(programme, name) for name in words}
    for name, value in words.items():
        setattr(programme, name, value)
    return former != words


def stop(programme: Programme, author: Account, now: datetime) -> None:
    """Nothing more of it is due, today included; the sessions stay. The first stop counts."""
    if programme.stopped_at is None:
        programme.stopped_at, programme.stopped_by = now, author.id
        touch(programme.patient, "therapy", now)
        times.stop(programme.patient, SCHEDULED, programme.id, now)


def _today(patient: Patient, now: datetime) -> date:
    return now.astimezone(ZoneInfo(patient.zone)).date()
