"""What a person does with a reminder: it was shown, it was opened, it is done, or not now."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from companion import clock
from companion.identity.model import Account
from companion.medication import queries as medication
from companion.medication import take
from companion.plan.day import wanted
from companion.reminders.deliver import ends_at
from companion.reminders.model import Delivery, Receipt
from companion.store import db, insert
from companion.therapy import keep
from companion.therapy import queries as therapy

SNOOZE = timedelta(minutes=15)
_SECOND = timedelta(seconds=1)


def receive(delivery_id: int, kind: str, at: datetime, session: Session | scoped_session[Session] = db) -> None:
    """The phone did `kind` with it: shown, opened, done or later. Each kind is kept once."""
    row = insert(Receipt).values(delivery_id=delivery_id, kind=kind, at=at)
    session.execute(row.on_conflict_do_nothing(index_elements=["delivery_id", "kind"]))


def done(delivery: Delivery, author: Account, uuid: str, at: datetime, now: datetime) -> None:
    """It was done at `at`: write the dose or the session down, unless it is there, and ring no more for it.

    A tap that comes after the diary day still answers for that day, so that the same time today stays open.
    A check-in is not done by a tap: the form is.
    """
    prompts = _prompts(delivery)
    receive(delivery.id, "done", at)
    patient, schedule = delivery.patient, delivery.schedule
    if schedule.kind == "diary":
        return
    if wanted(patient, schedule, delivery.due_on, now):
        last = clock.bounds(clock.day_of(delivery.due_at, patient.zone), patient.zone)[1] - _SECOND
        _write(delivery, author, uuid, min(at, last), now)
    for prompt in prompts:
        if prompt.state == "waiting" or prompt.id == delivery.id:
            prompt.state, prompt.why, prompt.lease = "over", "done", ""


def _write(delivery: Delivery, author: Account, uuid: str, at: datetime, now: datetime) -> None:
    patient, schedule = delivery.patient, delivery.schedule
    digest = sha256(f"reminder {delivery.key}".encode()).hexdigest()
    if schedule.kind == "medication":
        medicine = medication.medicine(patient, schedule.thing_id)
        if medicine is not None and (medicine.stopped_at is None or at < medicine.stopped_at):
            take.record(patient, author, medicine, uuid, digest, "taken", at, now, due_wall=schedule.wall)
    elif schedule.kind == "therapy":
        programme = therapy.programme(patient, schedule.thing_id)
        if programme is not None:
            keep.record(patient, author, programme, uuid, digest, "done", at, now, due_wall=schedule.wall)


def later(delivery: Delivery, at: datetime) -> None:
    """Ring once more, a quarter of an hour after the tap at `at`, in place of the second prompt.

    Not when it is over, nor when it would be of no use by then, nor when it has rung since: the tap was sent twice.
    """
    again_at, prompts = at + SNOOZE, _prompts(delivery)
    receive(delivery.id, "later", at)
    rung_since = any(prompt.sent_at is not None and prompt.sent_at >= again_at for prompt in prompts)
    if delivery.state == "over" or again_at >= ends_at(delivery) or rung_since:
        return
    for prompt in prompts:
        if prompt.state == "waiting" and prompt.grant_id is None:
            prompt.state, prompt.why, prompt.lease = "over", "later", ""
    delivery.state, delivery.why, delivery.try_at, delivery.lease, delivery.tries = "waiting", "", again_at, "", 0


def _prompts(delivery: Delivery) -> list[Delivery]:
    """Every prompt for the same planned time, a word to a caregiver too, held until the transaction ends, so that two taps come one by one."""
    same = select(Delivery).where(Delivery.schedule_id == delivery.schedule_id, Delivery.due_on == delivery.due_on)
    return list(db.scalars(same.order_by(Delivery.id).with_for_update().execution_options(populate_existing=True)))
