"""Plain numbers from the day and month rows, one statement a source, limited to the days that are drawn and open.

Entries and doses are never read, so a record with ten times as many costs the same. The database tells the bucket of
each row and sums up weeks; months are summed up when they are written, since five years have 11,000 day rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    Date,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from companion.diary.model import DiaryDay, DiaryMonth, ObservedDay
from companion.flares.model import Flare
from companion.medication.model import DoseDay, DoseMonth, Medicine
from companion.procedures.model import Procedure
from companion.sharing.terms import ALWAYS, Period
from companion.store import db
from companion.therapy.model import Programme, Session
from companion.trends.series import NO_HIGH, NO_LOW, Axis

_PATIENT = bindparam("patient", type_=Integer)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
#: the first day of the first bucket, and the months from the year 0 to it
_ORIGIN, _MONTHS = bindparam("origin", type_=Date), bindparam("months", type_=Integer)
_diary, _dose, _medicine = DiaryDay.__table__.c, DoseDay.__table__.c, Medicine.__table__.c
_observed = ObservedDay.__table__.c
_diary_month, _dose_month = DiaryMonth.__table__.c, DoseMonth.__table__.c
_procedure, _session, _programme = Procedure.__table__.c, Session.__table__.c, Programme.__table__.c


class DaysSince(FunctionElement[int]):
    """How many days the first argument is after the second, reckoned by the database."""

    type = Integer()
    inherit_cache = True


@compiles(DaysSince, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, first = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"CAST(julianday({day}) - julianday({first}) AS INTEGER)"


@compiles(DaysSince, "postgresql")
def _days_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, first = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"({day} - CAST({first} AS DATE))"


def _bucket(day: Any, by: str) -> Any:
    if by in {"month", "cut"}:
        months = cast(extract("year", day), Integer) * 12 + cast(extract("month", day), Integer)
        return (months - _MONTHS).label("bucket")
    days = DaysSince(day, _ORIGIN)
    return (days.op("/")(literal_column("7")) if by == "week" else days).label("bucket")


def _held(table: Any) -> Any:
    return and_(table.patient_id == _PATIENT, table.day.between(_FIRST, _LAST))


def _held_months(table: Any) -> Any:
    return and_(table.patient_id == _PATIENT, table.month.between(_ORIGIN, _LAST))


def _diary_rows(by: str) -> Select[Any]:
    if by == "month":
        month = _diary_month
        sums: list[Any] = [month.days, month.pain_sum, *_ends(month.pain_low, month.pain_high)]
        sums += [month.impact_sum, month.impact_days]
        sums += [month.sleep_sum, month.sleep_days, month.mood_sum, month.mood_days]
        return select(_bucket(month.month, by), *sums).where(_held_months(month))
    told = case((_diary.entries > 0, 1), else_=0)
    pain = func.coalesce(cast(_diary.pain_sum, Float) / func.nullif(_diary.entries, 0), 0.0)
    others: list[Any] = []
    for total, count in (
        (_diary.impact_sum, _diary.impact_count),
        (_diary.sleep_sum, _diary.sleep_count),
        (_diary.mood_sum, _diary.mood_count),
    ):
        others += [func.coalesce(cast(total, Float) / func.nullif(count, 0), 0.0), case((count > 0, 1), else_=0)]
    bucket = _bucket(_diary.day, by)
    if by == "day":
        ends = _ends(_diary.pain_low, _diary.pain_high)
        return select(bucket, told, pain, *ends, *others).where(_held(_diary))
    ends = _ends(func.min(_diary.pain_low), func.max(_diary.pain_high))
    sums = [func.sum(told), func.sum(pain), *ends, *map(func.sum, others)]
    return select(bucket, *sums).where(_held(_diary)).group_by(literal_column("bucket"))


def _ends(low: Any, high: Any) -> list[Any]:
    """Where no pain was told of, its ends lie outside the scale."""
    return [func.coalesce(low, NO_LOW), func.coalesce(high, NO_HIGH)]


def _observed_rows(by: str) -> Select[Any]:
    bucket = _bucket(_observed.day, by)
    mean = func.avg(cast(_observed.pain_sum, Float) / _observed.entries)
    return select(bucket, mean).where(_held(_observed)).group_by(literal_column("bucket"))


def _dose_rows(by: str) -> Select[Any]:
    if by == "month":
        month = _dose_month
        bucket = _bucket(month.month, by)
        return select(month.medicine_id, bucket, month.taken, month.skipped).where(_held_months(month))
    bucket = _bucket(_dose.day, by)
    if by == "day":
        return select(_dose.medicine_id, bucket, _dose.taken, _dose.skipped).where(_held(_dose))
    found = select(_dose.medicine_id, bucket, func.sum(_dose.taken), func.sum(_dose.skipped)).where(_held(_dose))
    return found.group_by(_dose.medicine_id, literal_column("bucket"))


def _session_rows(by: str) -> Select[Any]:
    bucket = _bucket(_session.day, by)
    sums = [func.sum(case((_session.status == status, 1), else_=0)) for status in ("done", "skipped")]
    found = select(_programme.kind, bucket, *sums).join_from(Session.__table__, Programme.__table__)
    found = found.where(_held(_session), _session.removed_at.is_(None))
    return found.group_by(_programme.kind, literal_column("bucket"))


def _earliest(source: str) -> Any:
    first = {
        "diary": select(func.min(_diary.day)).where(_diary.patient_id == _PATIENT),
        "others": select(func.min(_observed.day)).where(_observed.patient_id == _PATIENT),
        "flares": select(func.min(Flare.day)).where(
            Flare.patient_id == _PATIENT, Flare.removed_at.is_(None), Flare.joined_id.is_(None)
        ),
        "medicines": select(func.min(_dose.day)).where(_dose.patient_id == _PATIENT),
        "therapy": select(func.min(_session.day)).where(_session.patient_id == _PATIENT, _session.removed_at.is_(None)),
    }[source]
    return first.scalar_subquery()


# by `cut`, months are summed up from their open days; built once: putting a statement together costs as much as running it
_DIARY, _OBSERVED, _DOSES, _SESSIONS = (
    {by: rows(by) for by in ("day", "week", "month", "cut")}
    for rows in (_diary_rows, _observed_rows, _dose_rows, _session_rows)
)
_MEAN = (
    select(func.avg(cast(_diary.pain_sum, Float) / _diary.entries), func.count())
    .where(_held(_diary))
    .where(_diary.entries > 0)
)
_MEDICINES = select(_medicine.id, _medicine.name, _medicine.strength).where(_medicine.patient_id == _PATIENT)
_PROCEDURES = (
    select(_procedure.kind, _procedure.level, _procedure.side, _procedure.done_on)
    .where(_procedure.patient_id == _PATIENT, _procedure.removed_at.is_(None))
    .where(_procedure.done_on.between(_FIRST, _LAST))
    .order_by(_procedure.done_on, _procedure.id)
)


@cache
def _earliest_of(sources: Sequence[str]) -> Select[Any]:
    return select(*map(_earliest, sources))


def firsts(patient_id: int, sources: tuple[str, ...], since: date | None = None) -> dict[str, date]:
    """The first day, not before `since`, of each of the sources that holds anything: diary, others, flares, medicines, therapy."""
    if not sources:
        return {}
    days = db.connection().execute(_earliest_of(sources), {"patient": patient_id}).one()
    return {source: max(day, since or day) for source, day in zip(sources, days, strict=True) if day is not None}


def diary(patient_id: int, axis: Axis, period: Period = ALWAYS) -> Sequence[Any]:
    """A row for each bucket with an entry: bucket, days that tell of pain, sum of their mean pain, lowest and highest pain;
    then for impact, sleep and mood each the sum of the daily means and on how many days it rests.
    """
    return _over(_DIARY, patient_id, axis, period)


def observed(patient_id: int, axis: Axis, period: Period = ALWAYS) -> dict[int, float]:
    """What others entered, by bucket: the mean of their daily means of pain."""
    return {bucket: float(mean) for bucket, mean in _over(_OBSERVED, patient_id, axis, period)}


def mean(patient_id: int, first: date, last: date, period: Period = ALWAYS) -> tuple[float, int]:
    """Mean of the daily mean pain from `first` to `last`, and how many days it rests on."""
    found, days = _run(_MEAN, patient_id, *period.within(first, last))[0]
    return found or 0.0, days


def doses(patient_id: int, axis: Axis, period: Period = ALWAYS) -> Sequence[Any]:
    """Rows of medicine id, bucket, doses taken, doses skipped."""
    return _over(_DOSES, patient_id, axis, period)


def medicines(patient_id: int) -> dict[int, str]:
    """The title of each of the patient's medicines by id, stopped ones too, in the order of their writing down."""
    found = db.connection().execute(_MEDICINES, {"patient": patient_id})
    return {key: f"{name} {strength}".strip() for key, name, strength in sorted(found)}


def sessions(patient_id: int, axis: Axis, period: Period = ALWAYS) -> Sequence[Any]:
    """Rows of kind of programme, bucket, sessions done, sessions skipped."""
    return _over(_SESSIONS, patient_id, axis, period)


def procedures(patient_id: int, axis: Axis, period: Period = ALWAYS) -> Sequence[Any]:
    """Rows of kind, level, side and done_on, oldest first."""
    return _run(_PROCEDURES, patient_id, *period.within(axis.first, axis.last))


def _over(statements: dict[str, Select[Any]], patient_id: int, axis: Axis, period: Period = ALWAYS) -> Sequence[Any]:
    by = "cut" if axis.by == "month" and period != ALWAYS else axis.by
    of: dict[str, Any] = {"origin": axis.origin, "months": axis.origin.year * 12 + axis.origin.month}
    return _run(statements[by], patient_id, *period.within(axis.first, axis.last), **of)


def _run(statement: Select[Any], patient_id: int, first: date, last: date, **more: Any) -> Sequence[Any]:
    values = {"patient": patient_id, "first": first, "last": last, **more}
    return db.connection().execute(statement, values).all()
