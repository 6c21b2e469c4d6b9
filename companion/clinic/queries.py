"""Whom the clinic cares for. The number of statements is fixed, however many patients there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from companion import clock
from companion.diary import queries as diary
from companion.identity.model import Patient
from companion.identity.names import folded
from companion.schedule.model import Schedule
from companion.schedule.recurrence import next_after
from companion.sharing.model import Grant, Invitation
from companion.store import db
from companion.therapy.model import SCHEDULED
from companion.trends.insight import ENOUGH

#: patients on one page of the list
PAGE = 100
#: days of a mean, and of the mean before it
SPAN = 14
#: so many ids are asked for at once; a database takes some 30,000
_AT_ONCE = 10_000
Found = TypeVar("Found")
#: the less, the further up a patient stands, from zones by patient id
Rank = Callable[[dict[int, str], datetime], dict[int, float]]


@dataclass(frozen=True)
class Pain:
    """The mean of the daily mean pain of the last SPAN days."""

    mean: float
    #: days with an entry that it rests on
    days: int
    #: its difference from the SPAN days before, None where either has fewer than ENOUGH days with an entry
    change: float | None


@dataclass(frozen=True)
class Seen:
    """A patient as the list shows them; what is not shared is None, as is what is not there."""

    patient: Patient
    parts: list[str]
    last_at: datetime | None
    pain: Pain | None
    next_at: datetime | None


def _open(clinic_id: int) -> Select[Grant]:
    """The newest open grant of each patient, by name."""
    newer = aliased(Grant)
    later = exists().where(
        newer.patient_id == Grant.patient_id,
        newer.clinic_id == Grant.clinic_id,
        newer.stopped_at.is_(None),
        newer.id > Grant.id,
    )
    query = select(Grant).where(Grant.clinic_id == clinic_id, Grant.stopped_at.is_(None), ~later)
    return query.order_by(Grant.list_name, Grant.patient_id)


def count(clinic_id: int) -> int:
    """How many patients share with the clinic."""
    each = func.count(Grant.patient_id.distinct())
    return db.scalar(select(each).where(Grant.clinic_id == clinic_id, Grant.stopped_at.is_(None))) or 0


def patients(
    clinic_id: int, now: datetime, search: str = "", order: str = "name", page: int = 1
) -> tuple[list[Seen], bool]:
    """One page of the patients whose name holds `search`, in an order of ORDERS, else by name; whether there are more."""
    query, start = _open(clinic_id), (page - 1) * PAGE
    if folded(search):
        query = query.where(Grant.list_name.contains(folded(search), autoescape=True))
    if order in ORDERS:
        chosen = _ordered(query, ORDERS[order], now)[start : start + PAGE + 1]
    else:
        chosen = list(db.scalars(query.with_only_columns(Grant.id).limit(PAGE + 1).offset(start)))
    rows = select(Grant).where(Grant.id.in_(chosen[:PAGE])).join(Grant.patient).options(contains_eager(Grant.patient))
    found = {row.id: row for row in db.scalars(rows)}
    return _seen([found[number] for number in chosen[:PAGE]], now), len(chosen) > PAGE


def _ordered(query: Select[Grant], rank: Rank, now: datetime) -> list[int]:
    """Ids of all the grants, by the rank of those who share pain and have one, then by name."""
    columns = query.join(Grant.patient).with_only_columns(Grant.id, Grant.patient_id, Grant.parts, Patient.zone)
    rows = db.execute(columns).all()
    ranks = rank({row.patient_id: row.zone for row in rows if "pain" in row.parts}, now)
    return [row.id for row in sorted(rows, key=lambda row: ranks.get(row.patient_id, float("inf")))]


def _by_change(zones: dict[int, str], now: datetime) -> dict[int, float]:
    """Whose pain rose most comes first."""
    return {number: -pain.change for number, pain in _pains(zones, now).items() if pain.change is not None}


def _by_silence(zones: dict[int, str], _now: datetime) -> dict[int, float]:
    """Who wrote nothing for the longest time comes first."""
    return {number: at.timestamp() for number, at in _in_pieces(diary.latest, list(zones)).items()}


#: orders other than by name; they look at every patient of the clinic
ORDERS: dict[str, Rank] = {"change": _by_change, "entry": _by_silence}


def _seen(grants: Sequence[Grant], now: datetime) -> list[Seen]:
    pain = {row.patient_id: row.patient.zone for row in grants if "pain" in row.parts}
    latest, pains = diary.latest(pain), _pains(pain, now)
    ahead = _next_sessions({row.patient_id: row.patient.zone for row in grants if "therapy" in row.parts}, now)
    return [
        Seen(row.patient, row.parts, latest.get(row.patient_id), pains.get(row.patient_id), ahead.get(row.patient_id))
        for row in grants
    ]


def _pains(zones: dict[int, str], now: datetime) -> dict[int, Pain]:
    """The pain of each patient in a zone. At one instant there are at most three todays in the world."""
    by_today: dict[date, list[int]] = {}
    for number, zone in zones.items():
        by_today.setdefault(clock.day_of(now, zone), []).append(number)
    found: dict[int, Pain] = {}
    for today, ids in by_today.items():
        first = today - timedelta(days=SPAN - 1)
        recent = _means(ids, first, today)
        before = _means(ids, first - timedelta(days=SPAN), first - timedelta(days=1))
        for number, (mean, days) in recent.items():
            former, former_days = before.get(number, (0.0, 0))
            found[number] = Pain(mean, days, mean - former if min(days, former_days) >= ENOUGH else None)
    return found


def _means(ids: list[int], first: date, last: date) -> dict[int, tuple[float, int]]:
    return _in_pieces(lambda piece: diary.means(piece, first, last), ids)


def _in_pieces(ask: Callable[[list[int]], dict[int, Found]], ids: list[int]) -> dict[int, Found]:
    """What `ask` answers for all of the ids."""
    found: dict[int, Found] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found |= ask(ids[start : start + _AT_ONCE])
    return found


def _next_sessions(zones: dict[int, str], now: datetime) -> dict[int, datetime]:
    """When each patient's next session of therapy is planned."""
    query = select(Schedule).where(Schedule.patient_id.in_(zones), Schedule.kind == SCHEDULED)
    query = query.where(Schedule.ends_on.is_(None) | (Schedule.ends_on >= now.date() - timedelta(days=1)))
    ahead: dict[int, datetime] = {}
    for row in db.scalars(query):
        found = next_after(row.rule, zones[row.patient_id], now)
        if found:
            ahead[row.patient_id] = min(found[0], ahead.get(row.patient_id, found[0]))
    return ahead


def invitation(clinic_id: int, invitation_id: int) -> Invitation | None:
    """One of the clinic's codes."""
    return db.scalars(
        select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.id == invitation_id)
    ).first()


def used_invitations(clinic_id: int, since: datetime) -> list[Invitation]:
    """The clinic's codes that were used since then, the latest first."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.used_at >= since)
    return list(db.scalars(query.order_by(Invitation.used_at.desc(), Invitation.id.desc())))
