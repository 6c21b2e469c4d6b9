"""One day as a list: what is planned, what was done, what was done beside the plan. Composed anew each time it is asked."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from textwrap import shorten

from companion.clock import day_starts
from companion.diary import queries as diary
from companion.diary.model import EVENING, NOW, Entry
from companion.identity.model import Patient
from companion.medication import queries as medication
from companion.medication.model import Dose, Medicine
from companion.medication.slots import of_schedules, sheet
from companion.plan.beside import happened
from companion.plan.item import EARLY, Item, beside, by, looks_back, told_by
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.recurrence import slots, standing
from companion.therapy import queries as therapy
from companion.therapy.model import KINDS, Programme, Session
from companion.words import gettext as _
from companion.words import ngettext, say_time

_NOON = time(12)


def items(
    patient: Patient, day: date, now: datetime, may: Container[str], entries: list[Entry] | None = None
) -> list[Item]:
    """The diary `day` in the language being spoken, oldest first, without the parts that are not in `may`.

    `entries`: those of the day, where they were read already.
    """
    rows = times.schedules(patient.id, day, day)
    found: list[Item] = []
    for kind, (part, compose) in _ROOMS.items():
        if part in may:
            known = partial(_check_ins, entries=entries) if compose is _check_ins else compose
            found += known(patient, day, now, [row for row in rows if row.kind == kind])
    found += happened(patient, day, now, may)
    return sorted(found, key=lambda item: (item.at, item.kind, item.title))


def wanted(patient: Patient, schedule: Schedule, due_on: date, now: datetime) -> bool:
    """Whether the occurrence of the calendar day `due_on` is still to be done: not done, skipped or stopped."""
    if not schedule.rule.holds_on(due_on):
        return False
    day = due_on if schedule.wall >= day_starts() else due_on - timedelta(days=1)
    rows = times.schedules(patient.id, day, day, schedule.kind)
    _part, compose = _ROOMS[schedule.kind]
    return any(
        item.schedule_id == schedule.id and item.state not in {"done", "skipped"}
        for item in compose(patient, day, now, rows)
    )


def part_of(kind: str) -> str:
    """The part of the record that a schedule of this kind belongs to."""
    return _ROOMS[kind][0]


def _check_ins(
    patient: Patient, day: date, now: datetime, rows: list[Schedule], entries: list[Entry] | None = None
) -> list[Item]:
    """A check-in is done by the first entry of one's own from three hours before it until the next one has begun."""
    left = list(diary.entries_on(patient, day) if entries is None else entries)
    due = sorted(
        ((at, row) for row in rows for _day, at in slots(row.rule, patient.zone, day, day)), key=lambda d: d[0]
    )
    ends = [at - EARLY for at, _row in due[1:]]
    found = []
    for n, (at, row) in enumerate(due):
        until = ends[n] if n < len(ends) else None
        answers = (e for e in left if e.own and at - EARLY <= e.felt_at and (until is None or e.felt_at < until))
        entry = next(answers, None)
        item = _planned(row, day, at, standing(at, now), _greeting(row.wall), _("10 seconds is enough."))
        if entry is not None:
            left.remove(entry)
            item = _written(item, entry, patient)
        found.append(item)
    titles = {NOW: _("Check-in"), EVENING: _("Evening check-in")}
    return found + [_written(beside("diary", 0, e.day, e.felt_at, titles[e.kind]), e, patient) for e in left]


def _planned(row: Schedule, day: date, at: datetime, state: str, title: str, detail: str) -> Item:
    """A line for a planned time as long as nothing answers it."""
    return Item(
        kind=row.kind,
        thing_id=row.thing_id,
        schedule_id=row.id,
        day=day,
        wall=row.wall,
        at=at,
        state=state,
        title=title,
        detail=detail,
    )


def _written(item: Item, entry: Entry, patient: Patient) -> Item:
    if entry.pain is None:
        said = _("Written down")
    elif entry.kind == EVENING:
        said = _("Pain %(n)s of 10 on average", n=entry.pain)
    else:
        said = _("Pain %(n)s of 10", n=entry.pain)
    told = said + told_by(entry.author, patient)
    return replace(item, state="done", detail=told, done_at=entry.felt_at, uuid=entry.uuid)


