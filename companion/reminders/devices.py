"""Phones that listen: switch one on, put it away."""

from __future__ import annotations

from datetime import datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.reminders.model import Device
from companion.reminders.queries import CHECK_IN, evening, had_device
from companion.schedule import times
from companion.schedule.model import EVERY_DAY
from companion.store import db, insert

#: when the check-in rings at first: the day is mostly over and sleep has not come
EVENING = time(20)


def listen(account: Account, endpoint: str, p256dh: str, auth: str, *, label: str, now: datetime) -> Device:
    """This browser listens for `account`, whoever it listened for before; saying so again confirms it."""
    hashed = _hash(endpoint)
    row = {"account_id": account.id, "endpoint": endpoint, "endpoint_hash": hashed, "p256dh": p256dh, "auth": auth}
    # the page and its worker may say so at the same moment
    new = insert(Device).values(**row, label=label, created_at=now, confirmed_at=now, ended_why="")
    db.execute(new.on_conflict_do_nothing())
    device = db.scalars(select(Device).where(Device.endpoint_hash == hashed).with_for_update()).one()
    if device.account_id != account.id:
        device.account_id, device.created_at, device.sent_at = account.id, now, None
    device.p256dh, device.auth, device.label = p256dh, auth, label or device.label
    device.confirmed_at, device.ended_at, device.ended_why = now, None, ""
    return device


def first_evening(account: Account, patient: Patient, now: datetime) -> None:
    """Plan the evening check-in when reminders are switched on for the first time; call before `listen`."""
    today = now.astimezone(ZoneInfo(patient.zone)).date()
    # two phones that are switched on at the same moment: the second waits here, and then finds the plan
    db.refresh(account, with_for_update={"of": Account})
    if not had_device(account) and evening(patient, today) is None:
        times.set_times(patient, CHECK_IN, 0, [EVENING], EVERY_DAY, now)


def put_away(device: Device, now: datetime) -> None:
    """The person wants no reminders on it."""
    device.ended_at, device.ended_why = device.ended_at or now, "removed"


def of_endpoint(account: Account, endpoint: str) -> Device | None:
    """The account's phone with that address."""
    return db.scalars(
        select(Device).where(Device.account_id == account.id, Device.endpoint_hash == _hash(endpoint))
    ).first()


def _hash(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()
