"""A day of Ana's: an evening check-in at 20:00, gabapentin at 08:00 and 21:00, exercises at 18:00."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from companion.diary import record as entries
from companion.identity.model import Account, Patient
from companion.medication import take
from companion.medication.add import Taking, add
from companion.medication.model import Medicine
from companion.plan.day import items
from companion.plan.item import Item
from companion.schedule.times import set_times
from companion.sharing.access import Everything
from companion.store import db
from companion.therapy import keep
from companion.therapy.model import Programme
from companion.therapy.plan_it import plan
from tests.cast import NOW
from tests.trends.conftest import statements

__all__ = ["statements"]
EVERY_DAY = "1234567"


@dataclass
class Day:
    """What a test does in Ana's day, at local times of Berlin, and what the day then says."""

    patient: int
    account: int
    gabapentin: int
    tramadol: int
    exercises: int

    @property
    def ana(self) -> Patient:
        found = db.get(Patient, self.patient)
        assert found is not None
        return found

    def at(self, local: str) -> datetime:
        """ "10 21:05" is 21:05 on the tenth, where Ana is."""
        return (
            datetime.strptime(f"2026-03-{local}", "%Y-%m-%d %H:%M")
            .replace(tzinfo=ZoneInfo(self.ana.zone))
            .astimezone(UTC)
        )

    def _who(self, name: int | None) -> Account:
        found = db.get(Account, name or self.account)
        assert found is not None
        return found

    def feels(self, local: str, pain: int, by: int | None = None) -> None:
        """Ana logs pain."""
        entries.record(self.ana, self._who(by), str(uuid4()), "", self.at(local), pain, NOW)

    def takes(self, local: str, medicine: int, status: str = "taken", wall: time | None = None) -> None:
        """Ana takes or skips a dose."""
        found = db.get(Medicine, medicine)
        assert found is not None
        take.record(self.ana, self._who(None), found, str(uuid4()), "", status, self.at(local), NOW, wall)

    def moves(self, local: str, status: str = "done", wall: time | None = time(18)) -> None:
        """Ana does her exercises."""
        found = db.get(Programme, self.exercises)
        assert found is not None
        keep.record(self.ana, self._who(None), found, str(uuid4()), "", status, self.at(local), NOW, wall)

    def items(self, local: str, may: Any = None, day: int = 10) -> list[Item]:
        """The day as it stands then."""
        return items(self.ana, NOW.date().replace(day=day), self.at(local), may or Everything())

    def says(self, local: str, may: Any = None, day: int = 10) -> list[str]:
        """Each line of the day in short: "08:00 Gabapentin 300 mg: later"."""
        zone = ZoneInfo(self.ana.zone)
        return [f"{it.at.astimezone(zone):%H:%M} {it.title}: {it.state}" for it in self.items(local, may, day)]


@pytest.fixture
def day(cast: Any) -> Day:
    """Everything was planned a week ago."""
    ana, account, then = db.get(Patient, cast.ana_patient), db.get(Account, cast.ana), NOW - timedelta(days=7)
    assert ana is not None and account is not None
    taking = Taking("Gabapentin", "300 mg", "1 capsule", "With food", walls=(time(8), time(21)))
    gabapentin = add(ana, account, taking, then)
    tramadol = add(ana, account, Taking("Tramadol", "50 mg", as_needed=True), then)
    what = ("pt", "Back exercises", "", 20, [time(18)], EVERY_DAY)
    exercises, _ = plan(ana, account, None, *what, then, str(uuid4()), "")
    set_times(ana, "diary", 0, [time(20)], EVERY_DAY, then)
    db.commit()
    return Day(ana.id, account.id, gabapentin.id, tramadol.id, exercises.id)
