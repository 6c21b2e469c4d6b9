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


def shelf(patient: Patient, now: datetime) -> list[Card]:
    """A card for each medicine that is not stopped, by name."""
    day, today = clock.day_of(now, patient.zone), now.astimezone(ZoneInfo(patient.zone)).date()
    # after midnight the diary day still has the times that a change has ended
    rows = times.schedules(patient.id, day, today, KIND)
    held = [row for row in rows if row.ends_on is None or row.ends_on >= today]
    planned, _beside = sheet(of_schedules(rows, patient.zone, day, day), queries.doses_on(patient.id, day), now)
    last = queries.last_taken(patient.id)
    return [
        Card(
            medicine=medicine,
            schedules=[row for row in held if row.thing_id == medicine.id],
            today=[row for row in planned if row.slot.medicine_id == medicine.id],
            last_taken_at=last.get(medicine.id),
            now=now,
        )
        for medicine in queries.medicines(patient)
    ]
