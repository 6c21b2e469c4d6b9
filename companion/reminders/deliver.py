"""Send what a lease holds: look, send, record. The network is never inside a transaction.

Whoever holds the lease may send; a lease that was handed on makes the older message void. What happens between sending
and recording can make a push go out twice, never not at all, and its tag makes it one on the phone. A person is rung when
one of their phones was reached; another that was away then hears the second prompt, like everybody.
"""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import dramatiq
from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from companion import clock, seal
from companion.identity.model import Patient
from companion.plan.day import wanted
from companion.reminders.due import LEASE, USEFUL
from companion.reminders.keys import keys
from companion.reminders.message import missed, reminder, topic
from companion.reminders.missed import open_to, to_tell
from companion.reminders.model import Address, Delivery, Device
from companion.reminders.push import Outcome, Push, Sender, endpoint_allowed
from companion.settings import Settings
from companion.sharing.model import Grant
from companion.store import begin_reading, db, insert, work

log = logging.getLogger("companion.reminders")
#: the wait after the first failure; it doubles with each, up to the longest, and a quarter of it is left to chance
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=15)
#: seconds that such a push is kept for a phone out of reach
_SOON = 300
_DICE = secrets.SystemRandom()
#: the id of a device, and where it is
Phone = tuple[int, Address]


@dataclass(frozen=True)
class Ring:
    """A delivery as it was read: whether it is over without a push and why, else a push for each device."""

    why: str = ""
    devices: list[int] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)


def deliver(lease: str, ids: list[int], now: datetime, sender: Sender, settings: Settings) -> None:
    """Ring the phones for the deliveries `ids` that `lease` still holds."""
    mine = _take(lease, ids, now)
    if not mine:
        return
    rings = _look(mine, ids, now, settings)
    outcomes = iter(sender.send([push for ring in rings.values() for push in ring.pushes]))
    _record(mine, rings, {id: [next(outcomes) for _ in ring.pushes] for id, ring in rings.items()}, now, settings)


def _take(lease: str, ids: list[int], now: datetime) -> str:
    """A lease of our own in exchange, so that the same message twice is sent once; empty when there is nothing left."""
    mine = secrets.token_urlsafe(12)
    held = update(Delivery).where(Delivery.id.in_(ids), Delivery.lease == lease, Delivery.state == "waiting")
    with work():
        taken = db.execute(held.values(lease=mine, try_at=now + LEASE, tries=Delivery.tries + 1))
    return mine if taken.rowcount else ""  # type: ignore[attr-defined]


def _held(mine: str, ids: list[int]) -> Select[Delivery]:
    held = select(Delivery).where(Delivery.id.in_(ids), Delivery.lease == mine, Delivery.state == "waiting")
    return held.order_by(Delivery.id).options(
        joinedload(Delivery.schedule),
        joinedload(Delivery.patient).joinedload(Patient.account),
        joinedload(Delivery.grant).joinedload(Grant.account),
    )


def _look(mine: str, ids: list[int], now: datetime, settings: Settings) -> dict[int, Ring]:
    """What is to be done with each delivery, by its id."""
    begin_reading()
    try:
        deliveries = db.scalars(_held(mine, ids)).all()
        phones = _phones([row.account.id for row in deliveries if row.account], settings)
        silent = {row.id for row in deliveries if row.grant_id is not None} - open_to(deliveries, now)
        return {
            row.id: Ring("stopped")
            if row.id in silent
            else _ring(row, phones[row.account.id] if row.account else [], now, settings)
            for row in deliveries
        }
    finally:
        db.remove()


def _phones(account_ids: list[int], settings: Settings) -> defaultdict[int, list[Phone]]:
    found: defaultdict[int, list[Phone]] = defaultdict(list)
    listening = select(Device).where(Device.account_id.in_(account_ids), Device.ended_at.is_(None))
    for device in db.scalars(listening.order_by(Device.id)):
        address = _address(device)
        if address and endpoint_allowed(address.endpoint, settings.push_hosts):
            found[device.account_id].append((device.id, address))
    return found


def _address(device: Device) -> Address | None:
    """Where the device is; None if the key that sealed it is lost: its next page seals it anew."""
    try:
        return device.address
    except seal.LostKey as lost:
        log.error("device %d cannot be reached. %s", device.id, lost)
        return None


def _ring(delivery: Delivery, phones: list[Phone], now: datetime, settings: Settings) -> Ring:
    account, leaving = delivery.account, delivery.patient.account
    if now >= ends_at(delivery):
        return Ring("expired")
    if not delivery.schedule.rings:
        return Ring("stopped")
    if not wanted(delivery.patient, delivery.schedule, delivery.due_on, now):
        return Ring("done")
    if delivery.patient.closed_at is not None or any(each and each.erases_at for each in (account, leaving)):
        return Ring("stopped")
    if account is None or not phones:
        return Ring("nobody")
    payload = _payload(delivery, account.language, settings.origin)
    until = second_at(delivery, now, settings) or ends_at(delivery)
    ttl, subject = int((until - now).total_seconds()), topic(delivery.key)
    pushes = [Push(*address, payload, ttl, topic=subject) for _, address in phones]
    return Ring(devices=[device_id for device_id, _ in phones], pushes=pushes)


