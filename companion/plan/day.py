"""One day as a list: what is planned, what was done, what was done beside the plan. Composed anew each time it is asked."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from textwrap import shorten

from companion.clock import DAY_STARTS
from companion.diary import queries as diary
from companion.diary.model import Entry
from companion.identity.model import Account, Patient
from companion.medication import queries as medication
from companion.medication.model import Dose, Medicine
from companion.medication.slots import of_schedules, sheet
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.recurrence import slots, standing
from companion.therapy import queries as therapy
from companion.therapy.model import KINDS, Programme, Session
from companion.words import gettext as _
from companion.words import ngettext, say_time

#: a check-in is answered by what was felt from so long before it on
EARLY = timedelta(hours=3)
_EVENING, _NOON = time(17), time(12)


@dataclass(frozen=True)
class Item:
    """One line of the day."""

    #: diary, medication or therapy
    kind: str
    #: the medicine or the programme; 0 for a check-in
    thing_id: int
    #: None for what was done beside the plan
    schedule_id: int | None
    #: diary day
    day: date
    #: the planned time, None beside the plan
    wall: time | None
    #: the planned instant; beside the plan that at which it was done
    at: datetime
    #: done, skipped, now, later or missed
    state: str
    title: str
    detail: str
    #: when it was done or skipped
    done_at: datetime | None = None
    #: of the entry, dose or session
    uuid: str | None = None


def items(patient: Patient, day: date, now: datetime, may: Container[str]) -> list[Item]:
    """The diary `day` in the language being spoken, oldest first, without the parts that are not in `may`."""
    rows = times.schedules(patient.id, day, day)
    found: list[Item] = []
    for kind, (part, compose) in _ROOMS.items():
        if part in may:
            found += compose(patient, day, now, [row for row in rows if row.kind == kind])
    return sorted(found, key=lambda item: (item.at, item.kind, item.title))


def wanted(patient: Patient, schedule: Schedule, due_on: date, now: datetime) -> bool:
    """Whether the occurrence of the calendar day `due_on` is still to be done: not done, skipped or stopped."""
    if not schedule.rule.holds_on(due_on):
        return False
    day = due_on if schedule.wall >= DAY_STARTS else due_on - timedelta(days=1)
    rows = times.schedules(patient.id, day, day, schedule.kind)
    _part, compose = _ROOMS[schedule.kind]
    return any(
        item.schedule_id == schedule.id and item.state not in {"done", "skipped"}
        for item in compose(patient, day, now, rows)
    )


def _check_ins(patient: Patient, day: date, now: datetime, rows: list[Schedule]) -> list[Item]:
    """A check-in is done by the first entry from three hours before it until the next one has begun."""
    left = diary.entries_on(patient, day)
    due = sorted(
        ((at, row) for row in rows for _day, at in slots(row.rule, patient.zone, day, day)), key=lambda d: d[0]
    )
    ends = [at - EARLY for at, _row in due[1:]]
    found = []
    for n, (at, row) in enumerate(due):
        entry = next((e for e in left if at - EARLY <= e.felt_at and (n >= len(ends) or e.felt_at < ends[n])), None)
        title, planned = _greeting(row.wall), (row.id, day, row.wall, at)
        if entry is None:
            found.append(Item("diary", 0, *planned, standing(at, now), title, _("10 seconds is enough.")))
        else:
            left.remove(entry)
            found.append(Item("diary", 0, *planned, "done", title, _felt(entry, patient), entry.felt_at, entry.uuid))
    return found + [_extra_entry(entry, patient) for entry in left]


def _extra_entry(entry: Entry, patient: Patient) -> Item:
    beside = (None, entry.day, None, entry.felt_at)
    return Item("diary", 0, *beside, "done", _("Check-in"), _felt(entry, patient), entry.felt_at, entry.uuid)


def _greeting(wall: time) -> str:
    if wall >= _EVENING or wall < DAY_STARTS:
        return _("Evening check-in")
    return _("Morning check-in") if wall < _NOON else _("Check-in")


def _felt(entry: Entry, patient: Patient) -> str:
    return _("Pain %(n)s of 10", n=entry.pain) + _by(entry.author, patient)


def _doses(patient: Patient, day: date, now: datetime, rows: list[Schedule]) -> list[Item]:
    planned, beside = sheet(of_schedules(rows, patient.zone, day, day), medication.doses_on(patient.id, day), now)
    known = medication.by_id(patient) if planned else {}
    found = []
    for row in planned:
        slot, medicine = row.slot, known[row.slot.medicine_id]
        place = ("medication", medicine.id, slot.schedule_id, day, slot.wall, slot.at)
        if row.dose is None:
            found.append(Item(*place, row.state, medicine.title, _how(medicine)))
        else:
            found.append(_dose(row.dose, patient, place))
    return found + [
        _dose(dose, patient, ("medication", dose.medicine_id, None, day, None, dose.taken_at)) for dose in beside
    ]


def _dose(dose: Dose, patient: Patient, place: tuple[str, int, int | None, date, time | None, datetime]) -> Item:
    state = "done" if dose.status == "taken" else "skipped"
    said = _("Taken %(time)s", time=say_time(dose.taken_at, patient.zone)) if state == "done" else _("Skipped")
    return Item(*place, state, dose.medicine.title, said + _by(dose.author, patient), dose.taken_at, dose.uuid)


def _how(medicine: Medicine) -> str:
    """The amount, and the note as far as it fits on a line or two."""
    note = shorten(medicine.note, 80, placeholder="…")
    return ". ".join(part.rstrip(".") for part in (medicine.amount, note) if part)


def _sessions(patient: Patient, day: date, now: datetime, rows: list[Schedule]) -> list[Item]:
    left = {session.id: session for session in therapy.sessions_on(patient.id, day)}
    answers: dict[tuple[int, time | None], Session] = {}
    for session in sorted(left.values(), key=lambda session: session.status == "done"):
        answers[session.programme_id, session.due_wall] = session
    known = {row.id: row for row in therapy.programmes(patient)} if rows else {}
    found = []
    for row in rows:
        programme = known.get(row.thing_id) or therapy.programme(patient, row.thing_id)
        if programme is None:
            continue
        for _day, at in slots(row.rule, patient.zone, day, day):
            place = ("therapy", row.thing_id, row.id, day, row.wall, at)
            answer = answers.get((row.thing_id, row.wall))
            if answer is None:
                found.append(Item(*place, standing(at, now), programme.title, _what(programme)))
            else:
                del left[answer.id]
                found.append(_session(answer, patient, place))
    return found + [
        _session(session, patient, ("therapy", session.programme_id, None, day, None, session.done_at))
        for session in left.values()
    ]


def _session(
    session: Session, patient: Patient, place: tuple[str, int, int | None, date, time | None, datetime]
) -> Item:
    done = session.status == "done"
    said = _("Done %(time)s", time=say_time(session.done_at, patient.zone)) if done else _("Skipped")
    told = said + _by(session.author, patient)
    return Item(*place, "done" if done else "skipped", session.programme.title, told, session.done_at, session.uuid)


def _what(programme: Programme) -> str:
    about = ngettext("About %(n)s minute", "About %(n)s minutes", programme.minutes) if programme.minutes else ""
    return ". ".join(part for part in (str(KINDS[programme.kind]), about) if part)


def _by(author: Account, patient: Patient) -> str:
    return "" if author.id == patient.account_id else ", " + _("written by %(name)s", name=author.name)


#: for each kind of schedule the part of the record that it belongs to, and what makes its lines
_ROOMS: dict[str, tuple[str, Callable[[Patient, date, datetime, list[Schedule]], list[Item]]]] = {
    "diary": ("pain", _check_ins),
    "medication": ("medicines", _doses),
    "therapy": ("therapy", _sessions),
}
