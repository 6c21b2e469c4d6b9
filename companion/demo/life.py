"""How an invented person lives: pain with good and bad weeks, relief after procedures, missed days, doses and sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from companion import clock
from companion.demo.people import Person

_HOURS = (time(7, 40), time(13, 10), time(20, 15))


@dataclass
class Life:
    """Rows without their owner; doses and sessions carry the index of their medicine and programme."""

    first: date
    last: date
    entries: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    regions: list[list[str]] = field(default_factory=list)
    doses: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    sessions: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def live(person: Person, first: date, today: date, now: datetime, random: Random) -> Life:
    """The days from `first` to `today`, up to `now`."""
    life, swing, gap = Life(first, today), 0.0, 0
    for n in range((today - first).days + 1):
        day = first + timedelta(days=n)
        swing = 0.72 * swing + random.gauss(0, 0.55)
        gap = gap - 1 if gap else (random.randint(2, 5) if random.random() < 0.02 else 0)
        level = _level(person, day, today, n / person.days) + swing + (1.6 if random.random() < 0.025 else 0)
        quiet = (today - day).days < person.silent or gap or random.random() > person.diligence
        if not quiet:
            _write_day(life, person, day, level, now, random)
        _take(life, person, day, level, now, random, 0.0 if (today - day).days < person.silent else 0.93)
        _practise(life, person, day, level, now, random, quiet=bool(quiet))
    return life


def _level(person: Person, day: date, today: date, passed: float) -> float:
    """Pain without the day's swing: the base, its drift, and what is left of each procedure's relief."""
    relief = 0.0
    for treatment in person.treatments:
        since = (day - today).days + treatment.days_ago
        if since >= 0:
            onset = min(1.0, 0.3 + since / 4)
            relief = max(relief, treatment.drop * onset * 0.5 ** (since / treatment.half_life))
    return person.base + person.drift * passed - relief


def _clip(value: float) -> int:
    return max(0, min(10, round(value)))


def _write_day(life: Life, person: Person, day: date, level: float, now: datetime, random: Random) -> None:
    for hour in random.sample(_HOURS, random.choice((1, 1, 2, 2, 3))):
        felt_at = clock.at(day, hour, person.zone) + timedelta(minutes=random.randint(-20, 40))
        if felt_at > now:
            continue
        pain = _clip(level + random.gauss(0, 0.9) + (0.5 if hour.hour == 20 else 0))
        said: dict[str, int | None] = {
            "impact": _clip(level * 0.9 + random.gauss(0, 1)) if random.random() < 0.6 else None,
            "sleep": _clip(8.4 - level * 0.6 + random.gauss(0, 1)) if hour.hour == 7 else None,
            "mood": _clip(8.2 - level * 0.5 + random.gauss(0, 1)) if random.random() < 0.5 else None,
        }
        note = random.choice(person.notes) if person.notes and random.random() < 0.05 else ""
        life.entries.append(
            {
                "uuid": _uuid(random),
                "felt_at": felt_at,
                "day": day,
                "pain": pain,
                "recorded_at": felt_at,
                **said,
            }
        )
        life.notes.append(note)
        life.regions.append(
            sorted(region for region in person.regions if random.random() < 0.75) if random.random() < 0.7 else []
        )


def _take(life: Life, person: Person, day: date, level: float, now: datetime, random: Random, diligence: float) -> None:
    for n, taken in enumerate(person.medicines):
        planned: list[tuple[time, time | None]] = [(wall, wall) for wall in map(time.fromisoformat, taken.walls)]
        if taken.needed_above is not None:
            planned = [
                (time(9 + 5 * k, 30), None) for k in range(2) if level + random.gauss(0, 1.2) > taken.needed_above
            ]
        for wall, due in planned:
            at = clock.at(day, wall, person.zone) + timedelta(minutes=random.randint(-15, 45))
            if at > now or random.random() > diligence:
                continue
            status = "taken" if due is None or random.random() < 0.96 else "skipped"
            life.doses.append(
                (
                    n,
                    {
                        "uuid": _uuid(random),
                        "status": status,
                        "taken_at": at,
                        "day": day,
                        "due_wall": due,
                        "recorded_at": at,
                    },
                )
            )


def _practise(life: Life, person: Person, day: date, level: float, now: datetime, random: Random, quiet: bool) -> None:
    plans = [(*person.exercises, time(10)), *([(*person.mind, time(18, 30))] if person.mind else [])]
    for n, (_title, weekdays, wall) in enumerate(plans):
        at = clock.at(day, wall, person.zone) + timedelta(minutes=random.randint(5, 90))
        if (
            str(day.isoweekday()) not in weekdays
            or at > now
            or random.random() > person.keeps * (0.5 if quiet else 1.1)
        ):
            continue
        before = _clip(level + random.gauss(0, 0.7))
        row = {"uuid": _uuid(random), "status": "done", "done_at": at, "day": day, "due_wall": wall, "recorded_at": at}
        life.sessions.append(
            (n, {**row, "pain_before": before, "pain_after": _clip(before + random.choice((-1, -1, 0, 0, 1)))})
        )


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))
