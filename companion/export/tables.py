"""The CSV files: one a noun, with the headings and words of the person's language, for a spreadsheet.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from companion.diary import chips, regions
from companion.diary.model import EVENING, NOW
from companion.export import queries
from companion.export.person import Person
from companion.flares import questions
from companion.measures.queries import definition
from companion.procedures import kinds
from companion.seen import signs
from companion.words import Later, lazy
from companion.words import gettext as _

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DAY, _TIME, _NOTE, _BY = lazy("Day"), lazy("Time"), lazy("Note"), lazy("Written by")
_MEDICINE, _REMOVED = lazy("Medicine"), lazy("Removed at")
_STATUS = {"taken": lazy("Taken"), "skipped": lazy("Skipped"), "done": lazy("Done")}
_SIDES = {"left": lazy("left"), "right": lazy("right"), "middle": lazy("middle")}
_KINDS = {NOW: lazy("One moment"), EVENING: lazy("The day")}
_FROM_MEMORY = lazy("From memory")
#: what an entry may tell in numbers, with the heading of its column
_SCORES = {
    "pain": lazy("Pain, 0 to 10"), "worst": lazy("Worst pain, 0 to 10"), "least": lazy("Least pain, 0 to 10"),
    "impact": lazy("What it stops, 0 to 10"), "enjoyment": lazy("Joy it took, 0 to 10"), "walked": lazy("Walked or stood"),
    "walked_in": lazy("Counted in"), "sleep_hours": lazy("Hours of sleep"), "sleep": lazy("Sleep, 0 to 10"),
    "mood": lazy("Mood, 0 to 10"), "fatigue": lazy("Tired, 0 to 10"), "stress": lazy("Tense, 0 to 10"),
}  # fmt: skip

Table = tuple[tuple[Later, ...], Callable[[Person], Iterator[list[Any]]]]


def write(out: TextIO, table: Table, person: Person) -> None:
    """Write one of TABLES for `person`."""
    headings, rows = table
    lines = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")  # or a spreadsheet reads an accent as two signs
    lines.writerow([cell(str(heading)) for heading in headings])
    for row in rows(person):
        lines.writerow([cell(value) for value in row])


def cell(value: Any) -> str:
    """What stands in a cell: nothing for None, and never a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _diary(person: Person) -> Iterator[list[Any]]:
    for entry in person.counted(queries.entries(person.patient_id or 0)):
        scores = [getattr(entry, name) for name in _SCORES]
        words = [chips.said(kind, entry.words.get(kind, ())) for kind in chips.KINDS]
        told = [entry.day, f"{entry.local:%Y-%m-%d %H:%M}", _KINDS[entry.kind], *scores, *words, entry.note]
        told += [entry.author.name, _FROM_MEMORY if entry.from_memory else ""]
        yield [*told, _local(entry.removed_at, person), entry.uuid]


def _places(person: Person) -> Iterator[list[Any]]:
    for entry in person.counted(queries.entries(person.patient_id or 0)):
        for site in entry.sites:
            code = site.region
            place = regions.label(code) if regions.known(code) else code
            more = [site.intensity, _("yes") if site.spreads else ""]
            yield [entry.day, place, _SIDES.get(regions.side(code), ""), entry.pain, *more, entry.uuid]


def _flares(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.flares(person.patient_id or 0)):
        told = [
            row.day,
            _local(row.began_at, person),
            _local(row.ended_at, person),
            "; ".join(questions.said(row.set_off)),
        ]
        yes = "; ".join(questions.flagged(row.flags))
        yield [*told, row.words, yes, row.author.name, _local(row.removed_at, person), row.uuid]


def _steps(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.ticks(person.patient_id or 0)):
        told = [row.flare.day, _local(row.done_at, person), row.step.text, row.author.name]
        yield [*told, _local(row.removed_at, person), row.flare.uuid]


def _seen(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.seen(person.patient_id or 0)):
        told = [row.day, f"{row.local:%Y-%m-%d %H:%M}", signs.said(row.signs), row.note, row.author.name]
        yield [*told, _local(row.removed_at, person)]


