"""The planned times of medicines, and the dose that answers each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from companion.identity.model import Patient
from companion.medication.model import Dose
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.recurrence import slots, standing

#: the kind of a medicine's schedules
KIND = "medication"


@dataclass(frozen=True, order=True)
class Slot:
    """One planned time of one medicine on one diary day."""

    at: datetime
    medicine_id: int
    schedule_id: int
    day: date
    wall: time

    @property
    def key(self) -> tuple[int, date, time | None]:
        """What an answering dose has in common with it."""
        return self.medicine_id, self.day, self.wall


@dataclass(frozen=True)
class Planned:
    """A slot, the dose that answers it, and how it stands: taken, skipped, now, later or missed."""

    slot: Slot
    dose: Dose | None
    state: str


def planned(patient: Patient, first: date, last: date, medicine_id: int | None = None) -> list[Slot]:
    """The planned times from `first` to `last`, of one medicine if it is given, oldest first."""
    return of_schedules(times.schedules(patient.id, first, last, KIND, medicine_id), patient.zone, first, last)


def of_schedules(rows: Iterable[Schedule], zone: str, first: date, last: date) -> list[Slot]:
    """The planned times that the schedules hold from `first` to `last`, oldest first."""
    return sorted(
        Slot(at=at, medicine_id=row.thing_id, schedule_id=row.id, day=day, wall=row.wall)
        for row in rows
        for day, at in slots(row.rule, zone, first, last)
    )


def answers(doses: Iterable[Dose]) -> dict[tuple[int, date, time | None], Dose]:
    """The dose that answers each slot, by the slot's key; one that was taken after all counts before a skipped one."""
    found: dict[tuple[int, date, time | None], Dose] = {}
    for dose in doses:
        key = _key(dose)
        if dose.due_wall is not None and (key not in found or dose.status == "taken"):
            found[key] = dose
    return found


def sheet(slots_: Iterable[Slot], doses: Iterable[Dose], now: datetime) -> tuple[list[Planned], list[Dose]]:
    """Each slot with its answer, and the doses that stand beside the plan. What was skipped and then taken is one."""
    doses = list(doses)
    found = answers(doses)
    rows = []
    for slot in slots_:
        dose = found.pop(slot.key, None)
        rows.append(Planned(slot, dose, dose.status if dose else standing(slot.at, now)))
    used, taken = {row.dose.id for row in rows if row.dose}, {row.slot.key for row in rows if row.state == "taken"}
    left = [dose for dose in doses if dose.id not in used]
    return rows, [dose for dose in left if dose.status == "taken" or _key(dose) not in taken]


def _key(dose: Dose) -> tuple[int, date, time | None]:
    return dose.medicine_id, dose.day, dose.due_wall
