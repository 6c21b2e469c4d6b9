"""Claim what is due and lease what waits: two short transactions, each of the same few statements.

Several clocks may do this at once: on PostgreSQL each takes rows that no other has (SKIP LOCKED), on SQLite the write
lock lets one in at a time, and the unique key of Delivery settles the rest.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, bindparam, select, update

from companion.identity.model import Patient
from companion.reminders.model import Delivery
from companion.schedule.model import Schedule
from companion.schedule.recurrence import Rule, next_after
from companion.store import insert, work

#: A reminder that comes later than this is of no use: the moment for a walk or a capsule has passed, and two hours is
#: still far enough from the next one. Today keeps showing it. Bells missed in a long downtime are passed over by this.
USEFUL = timedelta(hours=2)
#: a worker that has not reported by then is taken for dead; longer than push.BATCH_SECONDS and PATIENCE together
LEASE = timedelta(minutes=2)
_DAY = timedelta(days=1)


def claim(now: datetime, limit: int = 1000) -> int:
    """Turn up to `limit` due schedules into deliveries and aim them at their next time; how many were taken."""
    with work() as db:
        rows = db.execute(_due(now, limit)).all()
        if not rows:
            return 0
        found = [(row, _occurrence(row, now)) for row in rows]
        fresh = [_delivery(row, *due, now) for row, due in found if due is not None]
        if fresh:
            db.execute(insert(Delivery.__table__).on_conflict_do_nothing(), fresh)
        table: Table = Schedule.__table__  # type: ignore[assignment]
        onward = update(table).where(table.c.id == bindparam("schedule"))
        onward = onward.values(next_due_at=bindparam("due_at"), next_due_on=bindparam("due_on"))
        db.execute(onward, [_next(row, due, now) for row, due in found])
        return len(rows)


def _due(now: datetime, limit: int) -> Any:
    columns = (Schedule.id, Schedule.patient_id, Schedule.wall, Schedule.weekdays, Schedule.starts_on, Schedule.ends_on)
    return (
        select(*columns, Schedule.next_due_at, Schedule.next_due_on, Patient.zone)
        .join(Patient, Schedule.patient_id == Patient.id)
        .where(Schedule.next_due_at <= now)
        .order_by(Schedule.next_due_at)
        .limit(limit)
        .with_for_update(of=Schedule, skip_locked=True)
    )


def _rule(row: Row[Any]) -> Rule:
    return Rule(row.wall, row.weekdays, row.starts_on, row.ends_on)


def _occurrence(row: Row[Any], now: datetime) -> tuple[datetime, date] | None:
    """The planned time to ring for: the one aimed at, or after a downtime the last that is still useful."""
    if row.next_due_at > now - USEFUL:
        return row.next_due_at, row.next_due_on
    later = replace(_rule(row), starts_on=max(row.starts_on, row.next_due_on + _DAY))
    found = next_after(later, row.zone, now - USEFUL)
    return found if found is not None and found[0] <= now else None


def _delivery(row: Row[Any], due_at: datetime, due_on: date, now: datetime) -> dict[str, Any]:
    return {
        "key": secrets.token_urlsafe(16),
        "schedule_id": row.id,
        "patient_id": row.patient_id,
        "due_on": due_on,
        "due_at": due_at,
        "prompt": 1,
        "state": "waiting",
        "why": "",
        "try_at": now,
        "lease": "",
        "tries": 0,
    }


def _next(row: Row[Any], due: tuple[datetime, date] | None, now: datetime) -> dict[str, Any]:
    """The next time after the local day that had its turn, as Schedule.aim reckons it, for one row of a bulk update."""
    turn = due[1] if due is not None else row.next_due_on
    found = next_after(replace(_rule(row), starts_on=max(row.starts_on, turn + _DAY)), row.zone, now)
    due_at, due_on = found if found is not None else (None, None)
    return {"schedule": row.id, "due_at": due_at, "due_on": due_on}


def lease(now: datetime, limit: int = 500) -> tuple[str, list[int]]:
    """Hand out up to `limit` deliveries that wait, a dead worker's too: the lease's name and their ids."""
    name = secrets.token_urlsafe(12)
    with work() as db:
        ready = select(Delivery.id).where(Delivery.state == "waiting", Delivery.try_at <= now)
        ready = ready.order_by(Delivery.try_at).limit(limit).with_for_update(skip_locked=True)
        ids: Sequence[int] = db.scalars(ready).all()
        if ids:
            db.execute(update(Delivery).where(Delivery.id.in_(ids)).values(lease=name, try_at=now + LEASE))
    return name, list(ids)