def _greeting(wall: time) -> str:
    if looks_back(wall):
        return _("Evening check-in")
    return _("Morning check-in") if wall < _NOON else _("Check-in")


def _doses(patient: Patient, day: date, now: datetime, rows: list[Schedule]) -> list[Item]:
    planned, unplanned = sheet(of_schedules(rows, patient.zone, day, day), medication.doses_on(patient.id, day), now)
    known = medication.by_id(patient) if planned else {}
    found = []
    for row in planned:
        slot, medicine = row.slot, known[row.slot.medicine_id]
        item = Item(
            kind="medication",
            thing_id=medicine.id,
            schedule_id=slot.schedule_id,
            day=day,
            wall=slot.wall,
            at=slot.at,
            state=row.state,
            title=medicine.title,
            detail=_how(medicine),
        )
        found.append(_dose(item, row.dose, patient) if row.dose else item)
    for dose in unplanned:
        line = beside("medication", dose.medicine_id, day, dose.taken_at, dose.medicine.title)
        found.append(_dose(line, dose, patient))
    return found


def _dose(item: Item, dose: Dose, patient: Patient) -> Item:
    state = "done" if dose.status == "taken" else "skipped"
    said = _("Taken %(time)s", time=say_time(dose.taken_at, patient.zone)) if state == "done" else _("Skipped")
    told = said + by(dose.author, patient)
    return replace(item, state=state, detail=told, done_at=dose.taken_at, uuid=dose.uuid)


def _how(medicine: Medicine) -> str:
    """The amount, and the note as far as it fits on a line or two."""
    note = shorten(medicine.note, 80, placeholder="…")
    return ". ".join(part.rstrip(".") for part in (medicine.amount, note) if part)


def _sessions(patient: Patient, day: date, now: datetime, rows: list[Schedule]) -> list[Item]:
    """What was skipped and then done is one line."""
    kept = therapy.sessions_on(patient.id, day)
    left, answers = {session.id: session for session in kept}, _answers(kept)
    known = {row.id: row for row in therapy.programmes(patient)} if rows else {}
    found = []
    for row in rows:
        programme = known.get(row.thing_id) or therapy.programme(patient, row.thing_id)
        if programme is None:
            continue
        for _day, at in slots(row.rule, patient.zone, day, day):
            item = _planned(row, day, at, standing(at, now), programme.title, _what(programme))
            for session in answers.get((row.thing_id, row.wall), ()):
                left.pop(session.id, None)
                item = _session(item, session, patient)
            found.append(item)
    for session in left.values():
        line = beside("therapy", session.programme_id, day, session.done_at, session.programme.title)
        found.append(_session(line, session, patient))
    return found


def _answers(kept: list[Session]) -> dict[tuple[int, time | None], list[Session]]:
    """By programme and planned time the sessions that answer it: those skipped, then the first that was done after all."""
    found: dict[tuple[int, time | None], list[Session]] = {}
    for session in sorted(kept, key=lambda session: session.status == "done"):
        answers = found.setdefault((session.programme_id, session.due_wall), [])
        if not answers or answers[-1].status == "skipped":
            answers.append(session)
    return found


def _session(item: Item, session: Session, patient: Patient) -> Item:
    done = session.status == "done"
    said = _("Done %(time)s", time=say_time(session.done_at, patient.zone)) if done else _("Skipped")
    told = said + by(session.author, patient)
    return replace(item, state="done" if done else "skipped", detail=told, done_at=session.done_at, uuid=session.uuid)


def _what(programme: Programme) -> str:
    about = ngettext("About %(n)s minute", "About %(n)s minutes", programme.minutes) if programme.minutes else ""
    return ". ".join(part for part in (str(KINDS[programme.kind]), about) if part)


#: for each kind of schedule the part of the record that it belongs to, and what makes its lines
_ROOMS: dict[str, tuple[str, Callable[[Patient, date, datetime, list[Schedule]], list[Item]]]] = {
    "diary": ("pain", _check_ins),
    "medication": ("medicines", _doses),
    "therapy": ("therapy", _sessions),
}
