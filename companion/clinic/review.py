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
from companion.identity.model import Patient
from companion.medication import queries as medication
from companion.medication.model import Medicine
from companion.procedures import queries as procedures
from companion.procedures.model import Procedure
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.sharing.terms import ALWAYS, Period
from companion.therapy import queries as therapy
from companion.therapy.model import Programme
from companion.trends.draw import Drawing, draw

_RECENT = timedelta(days=29)
_ENTRIES = 8
Kept = TypeVar("Kept", Medicine, Programme)


@dataclass(frozen=True)
class Review:
    """The parts of the page; one that is not open is empty."""

    drawing: Drawing
    #: newest first, with authors
    entries: list[Entry]
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


def _strip(patient: Patient, today: date, now: datetime, period: Period) -> Strip | None:
    first = first_day(today)
    since, until = period.within(first, today)
    return strip(first, today, therapy.attendance(patient, since, until, now) if since <= until else [])
