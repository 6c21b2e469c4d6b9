"""The word to a caregiver that a reminder was not answered: who is to be told, and whether it is still so.

It is a delivery like any other, which waits from the moment a reminder has gone out until that is of no use any more, so
leases and unique keys keep it single. Whoever is let in between hears of the next reminder.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from companion import clock
from companion.plan.day import part_of
from companion.reminders.due import USEFUL
from companion.reminders.model import Delivery
from companion.sharing.model import Grant, holds
from companion.store import db


def to_tell(gone_out: Iterable[Delivery], now: datetime) -> list[dict[str, Any]]:
    """A row for each caregiver who is told if these reminders, which have gone out, stay without an answer."""
    rung = [delivery for delivery in gone_out if delivery.grant_id is None]
    wishes = select(Grant.id, Grant.patient_id).where(Grant.told_missed, holds(now))
    grants = db.execute(wishes.where(Grant.patient_id.in_({delivery.patient_id for delivery in rung}))).all()
    return [_row(delivery, id) for delivery in rung for id, patient_id in grants if patient_id == delivery.patient_id]


def _row(delivery: Delivery, grant_id: int) -> dict[str, Any]:
    same = {name: getattr(delivery, name) for name in ("schedule_id", "patient_id", "due_on", "due_at")}
    fresh = {"key": secrets.token_urlsafe(16), "prompt": 0, "state": "waiting", "why": "", "lease": "", "tries": 0}
    return {**same, **fresh, "grant_id": grant_id, "try_at": delivery.due_at + USEFUL}


def open_to(deliveries: Sequence[Delivery], now: datetime) -> set[int]:
    """Ids of those of the deliveries whose caregivers may still be told: they wish it, and see what it is about."""
    asked = {delivery.grant_id for delivery in deliveries} - {None}
    if not asked:
        return set()
    grants = {
        row.id: row for row in db.scalars(select(Grant).where(Grant.id.in_(asked), Grant.told_missed, holds(now)))
    }
    return {row.id for row in deliveries if row.grant_id in grants and _covers(grants[row.grant_id], row)}


def _covers(grant: Grant, delivery: Delivery) -> bool:
    day = clock.day_of(delivery.due_at, delivery.patient.zone)
    return part_of(delivery.schedule.kind) in grant.parts and grant.period.holds(day)
