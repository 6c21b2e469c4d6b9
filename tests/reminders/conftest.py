"""A push service of our own, phones that listen on it, and things that are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from flask import Flask

from companion import clock, store
from companion.identity.model import Account, Patient
from companion.medication.model import Medicine
from companion.reminders import deliver as delivering
from companion.reminders.deliver import deliver
from companion.reminders.devices import listen
from companion.reminders.due import claim, lease
from companion.reminders.model import Address, Delivery
from companion.schedule import times
from companion.schedule.model import EVERY_DAY, Schedule
from companion.settings import Settings
from companion.store import db
from companion.therapy.model import Programme
from tests.cast import Cast
from tests.servers.push_record import Subscription
from tests.servers.push_service import PushService


@pytest.fixture(scope="session")
def push_service() -> Iterator[PushService]:
    service = PushService.start(slow=0.3)
    service.now = lambda: clock.now().timestamp()
    yield service
    service.stop()


@pytest.fixture
def service(push_service: PushService) -> Iterator[PushService]:
    """A push service that has forgotten the test before."""
    push_service.reset()
    yield push_service
    push_service.reset()


@pytest.fixture
def settings(request: pytest.FixtureRequest, service: PushService) -> Settings:
    """The settings of the test's app, with the push service allowed."""
    app: Flask = request.getfixturevalue("app" if "app" in request.fixturenames else "sqlite_app")
    changed = replace(app.config["SETTINGS"], push_hosts=(service.origin,))
    app.config["SETTINGS"] = changed
    return changed


@pytest.fixture
def phone(cast: Cast, service: PushService, settings: Settings, now: datetime) -> Any:
    """`phone("ana")`: a subscription of a new phone on which her reminders are on."""

    def made(name: str = "ana", at: datetime = now) -> Subscription:
        subscription = service.subscribe()
        with store.work():
            account = db.get_one(Account, getattr(cast, name))
            listen(
                account, Address(subscription.endpoint, subscription.p256dh, subscription.auth), label="Phone", now=at
            )
        return subscription

    return made


@pytest.fixture
def plan(cast: Cast, now: datetime) -> Any:
    """`plan("medication", time(10, 30))`: Ana's thing of that kind is due at that time; the id of its schedule."""

    def made(kind: str, wall: time, patient: str = "ana", weekdays: str = EVERY_DAY, since: datetime = now) -> int:
        with store.work():
            owner = db.get_one(Patient, getattr(cast, f"{patient}_patient"))
            thing = _thing(kind, owner, since.date())
            times.set_times(owner, kind, thing, [wall], weekdays, since)
            db.flush()
            found: int = (
                db.query(Schedule).filter_by(kind=kind, thing_id=thing, patient_id=owner.id, wall=wall).one().id
            )
        return found

    return made


def _thing(kind: str, patient: Patient, today: date) -> int:
    if kind == "diary":
        return 0
    if kind == "medication":
        thing: Any = Medicine(name="Oxycodone", strength="5 mg", added_by=patient.account_id, started_on=today)
    else:
        thing = Programme(kind="pt", title="Back exercises", planned_by=patient.account_id, starts_on=today)
    thing.patient_id = patient.id
    db.add(thing)
    db.flush()
    number: int = thing.id
    return number


@pytest.fixture
def ring(settings: Settings) -> Any:
    """`ring(instant)`: claim, lease and deliver everything that is due then, as clock and worker would."""

    def at(instant: datetime) -> int:
        claim(instant)
        name, ids = lease(instant)
        if ids:
            deliver(name, ids, instant, delivering.sender(settings), settings)
        return len(ids)

    return at


@pytest.fixture
def deliveries(cast: Cast) -> Any:
    """`deliveries()`: all of them, oldest first, as they are in the database now."""

    def read() -> list[Delivery]:
        store.begin_reading()
        found = db.query(Delivery).order_by(Delivery.id).all()
        for delivery in found:
            db.refresh(delivery, ["schedule"])
        db.remove()
        return found

    return read
