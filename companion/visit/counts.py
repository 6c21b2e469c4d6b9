"""How much of what was planned was done: doses by medicine, sessions by programme."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time

from companion import clock
from companion.identity.model import Patient
from companion.medication import queries as medication
from companion.medication.slots import planned
from companion.schedule.recurrence import standing
from companion.therapy import queries as therapy
from companion.therapy.model import Programme
from companion.visit import queries
from companion.words import gettext as _
from companion.words import ngettext


@dataclass
class Count:
    """What became of the planned times that are over, and what was done beside the plan."""

    planned: int = 0
    done: int = 0
    skipped: int = 0
    beside: int = 0
    #: days on which something was done beside the plan
    beside_days: set[date] = field(default_factory=set)

    def add(self, state: str) -> None:
        """Count a planned time that was done, skipped or missed."""
        self.planned += 1
        self.done += state == "done"
        self.skipped += state == "skipped"

    def add_beside(self, day: date) -> None:
        """Count what was done without a plan."""
        self.beside += 1
        self.beside_days.add(day)


def doses(patient: Patient, first: date, last: date, now: datetime) -> dict[str, Count]:
    """Doses of the days by the title of the medicine, in the order of titles; medicines without any are left out."""
    answered: dict[tuple[int, date, time], str] = {}
    counts: defaultdict[int, Count] = defaultdict(Count)
    for medicine_id, day, wall, status in queries.doses(patient.id, first, last):
        if wall is None:
            if status == "taken":
                counts[medicine_id].add_beside(day)
        elif answered.get((medicine_id, day, wall)) != "done":
            answered[medicine_id, day, wall] = "done" if status == "taken" else "skipped"
    for slot in planned(patient, first, last):
        state = answered.pop((slot.medicine_id, slot.day, slot.wall), None) or _open_state(
            slot.at, slot.day, patient, now
        )
        if state != "to come":
            counts[slot.medicine_id].add(state)
    for (medicine_id, _day, _wall), state in answered.items():  # its planned time was taken off the plan afterwards
        counts[medicine_id].add(state)
    titles = {key: row.full_title for key, row in medication.by_id(patient).items()}
    return {titles[key]: counts[key] for key in sorted(counts, key=lambda key: (titles[key].casefold(), key))}


def _open_state(at: datetime, day: date, patient: Patient, now: datetime) -> str:
    over = standing(at, now) == "missed" or now >= clock.bounds(day, patient.zone)[1]
    return "missed" if over else "to come"


def sessions(patient: Patient, first: date, last: date, now: datetime) -> list[tuple[Programme, Count]]:
    """Sessions of the days by programme, oldest programme first; programmes without any are left out."""
    programmes: dict[int, Programme] = {}
    counts: defaultdict[int, Count] = defaultdict(Count)
    for each in therapy.attendance(patient, first, last, now):
        programmes[each.programme.id] = each.programme
        if each.state != "to come":
            counts[each.programme.id].add(each.state)
    for row in therapy.sessions(patient, first, last):
        programmes[row.programme_id] = row.programme
        if row.due_wall is None and row.status == "done":
            counts[row.programme_id].add_beside(row.day)
    return [(programmes[key], counts[key]) for key in sorted(counts)]


def say_doses(count: Count) -> str:
    """ "Taken 56 of 60 planned times, 2 skipped. Taken 3 more times, on 2 days." """
    planned = _("Taken %(done)s of %(planned)s planned times", **_both(count))
    if count.planned:
        more = ngettext("Taken %(n)s more time", "Taken %(n)s more times", count.beside)
    else:
        more = ngettext("Taken %(n)s time", "Taken %(n)s times", count.beside)
    return _said(count, planned, more)


def say_sessions(count: Count) -> str:
    """ "Done 14 of 20 planned times, 3 skipped. Done 2 more times, on 2 days." """
    planned = _("Done %(done)s of %(planned)s planned times", **_both(count))
    if count.planned:
        more = ngettext("Done %(n)s more time", "Done %(n)s more times", count.beside)
    else:
        more = ngettext("Done %(n)s time", "Done %(n)s times", count.beside)
    return _said(count, planned, more)


def _both(count: Count) -> dict[str, int]:
    return {"done": count.done, "planned": count.planned}


def _said(count: Count, planned: str, more: str) -> str:
    said = []
    if count.planned:
        skipped = ngettext("%(n)s skipped", "%(n)s skipped", count.skipped)
        said.append(f"{planned}, {skipped}." if count.skipped else f"{planned}.")
    if count.beside:
        days = ngettext("on %(n)s day", "on %(n)s days", len(count.beside_days))
        said.append(f"{more}, {days}.")
    return " ".join(said)