def _doses(person: Person) -> Iterator[list[Any]]:
    for dose in person.counted(queries.doses(person.patient_id or 0)):
        told = [dose.day, _local(dose.taken_at, person), dose.medicine.title, dose.medicine.amount]
        planned = f"{dose.due_wall:%H:%M}" if dose.due_wall else ""
        yield [*told, _STATUS[dose.status], planned, dose.reason, dose.author.name, _local(dose.removed_at, person)]


def _sessions(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.sessions(person.patient_id or 0)):
        told = [row.day, _local(row.done_at, person), row.programme.title, _STATUS[row.status]]
        pain = [row.pain_before, row.pain_after]
        yield [*told, *pain, row.note, row.author.name, _local(row.removed_at, person)]


def _procedures(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.procedures(person.patient_id or 0)):
        yield [row.done_on, kinds.name(row), row.clinic.name, row.author.name, row.note, _local(row.removed_at, person)]


def _answers(person: Person) -> Iterator[list[Any]]:
    for row in person.counted(queries.answers(person.patient_id or 0)):
        asked = definition(row.instrument, row.version)
        if asked is None:
            continue
        for code, given in row.said.items():
            item = asked.item(code)
            told = [row.day, _local(row.answered_at, person), _(asked.title), _(item.text)]
            said = _(str(item.say(given)))
            yield [
                *told,
                said,
                item.weight(given) if item.counts else None,
                row.score,
                row.author.name,
                _local(row.removed_at, person),
                row.uuid,
            ]


def _local(instant: datetime | None, person: Person) -> str:
    return f"{instant.astimezone(ZoneInfo(person.zone)):%Y-%m-%d %H:%M}" if instant else ""


#: by file name: the headings, and the rows
TABLES: dict[str, Table] = {
    "diary.csv": (
        (_DAY, _TIME, lazy("About"), *_SCORES.values(), *chips.KINDS.values(), _NOTE, _BY, lazy("How it was written"), _REMOVED,
         lazy("Entry")),
        _diary,
    ),
    "places.csv": ((_DAY, lazy("Place"), lazy("Side"), lazy("Pain, 0 to 10"), lazy("Pain there, 0 to 10"), lazy("It spreads to here"),
         lazy("Entry")), _places),
    "flares.csv": (
        (_DAY, lazy("Began"), lazy("Ended"), lazy("What set it off"), lazy("In own words"), lazy("Answered with yes"), _BY,
         _REMOVED, lazy("Flare")),
        _flares,
    ),
    "flare_steps.csv": ((_DAY, _TIME, lazy("Step"), _BY, _REMOVED, lazy("Flare")), _steps),
    "seen.csv": ((_DAY, _TIME, lazy("What was seen"), _NOTE, _BY, _REMOVED), _seen),
    "doses.csv": (
        (_DAY, _TIME, _MEDICINE, lazy("Amount"), lazy("What happened"), lazy("Planned for"), lazy("Reason"), _BY, _REMOVED),
        _doses,
    ),
    "sessions.csv": (
        (_DAY, _TIME, lazy("Programme"), lazy("What happened"), lazy("Pain before"), lazy("Pain after"), _NOTE, _BY, _REMOVED),
        _sessions,
    ),
    "procedures.csv": ((_DAY, lazy("What was done"), lazy("Clinic"), _BY, _NOTE, _REMOVED), _procedures),
    "questionnaires.csv": (
        (_DAY, _TIME, lazy("Questionnaire"), lazy("Question"), lazy("Answer"), lazy("Counts for"), lazy("Score of them all"), _BY,
         _REMOVED, lazy("Entry")),
        _answers,
    ),
}  # fmt: skip
#: how often the rows of a table of ours are passed over for TABLES
PASSES = {
    "entry": 2, "flare": 1, "flare_tick": 1, "seen": 1, "dose": 1, "therapy_session": 1, "procedure": 1, "measure_answer": 1,
}  # fmt: skip
