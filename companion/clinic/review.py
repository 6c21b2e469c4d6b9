"""Everything on one patient's page, limited to the parts that are open to the clinic."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from companion.therapy import queries as therapy
from companion.therapy.model import Programme
from companion.trends.draw import Drawing, draw

_RECENT = timedelta(days=29)
_ENTRIES = 8


@dataclass(frozen=True)
class Review:
    """The parts of the page; one that is not open is empty."""

    drawing: Drawing
    #: newest first, with authors
    entries: list[Entry]
    procedures: list[Procedure]
    medicines: list[Medicine]
    #: times by the room and the id of what is due
    times: dict[tuple[str, int], list[Schedule]]
    programmes: list[Programme]
    strip: Strip | None


def review(patient: Patient, span: str, now: datetime, may: Container[str]) -> Review:
    """The page of the patient; `may` are the open parts."""
    today = clock.day_of(now, patient.zone)
    calendar = now.astimezone(ZoneInfo(patient.zone)).date()
    due: dict[tuple[str, int], list[Schedule]] = {}
    for row in times.schedules(patient.id, calendar, calendar):
        due.setdefault((row.kind, row.thing_id), []).append(row)
    return Review(
        draw(patient, span, now, may),
        _entries(patient, today, may),
        procedures.procedures(patient) if "procedures" in may else [],
        medication.medicines(patient) if "medicines" in may else [],
        due,
        therapy.programmes(patient) if "therapy" in may else [],
        _strip(patient, today, now) if "therapy" in may else None,
    )


def _entries(patient: Patient, today: date, may: Container[str]) -> list[Entry]:
    """The last entries where pain may be seen, else the last notes where those may be."""
    if "pain" in may:
        return diary.entries(patient, today - _RECENT, today)[:_ENTRIES]
    return diary.notes(patient, today - _RECENT, today, _ENTRIES) if "notes" in may else []


def _strip(patient: Patient, today: date, now: datetime) -> Strip | None:
    first = first_day(today)
    return strip(first, therapy.attendance(patient, first, today, now))
