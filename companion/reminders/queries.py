"""A person's phones, and a delivery by its key."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select

from companion.identity.model import Account, Patient
from companion.reminders.model import Delivery, Device
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.store import db

#: the kind of the evening check-in's schedule
CHECK_IN = "diary"


def devices(account: Account) -> list[Device]:
    """The account's phones, those that listen first; those that the person put away are left out."""
    query = select(Device).where(Device.account_id == account.id, Device.ended_why.in_(("", "gone")))
    return list(db.scalars(query.order_by(Device.ended_at.is_not(None), Device.confirmed_at.desc(), Device.id)))


def device(account: Account, device_id: int) -> Device | None:
    """One of the account's phones."""
    return db.scalars(select(Device).where(Device.account_id == account.id, Device.id == device_id)).first()


def had_device(account: Account) -> bool:
    """Whether reminders were ever switched on."""
    return bool(db.scalar(select(exists().where(Device.account_id == account.id))))


def evening(patient: Patient, today: date) -> Schedule | None:
    """When the evening check-in rings, None when it is off."""
    return next(iter(times.current(patient.id, CHECK_IN, 0, today)), None)


def delivery(patient: Patient, key: str) -> Delivery | None:
    """The patient's delivery of that key."""
    return db.scalars(select(Delivery).where(Delivery.patient_id == patient.id, Delivery.key == key)).first()


def any_delivery(key: str) -> Delivery | None:
    """Anybody's delivery of that key, for the phone that holds it."""
    return db.scalars(select(Delivery).where(Delivery.key == key)).first()
