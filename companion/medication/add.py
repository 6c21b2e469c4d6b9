"""Add a medicine, change it, stop it. Its times change in the same transaction.

What stands here is what the person takes, in their words or their clinic's; nothing of it is advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
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

#: what a person writes about a medicine, its times aside
_WORDS = ("name", "strength", "amount", "note", "as_needed")


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

    @property
    def times(self) -> set[tuple[time, str]]:
        """Each wall time with its weekdays; none when it is taken as needed."""
        return set() if self.as_needed else {(wall, self.weekdays) for wall in self.walls}


def add(patient: Patient, author: Account, taking: Taking, now: datetime, rings: bool | None = None) -> Medicine:
    """A new medicine, taken from now on; `rings` as in set_times."""
    medicine = Medicine(patient=patient, added_by=author.id)
    medicine.started_on = _today(patient, now)
    _write(medicine, taking, now, rings)
    return medicine


def change(medicine: Medicine, author: Account, taking: Taking, now: datetime) -> Medicine:
    """What is taken from now on: the medicine itself, or the one that takes its place.

    Once doses are written down, another name, strength or amount is another medicine, and the former one is stopped: what
    was taken before stays as it was, and the bells stay as they are. Capitals do not count. Who changed something is kept.
    """
    former = times.current(medicine.patient_id, KIND, medicine.id, _today(medicine.patient, now))
    if _key(taking) != _key(medicine) and has_doses(medicine):
        rings = any(row.rings for row in former) if former else None
        stop(medicine, author, now)
        return add(medicine.patient, author, taking, now, rings)
    words = all(getattr(medicine, name) == getattr(taking, name) for name in _WORDS)
    if not words or {(row.wall, row.weekdays) for row in former} != taking.times:
        medicine.changed_by, medicine.changed_at = author.id, now
        _write(medicine, taking, now)
    return medicine


def _key(it: Medicine | Taking) -> tuple[str, str]:
    """What makes it this medicine and no other."""
    return it.title.casefold(), it.amount.casefold()


def _write(medicine: Medicine, taking: Taking, now: datetime, rings: bool | None = None) -> None:
    known = named(taking.name)
    medicine.code = known.code if known else None
    for name in _WORDS:
        setattr(medicine, name, getattr(taking, name))
    db.add(medicine)
    db.flush()
    walls = [] if taking.as_needed else list(taking.walls)
    touch(medicine.patient, "medicines", now)
    times.set_times(medicine.patient, KIND, medicine.id, walls, taking.weekdays, now, rings)


def stop(medicine: Medicine, author: Account, now: datetime) -> None:
    """It is not taken any more; its doses stay in the history."""
    if medicine.stopped_at is None:
        medicine.stopped_at, medicine.stopped_by = now, author.id
        touch(medicine.patient, "medicines", now)
        times.stop(medicine.patient, KIND, medicine.id, now)


def has_twin(patient: Patient, taking: Taking, but: Medicine | None = None) -> bool:
    """Whether such a medicine stands on the list already, `but` aside; another amount is another line of it."""
    return any(
        (_key(other), other.as_needed) == (_key(taking), taking.as_needed)
        for other in medicines(patient)
        if other is not but
    )


def _today(patient: Patient, now: datetime) -> date:
    return now.astimezone(ZoneInfo(patient.zone)).date()
