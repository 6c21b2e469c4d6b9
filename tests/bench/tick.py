"""One tick of the clock with 1,000 due: among a million schedules against among ten thousand."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, update

from companion import store
from companion.identity.model import Patient
from companion.reminders.model import Delivery
from companion.reminders.tick import tick
from companion.schedule.model import Schedule
from tests.bench.row import Row, home
from tests.cast import NOW

DUE = 1000
ROUNDS = 5


def rows() -> list[Row]:
    few, many = (_ticks(count) for count in (10_000, 1_000_000))
    note = f"{many * 1000:.0f} ms among 1,000,000, {few * 1000:.0f} ms among 10,000"
    return [Row("one tick, 1,000 due of 1,000,000, times of 10,000", many / few, 1.5, note=note)]


def _ticks(count: int) -> float:
    """Seconds of the quickest of some ticks."""
    with home() as (_folder, url):
        store.connect(url)
        _fill(count)
        took = []
        for n in range(ROUNDS):
            now = NOW + timedelta(days=n)
            _make_due(now)
            start = stopwatch.perf_counter()
            tick(now, lambda _lease, _ids: None)
            took.append(stopwatch.perf_counter() - start)
            with store.work() as db:
                assert db.query(Delivery).where(Delivery.due_at == now - timedelta(seconds=30)).count() == DUE
        store.disconnect()
        return min(took)


def _fill(count: int) -> None:
    with store.work() as db:
        db.add(Patient(id=1, name="Many", zone="UTC"))
        db.flush()
        row = {
            "patient_id": 1,
            "kind": "diary",
            "wall": time(8, 59, 30),
            "weekdays": "1234567",
            "starts_on": date(2026, 1, 1),
            "rings": True,
            "thing_id": 0,
        }
        far = NOW + timedelta(days=3000)
        for start in range(0, count, 50_000):
            size = min(50_000, count - start)
            db.execute(
                insert(Schedule),
                [{**row, "id": start + n + 1, "next_due_at": far + timedelta(seconds=start + n)} for n in range(size)],
            )


def _make_due(now: datetime) -> None:
    with store.work() as db:
        due = {"next_due_at": now - timedelta(seconds=30), "next_due_on": now.date()}
        db.execute(update(Schedule).where(Schedule.id <= DUE).values(**due))
