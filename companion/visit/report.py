"""Everything that a visit report says, in the language being spoken, limited to its parts and days.

The page and the PDF lay out the same words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from companion import clock
from companion.diary import queries as diary
from companion.diary.model import Entry
from companion.flares import queries as flares
from companion.flares import questions
from companion.flares.say import say_length, say_total
from companion.identity.model import Patient
from companion.medication import queries as medication
from companion.medication.model import Medicine
from companion.medication.slots import KIND
from companion.procedures import kinds
from companion.procedures import queries as procedures
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.say import say_times
from companion.seen import queries as seen
from companion.seen import signs
from companion.seen.model import Seen
from companion.sharing.model import PARTS
from companion.sharing.terms import Period
from companion.therapy.model import KINDS
from companion.trends.draw import Chart, draw
from companion.trends.places import places
from companion.visit import counts
from companion.visit.model import VisitLink
from companion.visit.relief import Relief, reliefs
from companion.words import gettext as _
from companion.words import say_day, say_time

#: the days that may be asked for
SPANS = (30, 90, 365)
DEFAULT = 90
#: so many of the newest notes are shown, of the patient and of others each, out of the newest; and so much of each
_NOTES, _LOOKED_AT, _NOTE_LENGTH = 10, 60, 400
#: so many of the places, those that were marked most
_PLACES = 12
_CHARTS = ("pain", "impact", "sleep", "mood")


class Scope(NamedTuple):
    """What a report covers."""

    #: keys of PARTS
    parts: tuple[str, ...]
    first: date
    last: date
    #: the days that may be read at all, for what is compared with the time before
    opened: Period
    #: key of trends' SPANS, for the drawings
    span: str


def last_days(patient: Patient, parts: Collection[str], days: int, opened: Period, now: datetime) -> Scope:
    """The last `days` of the record until the day of `now`, or until the last open day, as far as they are open."""
    today = clock.day_of(now, patient.zone)
    last = min(today, opened.until or today)
    first, last = opened.within(last - timedelta(days=days - 1), last)
    return Scope(tuple(part for part in PARTS if part in parts), first, last, opened, str(days))


def of_link(link: VisitLink) -> Scope:
    """What a link opens, and nothing else."""
    return Scope(tuple(link.parts), link.first_on, link.last_on, link.period, "all")


@dataclass(frozen=True)
class Row:
    """One line of a list: its name, what is said of it, and words that somebody typed."""

    title: str
    text: str = ""
    note: str = ""
    relief: Relief | None = None


@dataclass(frozen=True)
class Section:
    """A heading with its lines; `empty` is said where there are none, and `hint` before those that are there."""

    name: str
    title: str
    rows: list[Row]
    empty: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """The words and drawings of a report."""

    name: str
    #: date of birth, an empty text if it is not known
    born: str
    days: str
    #: the day on which it was made
    made: str
    #: pieces, every second one a number; empty when pain is not part of it
    sentence: tuple[str, ...]
    charts: list[Chart]
    sections: list[Section]


def report(patient: Patient, scope: Scope, now: datetime) -> Report:
    """The report on the patient."""
    drawn = {*scope.parts} - {"medicines", "therapy"}
    drawing = draw(patient, scope.span, now, drawn, scope.opened)
    return Report(
        patient.name,
        say_day(patient.born_on, "long") if patient.born_on else "",
        _("%(first)s to %(last)s", first=say_day(scope.first, "long"), last=say_day(scope.last, "long")),
        say_day(now.astimezone(ZoneInfo(patient.zone)).date(), "long"),
        drawing.sentence,
        [chart for chart in drawing.charts if chart.name in _CHARTS],
        [section for part, made in _MADE.items() if part in scope.parts for section in made(patient, scope, now)],
    )


def _places(patient: Patient, scope: Scope, _now: datetime) -> list[Section]:
    found = places(patient.id, scope.first, scope.last)[:_PLACES]
    rows = [Row(place.name, place.say()) for place in found]
    return [Section("places", _("Where it hurts"), rows)] if rows else []


def _procedures(patient: Patient, scope: Scope, _now: datetime) -> list[Section]:
    rows = procedures.procedures(patient, scope.first, scope.last)
    found = reliefs(patient.id, rows, scope.last, scope.opened) if "pain" in scope.parts else {}
    lines = [
        Row(kinds.name(row), f"{say_day(row.done_on, 'long')} · {row.clinic.name}", row.note, found.get(row.id))
        for row in rows
    ]
    hint = _("On the scale of pain a ring is the week before, and a dot is after.") if found else ""
    return [Section("procedures", _("Procedures"), lines, _("None in these days."), hint)]


def _flares(patient: Patient, scope: Scope, now: datetime) -> list[Section]:
    total = flares.total(flares.stretches(patient.id, patient.zone, scope.first, scope.last))
    lines = []
    for row in flares.flares(patient, scope.first, scope.last, _NOTES) if total.often else ():
        length = say_length(row.length(now)) if row.ended_at else _("It goes on.")
        said = [length, ", ".join(questions.said(row.set_off)), *questions.flagged(row.flags)]
        words = "\n".join(row.all_words) if "notes" in scope.parts else ""
        lines.append(
            Row(f"{say_day(row.local.date(), 'yMMMEd')}, {say_time(row.began_at, row.zone)}", _joined(said), words)
        )
    return [Section("flares", _("Flares"), lines, hint=f"{say_total(total)}.")] if lines else []


def _joined(said: list[str]) -> str:
    return " · ".join(text for text in said if text)


def _medicines(patient: Patient, scope: Scope, now: datetime) -> list[Section]:
    end = min(now, clock.bounds(scope.last, patient.zone)[1] - timedelta(microseconds=1))
    on = now.astimezone(ZoneInfo(patient.zone)).date() if end == now else scope.last
    held = [
        row
        for row in (*medication.medicines(patient), *medication.medicines(patient, stopped=True))
        if row.started_on <= on and (row.stopped_at is None or row.stopped_at > end)
    ]
    due: dict[int, list[Schedule]] = {}
    for row in times.schedules(patient.id, on, on, KIND):
        # a time that was set today may begin tomorrow; one that was set after the days of the report is none of theirs
        if row.starts_on <= on or end == now:
            due.setdefault(row.thing_id, []).append(row)
    lines = [_medicine(row, due.get(row.id, [])) for row in sorted(held, key=lambda row: (row.name.casefold(), row.id))]
    taken = [
        Row(title, counts.say_doses(count))
        for title, count in counts.doses(patient, scope.first, scope.last, now).items()
    ]
    title = _("Medicines on %(day)s", day=say_day(on, "long"))
    said = [Section("medicines", title, lines, _("None is written down."))]
    return [*said, Section("doses", _("Doses, as they were logged"), taken)] if taken else said


def _medicine(row: Medicine, due: list[Schedule]) -> Row:
    when = _("when needed") if row.as_needed else say_times(due) or _("no set times")
    since = _("since %(day)s", day=say_day(row.started_on, "long"))
    return Row(row.title, " · ".join(text for text in (row.amount, when, since) if text), row.note)


def _therapy(patient: Patient, scope: Scope, now: datetime) -> list[Section]:
    kept = counts.sessions(patient, scope.first, scope.last, now)
    lines = [
        Row(programme.title, f"{KINDS[programme.kind]}. {counts.say_sessions(count)}") for programme, count in kept
    ]
    return [Section("sessions", _("Exercises and CBT"), lines, _("None in these days."))]


def _notes(patient: Patient, scope: Scope, _now: datetime) -> list[Section]:
    rows = diary.notes(patient, scope.first, scope.last, _LOOKED_AT)
    own = [_note(row, scope) for row in rows if row.own][:_NOTES]
    others = [_note(row, scope) for row in rows if not row.own][:_NOTES]
    said = [Section("notes", _("Latest notes"), own, _("None in these days."))]
    said += [Section("others", _("Written by others"), others)] if others else []
    found = seen.seen(patient, scope.first, scope.last, _NOTES) if "pain" in scope.parts else []
    hint = _("The words of those who help, apart from the patient's own. They are in no number.")
    return [*said, Section("seen", _("What others saw"), [_saw(row) for row in found], hint=hint)] if found else said


def _saw(row: Seen) -> Row:
    when = f"{say_day(row.local.date(), 'yMMMEd')}, {say_time(row.seen_at, row.zone)}"
    return Row(when, _joined([row.author.name, signs.said(row.signs)]), _shortened(row.note))


def _shortened(note: str) -> str:
    return note if len(note) <= _NOTE_LENGTH else f"{note[: _NOTE_LENGTH - 1].rstrip()}…"


def _note(row: Entry, scope: Scope) -> Row:
    when = f"{say_day(row.local.date(), 'yMMMEd')}, {say_time(row.felt_at, row.zone)}"
    said = [_("pain %(score)s", score=row.pain)] if "pain" in scope.parts and row.pain is not None else []
    if not row.own:
        said.append(_("told by %(patient)s, written by %(name)s", patient=row.patient.name, name=row.author.name))
    return Row(when, " · ".join(said), _shortened(row.note))


def _felt(patient: Patient, scope: Scope, now: datetime) -> list[Section]:
    return [*_places(patient, scope, now), *_flares(patient, scope, now)]


#: in the order in which they are read
_MADE = {"pain": _felt, "procedures": _procedures, "medicines": _medicines, "therapy": _therapy, "notes": _notes}
