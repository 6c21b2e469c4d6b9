"""Everything on one patient's page, limited to the parts that are open to the clinic."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from companion import clock
from companion.clinic.strip import Strip, first_day, strip
from companion.diary import queries as diary
from companion.diary.model import Entry
from companion.flares import queries as flares
from companion.flares.model import Flare, FlareStep
from companion.flares.say import say_total
from companion.identity.model import Patient
from companion.medication import queries as medication
from companion.medication.model import Medicine
from companion.procedures import queries as procedures
from companion.procedures.model import Procedure
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.seen import queries as seen
from companion.seen.model import Seen
from companion.sharing.terms import ALWAYS, Period
from companion.therapy import queries as therapy
from companion.therapy.model import Programme
from companion.trends.draw import Drawing, draw
from companion.trends.series import Axis

_RECENT = timedelta(days=29)
_ENTRIES = 8
_FLARES = 6
Kept = TypeVar("Kept", Medicine, Programme)


@dataclass(frozen=True)
class Flares:
    """The flares of the span: how many on how many days, in words, the newest of them, and the patient's plan."""

    total: str
    rows: list[Flare]
    plan: list[FlareStep]


@dataclass(frozen=True)
class Review:
    """The parts of the page; one that is not open is empty."""

    drawing: Drawing
    #: newest first, with authors
    entries: list[Entry]
    flares: Flares | None
    #: what who helps saw, newest first
    seen: list[Seen]
    procedures: list[Procedure]
    #: what this clinic wrote down and took back
    removed: list[Procedure]
    medicines: list[Medicine]
    #: times by the room and the id of what is due
    times: dict[tuple[str, int], list[Schedule]]
    programmes: list[Programme]
    stopped: list[Programme]
    strip: Strip | None


def review(
    patient: Patient, clinic_id: int, span: str, now: datetime, may: Container[str], period: Period = ALWAYS
) -> Review:
    """The page of the patient for the clinic; `may` are the open parts, `period` the open days."""
    today = clock.day_of(now, patient.zone)
    calendar = now.astimezone(ZoneInfo(patient.zone)).date()
    due: dict[tuple[str, int], list[Schedule]] = {}
    for row in times.schedules(patient.id, calendar, calendar):
        due.setdefault((row.kind, row.thing_id), []).append(row)
    drawing, done, kept = draw(patient, span, now, may, period, wide=True), "procedures" in may, "therapy" in may
    return Review(
        drawing,
        _entries(patient, today, may, period),
        _flares(patient, drawing.axis, period) if "pain" in may else None,
        _seen(patient, today, period) if "pain" in may and "notes" in may else [],
        procedures.procedures(patient, *period) if done else [],
        [row for row in procedures.removed(patient, clinic_id) if period.holds(row.done_on)] if done else [],
        _open(medication.medicines(patient), period) if "medicines" in may else [],
        due,
        _open(therapy.programmes(patient), period) if kept else [],
        _open(therapy.programmes(patient, stopped=True), period) if kept else [],
        _strip(patient, today, now, period) if kept else None,
    )


def _open(rows: list[Kept], period: Period) -> list[Kept]:
    return [row for row in rows if row.is_within(period)]


def _entries(patient: Patient, today: date, may: Container[str], period: Period) -> list[Entry]:
    """The last entries where pain may be seen, else the last notes where those may be."""
    first, last = period.within(today - _RECENT, today)
    if "pain" in may:
        return diary.entries(patient, first, last, _ENTRIES)
    return diary.notes(patient, first, last, _ENTRIES) if "notes" in may else []


def _flares(patient: Patient, axis: Axis, period: Period) -> Flares:
    first, last = period.within(axis.first, axis.last)
    total = flares.total(flares.stretches(patient.id, patient.zone, first, last))
    rows = flares.flares(patient, first, last, _FLARES)
    return Flares(say_total(total) if total.often else "", rows, flares.steps(patient))


def _seen(patient: Patient, today: date, period: Period) -> list[Seen]:
    return seen.seen(patient, *period.within(today - _RECENT, today), _ENTRIES)


def _strip(patient: Patient, today: date, now: datetime, period: Period) -> Strip | None:
    first = first_day(today)
    since, until = period.within(first, today)
    return strip(first, today, therapy.attendance(patient, since, until, now) if since <= until else [])
