"""Add a medicine, change it, stop it. Its times change in the same transaction.

What stands here is what the person takes, in their words or their clinic's; nothing of it is advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.medication.catalogue import named
from companion.medication.model import Medicine
from companion.medication.queries import has_doses, medicines
from companion.medication.slots import KIND
from companion.schedule import times
from companion.schedule.model import EVERY_DAY
from companion.store import db


@dataclass(frozen=True)
class Taking:
    """What is taken, and when: at `walls` on `weekdays` (ISO digits), or as needed, without times."""

    name: str
    strength: str = ""
    amount: str = ""
    note: str = ""
    as_needed: bool = False
    walls: tuple[time, ...] = ()
    weekdays: str = EVERY_DAY

    @property
    def title(self) -> str:
        """Name and strength, as Medicine says it."""
        return f"{self.name} {self.strength}".strip()


def add(patient: Patient, author: Account, taking: Taking, now: datetime) -> Medicine:
    """A new medicine, taken from now on."""
    medicine = Medicine(patient=patient, added_by=author.id)
    medicine.started_on = now.astimezone(ZoneInfo(patient.zone)).date()
    _write(medicine, taking, now)
    return medicine


def change(medicine: Medicine, author: Account, taking: Taking, now: datetime) -> Medicine:
    """What is taken from now on.

    Once doses are written down, another strength or amount is another medicine, and the former one is stopped: what was
    taken before stays as it was.
    """
    same = (taking.strength, taking.amount) == (medicine.strength, medicine.amount)
    if not same and has_doses(medicine):
        stop(medicine, now)
        return add(medicine.patient, author, taking, now)
    _write(medicine, taking, now)
    return medicine


def _write(medicine: Medicine, taking: Taking, now: datetime) -> None:
    known = named(taking.name)
    medicine.code = known.code if known else None
    medicine.name, medicine.strength, medicine.amount = taking.name, taking.strength, taking.amount
    medicine.note, medicine.as_needed = taking.note, taking.as_needed
    db.add(medicine)
    db.flush()
    walls = [] if taking.as_needed else list(taking.walls)
    touch(medicine.patient, "medicines", now)
    times.set_times(medicine.patient, KIND, medicine.id, walls, taking.weekdays, now)


def stop(medicine: Medicine, now: datetime) -> None:
    """It is not taken any more; its doses stay in the history."""
    if medicine.stopped_at is None:
        medicine.stopped_at = now
        touch(medicine.patient, "medicines", now)
        times.stop(medicine.patient, KIND, medicine.id, now)


def has_twin(patient: Patient, taking: Taking, but: Medicine | None = None) -> bool:
    """Whether such a medicine stands on the list already, `but` aside."""
    return any(
        (other.title.casefold(), other.as_needed) == (taking.title.casefold(), taking.as_needed)
        for other in medicines(patient)
        if other is not but
    )
