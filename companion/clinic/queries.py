"""Whom the clinic cares for. The number of statements is fixed, however many patients there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from companion import clock
from companion.diary import queries as diary
from companion.identity.model import Patient
from companion.identity.names import folded
from companion.schedule.model import Schedule
from companion.schedule.recurrence import next_after
from companion.sharing.model import Grant, Invitation, holds
from companion.store import db
from companion.therapy.model import SCHEDULED
from companion.trends.insight import ENOUGH

#: patients on one page of the list
PAGE = 100
#: days of a mean, and of the mean before it
SPAN = 14
#: so many ids are asked for at once; a database takes some 30,000
_AT_ONCE = 10_000
#: what the clinic asks of patients, not of its own people
_ASKED = Invitation.kind == "patient"
Found = TypeVar("Found")


class _Of(NamedTuple):
    """One grant that opens pain: whose it is, and the days that it opens."""

    grant_id: int
    patient_id: int
    since: date | None
    until: date | None
    zone: str


#: the less, the further up a patient stands, by patient id
Rank = Callable[[Sequence[_Of], datetime], dict[int, float]]


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


def _open(clinic_id: int, now: datetime) -> Select[Grant]:
    """The newest open grant of each patient, by name."""
    newer = aliased(Grant)
    later = exists().where(
        newer.patient_id == Grant.patient_id,
        newer.clinic_id == Grant.clinic_id,
        newer.stopped_at.is_(None),
        newer.ends_at.is_(None) | (newer.ends_at > now),
        newer.id > Grant.id,
    )
    query = select(Grant).where(Grant.clinic_id == clinic_id, holds(now), ~later)
    return query.order_by(Grant.list_rank, Grant.patient_id)


def count(clinic_id: int, now: datetime) -> int:
    """How many patients share with the clinic."""
    each = func.count(Grant.patient_id.distinct())
    return db.scalar(select(each).where(Grant.clinic_id == clinic_id, holds(now))) or 0


def patients(
    clinic_id: int, now: datetime, search: str = "", order: str = "name", page: int = 1
) -> tuple[list[Seen], bool]:
    """One page of the patients whose name holds `search`, in an order of ORDERS, else by name; whether there are more."""
    query, start = _open(clinic_id, now), (page - 1) * PAGE
    named = _named(query, folded(search)) if folded(search) else None
    if order in ORDERS:
        chosen = _ordered(query, ORDERS[order], now, named)[start : start + PAGE + 1]
    elif named is not None:
        chosen = named[start : start + PAGE + 1]
    else:
        chosen = list(db.scalars(query.with_only_columns(Grant.id).limit(PAGE + 1).offset(start)))
    rows = select(Grant).where(Grant.id.in_(chosen[:PAGE])).join(Grant.patient).options(contains_eager(Grant.patient))
    found = {row.id: row for row in db.scalars(rows)}
    return _seen([found[number] for number in chosen[:PAGE]], now), len(chosen) > PAGE


def _named(query: Select[Grant], part: str) -> list[int]:
    """Ids of the grants of those whose folded name holds `part`; every name is opened for it."""
    rows = db.execute(query.join(Grant.patient).with_only_columns(Grant.id, Patient.id, Patient.name.column))
    return [id for id, whose, name in rows if part in folded(Patient.name.opened(name, whose, whose))]


def _ordered(query: Select[Grant], rank: Rank, now: datetime, named: list[int] | None) -> list[int]:
    """Ids of all the grants, or of those `named`, by the rank of those who share pain and have one, then by name."""
    columns = (Grant.id, Grant.patient_id, Grant.parts, Grant.since_on, Grant.until_on, Patient.zone)
    wanted = None if named is None else {*named}
    rows = [
        row
        for row in db.execute(query.join(Grant.patient).with_only_columns(*columns))
        if wanted is None or row.id in wanted
    ]
    ranks = rank(
        [_Of(row.id, row.patient_id, row.since_on, row.until_on, row.zone) for row in rows if "pain" in row.parts], now
    )
    return [row.id for row in sorted(rows, key=lambda row: ranks.get(row.patient_id, float("inf")))]


def _by_change(ofs: Sequence[_Of], now: datetime) -> dict[int, float]:
    """Whose pain rose most comes first."""
    return {number: -pain.change for number, pain in _pains(ofs, now).items() if pain.change is not None}


def _by_silence(ofs: Sequence[_Of], _now: datetime) -> dict[int, float]:
    """Who wrote nothing for the longest time comes first."""
    return {number: at.timestamp() for number, at in _asked(diary.latest, ofs).items()}


#: orders other than by name; they look at every patient of the clinic
ORDERS: dict[str, Rank] = {"change": _by_change, "entry": _by_silence}


def _seen(grants: Sequence[Grant], now: datetime) -> list[Seen]:
    pain = [
        _Of(row.id, row.patient_id, row.since_on, row.until_on, row.patient.zone)
        for row in grants
        if "pain" in row.parts
    ]
    latest, pains = _asked(diary.latest, pain), _pains(pain, now)
    ahead = _next_sessions([row for row in grants if "therapy" in row.parts], now)
    return [
        Seen(row.patient, row.parts, latest.get(row.patient_id), pains.get(row.patient_id), ahead.get(row.patient_id))
        for row in grants
    ]


def _pains(ofs: Sequence[_Of], now: datetime) -> dict[int, Pain]:
    """The pain of each patient. At one instant there are at most three todays in the world."""
    by_today: dict[date, list[_Of]] = {}
    for of in ofs:
        by_today.setdefault(clock.day_of(now, of.zone), []).append(of)
    found: dict[int, Pain] = {}
    for today, theirs in by_today.items():
        first = today - timedelta(days=SPAN - 1)
        recent = _means(theirs, first, today)
        before = _means(theirs, first - timedelta(days=SPAN), first - timedelta(days=1))
        for number, (mean, days) in recent.items():
            former, former_days = before.get(number, (0.0, 0))
            found[number] = Pain(mean, days, mean - former if min(days, former_days) >= ENOUGH else None)
    return found


def _means(ofs: Sequence[_Of], first: date, last: date) -> dict[int, tuple[float, int]]:
    return _asked(lambda patients, grants: diary.means(patients, first, last, grants), ofs)


def _asked(ask: Callable[[list[int], list[int] | None], dict[int, Found]], ofs: Sequence[_Of]) -> dict[int, Found]:
    """What `ask` answers for all of them; where only some days are open it is asked with the grants, which costs more."""
    found: dict[int, Found] = {}
    for cut in (False, True):
        theirs = [of for of in ofs if bool(of.since or of.until) == cut]
        for start in range(0, len(theirs), _AT_ONCE):
            piece = theirs[start : start + _AT_ONCE]
            found |= ask([of.patient_id for of in piece], [of.grant_id for of in piece] if cut else None)
    return found


def _next_sessions(grants: Sequence[Grant], now: datetime) -> dict[int, datetime]:
    """When each patient's next session of therapy is planned, if that day is open."""
    opened = {row.patient_id: row for row in grants}
    query = select(Schedule).where(Schedule.patient_id.in_(opened), Schedule.kind == SCHEDULED)
    query = query.where(Schedule.ends_on.is_(None) | (Schedule.ends_on >= now.date() - timedelta(days=1)))
    ahead: dict[int, datetime] = {}
    for row in db.scalars(query):
        grant = opened[row.patient_id]
        found = next_after(row.rule, grant.patient.zone, now)
        if found and grant.period.holds(clock.day_of(found[0], grant.patient.zone)):
            ahead[row.patient_id] = min(found[0], ahead.get(row.patient_id, found[0]))
    return ahead


def used_invitations(clinic_id: int, since: datetime) -> list[Invitation]:
    """The clinic's codes that were used since then, the latest first."""
    query = select(Invitation).where(Invitation.clinic_id == clinic_id, Invitation.used_at >= since)
    query = query.where(_ASKED)
    return list(db.scalars(query.order_by(Invitation.used_at.desc(), Invitation.id.desc())))
