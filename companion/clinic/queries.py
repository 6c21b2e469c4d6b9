"""Whom the clinic cares for. The number of statements is fixed, however many patients there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from companion import clock
from companion.diary import queries as diary
from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.schedule.recurrence import next_after
from companion.sharing.model import Grant, Invitation
from companion.store import db
from companion.therapy.model import SCHEDULED

#: patients on one page of the list
PAGE = 100
#: days of a mean, and of the mean before it
SPAN = 14


@dataclass(frozen=True)
class Seen:
    """A patient as the list shows them; what is not shared is None, as is what is not there."""

    patient: Patient
    parts: list[str]
    last_at: datetime | None
    #: mean of the daily mean pain of the last SPAN days
    mean: float | None
    #: its difference from the SPAN days before
    change: float | None
    next_at: datetime | None


def _open(clinic_id: int) -> Select[int]:
    """Ids of the newest open grant of each patient."""
    query = select(func.max(Grant.id)).where(Grant.clinic_id == clinic_id, Grant.stopped_at.is_(None))
    return query.group_by(Grant.patient_id)


def count(clinic_id: int) -> int:
    """How many patients share with the clinic."""
    return db.scalar(select(func.count()).select_from(_open(clinic_id).subquery())) or 0


def patients(clinic_id: int, now: datetime, search: str = "", page: int = 1) -> tuple[list[Seen], bool]:
    """One page of the patients whose name holds `search`, by name; the flag says whether there are more."""
    query = (
        select(Grant).join(Grant.patient).options(contains_eager(Grant.patient)).where(Grant.id.in_(_open(clinic_id)))
    )
    if search:
        query = query.where(Patient.name.icontains(search, autoescape=True))
    query = query.order_by(func.lower(Patient.name), Patient.id).limit(PAGE + 1).offset((page - 1) * PAGE)
    rows = list(db.scalars(query))
    return _seen(rows[:PAGE], now), len(rows) > PAGE


def _seen(grants: list[Grant], now: datetime) -> list[Seen]:
    pain = [row.patient for row in grants if "pain" in row.parts]
    latest = diary.latest([patient.id for patient in pain])
    means, before = _means(pain, now)
    ahead = _next_sessions([row.patient for row in grants if "therapy" in row.parts], now)
    return [
        Seen(
            row.patient,
            row.parts,
            latest.get(row.patient_id),
            mean := means.get(row.patient_id),
            mean - before[row.patient_id] if mean is not None and row.patient_id in before else None,
            ahead.get(row.patient_id),
        )
        for row in grants
    ]


def _means(patients: list[Patient], now: datetime) -> tuple[dict[int, float], dict[int, float]]:
    """Means of the last SPAN days and of those before. At one instant there are at most three todays in the world."""
    by_today: dict[date, list[int]] = {}
    for patient in patients:
        by_today.setdefault(clock.day_of(now, patient.zone), []).append(patient.id)
    recent: dict[int, float] = {}
    before: dict[int, float] = {}
    for today, ids in by_today.items():
        first = today - timedelta(days=SPAN - 1)
        recent |= diary.means(ids, first, today)
        before |= diary.means(ids, first - timedelta(days=SPAN), first - timedelta(days=1))
    return recent, before


def _next_sessions(patients: list[Patient], now: datetime) -> dict[int, datetime]:
    """When each patient's next session of therapy is planned."""
    zones = {patient.id: patient.zone for patient in patients}
    query = select(Schedule).where(Schedule.patient_id.in_(zones), Schedule.kind == SCHEDULED)
    query = query.where(Schedule.ends_on.is_(None) | (Schedule.ends_on >= now.date() - timedelta(days=1)))
    ahead: dict[int, datetime] = {}
    for row in db.scalars(query):
        found = next_after(row.rule, zones[row.patient_id], now)
        if found:
            ahead[row.patient_id] = min(found[0], ahead.get(row.patient_id, found[0]))
    return ahead


def invitation(clinic_id: int, invitation_id: int, now: datetime) -> Invitation | None:
    """One of the clinic's codes that are still open."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.id == invitation_id)
    return db.scalars(query.where(Invitation.used_at.is_(None), Invitation.expires_at > now)).first()
