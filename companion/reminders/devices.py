"""Phones that listen: switch one on, put it away."""

from __future__ import annotations

from datetime import datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.reminders.model import Address, Device, columns_of
from companion.reminders.queries import CHECK_IN, evening, had_device
from companion.schedule import times
from companion.schedule.model import EVERY_DAY
from companion.store import db, insert

#: when the check-in rings at first: the day is mostly over and sleep has not come
EVENING = time(20)


def listen(account: Account, address: Address, *, label: str, now: datetime, wanted: bool = True) -> Device | None:
    """This browser listens for `account`, whoever it listened for before; saying so again confirms it.

    None for one that its person put away, unless they want it again just now: a page that only confirms must not.
    """
    held = columns_of(address, account.id)
    # the page and its worker may say so at the same moment
    new = insert(Device).values(
        account_id=account.id, **held, label=label, created_at=now, confirmed_at=now, ended_why=""
    )
    db.execute(new.on_conflict_do_nothing())
    known = select(Device).where(Device.endpoint_hash == held["endpoint_hash"])
    device = db.scalars(known.with_for_update()).one()
    if device.account_id == account.id and device.ended_why == "removed" and not wanted:
        return None
    if device.account_id != account.id:
        device.account_id, device.created_at, device.sent_at = account.id, now, None
    device.reached, device.label = address, label or device.label
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
    hashed = sha256(endpoint.encode()).hexdigest()
    return db.scalars(select(Device).where(Device.account_id == account.id, Device.endpoint_hash == hashed)).first()
