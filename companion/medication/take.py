"""Write a dose down, taken or skipped; take it back; bring it back. Each keeps the day and month rows right."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from companion.clock import day_of
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.medication.model import Dose, Medicine
from companion.medication.rollup import roll_up
from companion.medication.slots import Slot, answers, planned
from companion.store import db, once

#: a dose without a named time answers an open one that is at most so far away
NEAR = timedelta(hours=3)
#: a second dose by the same person in less than this time may be a second tap
_MOMENT = timedelta(seconds=60)
#: a named time that is still so far ahead was meant for another day: the page was an old one
_TOO_EARLY = timedelta(hours=12)
_DAY = timedelta(days=1)


class Stopped(Exception):
    """The medicine was stopped before this dose."""


class Again(Exception):
    """Nothing was written: `dose` is there already, and only the person knows whether they took one more."""

    def __init__(self, dose: Dose) -> None:
        super().__init__(dose.uuid)
        self.dose = dose


def record(
    patient: Patient,
    author: Account,
    medicine: Medicine,
    uuid: str,
    digest: str,
    status: str,
    taken_at: datetime,
    now: datetime,
    due_wall: time | None = None,
    reason: str = "",
    ask: bool = False,
) -> tuple[Dose, bool]:
    """The dose of `uuid`, taken or skipped at `taken_at`, and whether it is new; raises store.Conflict, Stopped.

    It answers the planned time `due_wall`, else the nearest open one within three hours, whose diary day it then belongs
    to; else it stands beside the plan. A dose from before the medicine was stopped is still kept. With `ask`, Again is
    raised where the author took it just before, or where a taken dose answers `due_wall` already.
    """

    def make() -> Dose:
        if medicine.stopped_at is not None and taken_at >= medicine.stopped_at:
            raise Stopped(medicine.id)
        # it lets one at a time through, so that neither the question nor a count misses a dose of another
        touch(patient, "medicines", now)
        day, wall, there = _place(patient, medicine, status, taken_at, due_wall)
        known = (_just_before(medicine, author, taken_at) or there) if ask and status == "taken" else None
        if known is not None and known.uuid != uuid:
            raise Again(known)
        who = {"patient_id": patient.id, "medicine_id": medicine.id, "author_id": author.id}
        what = {"status": status, "taken_at": taken_at, "day": day, "due_wall": wall, "reason": reason}
        return Dose(uuid=uuid, digest=digest, recorded_at=now, **who, **what)

    dose, new = once(Dose, patient.id, uuid, digest, make)
    if new:
        roll_up(patient.id, dose.day, dose.day)
    return dose, new


def remove(dose: Dose, author: Account, now: datetime) -> None:
    """Take the dose out; it is kept and can be brought back, and its planned time is open again."""
    if dose.removed_at is None:
        dose.removed_at, dose.removed_by = now, author.id
        _count_anew(dose, now)


def restore(dose: Dose, now: datetime) -> None:
    """Bring a removed dose back."""
    if dose.removed_at is not None:
        dose.removed_at = dose.removed_by = None
        _count_anew(dose, now)


def _place(
    patient: Patient, medicine: Medicine, status: str, taken_at: datetime, wall: time | None
) -> tuple[date, time | None, Dose | None]:
    """The diary day of the dose and the planned wall time that it answers, if any; or the dose that answers `wall`.

    The days before and after are looked at too, since a dose at 04:10 may answer 03:30 of the night before.
    """
    day = day_of(taken_at, patient.zone)
    slots = planned(patient, day - _DAY, day + _DAY, medicine.id)
    answered = _answered(medicine, day, status)
    named = [slot for slot in slots if slot.wall == wall and _may_mean(slot, day, status, taken_at)]
    wanted = named or [slot for slot in slots if slot.key not in answered and _is_near(slot, taken_at)]
    best = min(wanted, key=lambda slot: abs(slot.at - taken_at), default=None)
    if best is None or best.key in answered:
        return day, None, answered[best.key] if best else None
    return best.day, best.wall, None


def _is_near(slot: Slot, taken_at: datetime) -> bool:
    return abs(slot.at - taken_at) <= NEAR


def _may_mean(slot: Slot, day: date, status: str, taken_at: datetime) -> bool:
    """Whether a person who named the slot's wall time can have meant this slot."""
    today = slot.day == day and (status == "skipped" or slot.at - taken_at <= _TOO_EARLY)
    return today or _is_near(slot, taken_at)


def _answered(medicine: Medicine, day: date, status: str) -> dict[tuple[int, date, time | None], Dose]:
    """What answers the slots around `day`, by their keys, for such a dose; one that was skipped may still be taken."""
    query = select(Dose).where(Dose.medicine_id == medicine.id, Dose.removed_at.is_(None))
    query = query.where(Dose.day.between(day - _DAY, day + _DAY))
    if status == "taken":
        query = query.where(Dose.status == "taken")
    return answers(db.scalars(query))


def _just_before(medicine: Medicine, author: Account, taken_at: datetime) -> Dose | None:
    """The last dose that the author wrote down for about the same moment."""
    query = select(Dose).where(Dose.medicine_id == medicine.id, Dose.author_id == author.id)
    query = query.where(Dose.status == "taken", Dose.removed_at.is_(None))
    query = query.where(Dose.taken_at > taken_at - _MOMENT, Dose.taken_at < taken_at + _MOMENT)
    return db.scalars(query.order_by(Dose.taken_at.desc(), Dose.id.desc()).limit(1)).first()


def _count_anew(dose: Dose, now: datetime) -> None:
    touch(dose.medicine.patient, "medicines", now)
    roll_up(dose.patient_id, dose.day, dose.day)