def _payload(delivery: Delivery, code: str, origin: str) -> dict[str, Any]:
    patient = delivery.patient
    if delivery.grant_id is not None:
        return missed(delivery.key, patient.name, patient.id, code, origin)
    return reminder(delivery.key, delivery.schedule.wall, code, origin)


def ends_at(delivery: Delivery) -> datetime:
    """From when on it is of no use any more; the word to a caregiver begins where the reminder ends."""
    return delivery.due_at + USEFUL * (1 if delivery.grant_id is None else 2)


def second_at(delivery: Delivery, now: datetime, settings: Settings) -> datetime | None:
    """When the one second prompt comes after a first that is sent `now`, None when there is none.

    A first one that is late is followed after half the usual time at the soonest; one that was asked for later is not.
    """
    pause = timedelta(minutes=settings.second_prompt_minutes)
    if not pause or delivery.prompt != 1 or delivery.sent_at is not None:
        return None
    then = max(delivery.due_at + pause, now + pause / 2)
    return then if then < ends_at(delivery) else None


def _record(
    mine: str, rings: dict[int, Ring], outcomes: dict[int, list[Outcome]], now: datetime, settings: Settings
) -> None:
    """Write down what happened, unless a tap or a later lease was quicker."""
    with work():
        seconds, sent = [], []
        for delivery in db.scalars(_held(mine, list(rings))):
            then = second_at(delivery, now, settings)
            _settle(delivery, rings[delivery.id].why, outcomes[delivery.id], now)
            if delivery.state == "sent":
                sent.append(delivery)
                seconds += [_second(delivery, then)] if then is not None else []
        for fresh in (seconds, to_tell(sent, now)):
            if fresh:
                db.execute(insert(Delivery.__table__).on_conflict_do_nothing(), fresh)
        reached = {
            device: outcome
            for id, ring in rings.items()
            for device, outcome in zip(ring.devices, outcomes[id], strict=True)
        }
        for device in db.scalars(
            select(Device).where(Device.id.in_(reached), Device.ended_at.is_(None)).order_by(Device.id)
        ):
            note(device, reached[device.id], now)


def _settle(delivery: Delivery, why: str, outcomes: list[Outcome], now: datetime) -> None:
    kinds = {outcome.kind for outcome in outcomes}
    again_at = now + _wait(delivery.tries, outcomes)
    if "sent" in kinds:
        delivery.state, delivery.sent_at = "sent", now
    elif "later" in kinds and again_at < ends_at(delivery):
        delivery.try_at = again_at
    else:
        delivery.state = "over"
        delivery.why = why or ("expired" if "later" in kinds else "refused" if "refused" in kinds else "nobody")
    delivery.lease = ""


def _wait(tries: int, outcomes: list[Outcome]) -> timedelta:
    asked = max((outcome.retry_after or 0 for outcome in outcomes), default=0)
    longest = min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT)
    return max(timedelta(seconds=asked), longest * _DICE.uniform(0.75, 1))


def _second(first: Delivery, then: datetime) -> dict[str, object]:
    same = {name: getattr(first, name) for name in ("schedule_id", "patient_id", "due_on", "due_at")}
    fresh = {"key": secrets.token_urlsafe(16), "prompt": 2, "state": "waiting", "why": "", "lease": "", "tries": 0}
    return {**same, **fresh, "try_at": then}


def note(device: Device, outcome: Outcome, now: datetime) -> None:
    """Keep what a push told about the device: that it was reached, or that it listens no longer.

    A phone that confirmed itself since the push was made is believed instead.
    """
    if outcome.kind == "sent":
        device.sent_at = now
    elif outcome.kind == "gone" and device.confirmed_at <= now:
        device.ended_at, device.ended_why = now, "gone"


def ring_once(device: Device, payload: dict[str, Any], settings: Settings) -> Outcome:
    """Send `payload` to one device now, outside any transaction, for a person who waits in front of it."""
    address = _address(device)
    if address is None or not endpoint_allowed(address.endpoint, settings.push_hosts):
        return Outcome("refused")
    push = Push(*address, payload, _SOON, topic=topic(f"once {device.id}"))
    return sender(settings).send([push])[0]


@lru_cache(maxsize=4)
def sender(settings: Settings) -> Sender:
    """The one sender of this process."""
    return Sender(keys(settings), contact(settings))


def contact(settings: Settings) -> str:
    """Whom a push service may write to; empty when nobody is named, and then nothing can be sent."""
    return settings.contact or (settings.origin if settings.secure and "localhost" not in settings.origin else "")


def register(broker: dramatiq.Broker, settings: Settings) -> dramatiq.Actor[[str, list[int]], None]:
    """Declare the actor that delivers a lease; send it the lease's name and its ids."""

    def ring(lease: str, ids: list[int]) -> None:
        try:
            deliver(lease, ids, clock.now(), sender(settings), settings)
        except Exception as problem:  # noqa: BLE001 its text may hold what a person wrote, so the trace is not logged
            log.error(
                "a lease was not delivered: %s", type(problem).__name__
            )  # it ends, and the next tick hands it out

    declare = dramatiq.actor(broker=broker, actor_name="ring", queue_name="reminders", max_retries=0)
    return declare(ring)
