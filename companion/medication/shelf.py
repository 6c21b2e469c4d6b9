"""The list of medicines as a person sees it now: each with its times, what became of today's, and what can be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from companion import clock
from companion.identity.model import Patient
from companion.medication import queries
from companion.medication.model import Medicine
from companion.medication.slots import KIND, Planned, of_schedules, sheet
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.sharing.terms import ALWAYS, Period


@dataclass(frozen=True)
class Card:
    """A medicine that is taken."""

    medicine: Medicine
    #: the times at which it is taken from now on, by wall time
    schedules: list[Schedule]
    #: today's times, oldest first
    today: list[Planned]
    #: when it was taken last, on whichever day
    last_taken_at: datetime | None
    now: datetime

    @property
    def open(self) -> Planned | None:
        """The time of today without an answer that is nearest to now."""
        rows = [row for row in self.today if row.dose is None]
        return min(rows, key=lambda row: abs(row.slot.at - self.now), default=None)


def shelf(patient: Patient, now: datetime, period: Period = ALWAYS) -> list[Card]:
    """A card for each medicine that is not stopped, by name, as far as the days of `period` tell of it."""
    day, today = clock.day_of(now, patient.zone), now.astimezone(ZoneInfo(patient.zone)).date()
    # after midnight the diary day still has the times that a change has ended
    rows = times.schedules(patient.id, day, today, KIND)
    held = [row for row in rows if row.ends_on is None or row.ends_on >= today]
    doses = queries.doses_on(patient.id, day) if period.holds(day) else []
    slots = of_schedules(rows, patient.zone, day, day) if period.holds(day) else []
    planned, _beside = sheet(slots, doses, now)
    last = queries.last_taken(patient.id, period)
    return [
        Card(
            medicine=medicine,
            schedules=[row for row in held if row.thing_id == medicine.id],
            today=[row for row in planned if row.slot.medicine_id == medicine.id],
            last_taken_at=last.get(medicine.id),
            now=now,
        )
        for medicine in queries.medicines(patient)
        if medicine.is_within(period)
    ]
