"""Plain numbers from the day rows, one statement a source, limited to the days that are drawn.

Only day rows are read, so a record with ten times the entries costs the same. The database tells the bucket of each
row and sums up long ranges by week: turning 11,000 rows into objects would take ten times as long as reading them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Float, Integer, Select, and_, bindparam, case, cast, func, literal, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from companion.diary.model import DiaryDay
from companion.medication.model import DoseDay, Medicine
from companion.procedures.model import Procedure
from companion.store import db
from companion.therapy.model import Programme, Session
from companion.trends.series import Axis

_PATIENT = bindparam("patient", type_=Integer)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_diary, _dose, _medicine = DiaryDay.__table__.c, DoseDay.__table__.c, Medicine.__table__.c
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


def _bucket(day: Any, weekly: bool) -> Any:
    days = DaysSince(day, _FIRST)
    return (days.op("/")(literal_column("7")) if weekly else days).label("bucket")


def _held(table: Any) -> Any:
    return and_(table.patient_id == _PATIENT, table.day.between(_FIRST, _LAST))


def _diary_days(weekly: bool) -> Select[Any]:
    pain = cast(_diary.pain_sum, Float) / _diary.entries
    others: list[Any] = []
    for total, count in (
        (_diary.impact_sum, _diary.impact_count),
        (_diary.sleep_sum, _diary.sleep_count),
        (_diary.mood_sum, _diary.mood_count),
    ):
        others += [func.coalesce(cast(total, Float) / func.nullif(count, 0), 0.0), case((count > 0, 1), else_=0)]
    bucket = _bucket(_diary.day, weekly)
    if not weekly:
        return select(bucket, literal(1), pain, _diary.pain_low, _diary.pain_high, *others).where(_held(_diary))
    sums = [func.count(), func.sum(pain), func.min(_diary.pain_low), func.max(_diary.pain_high), *map(func.sum, others)]
    return select(bucket, *sums).where(_held(_diary)).group_by(literal_column("bucket"))


def _dose_days(weekly: bool) -> Select[Any]:
    bucket = _bucket(_dose.day, weekly)
    if not weekly:
        return select(_dose.medicine_id, bucket, _dose.taken, _dose.skipped).where(_held(_dose))
    found = select(_dose.medicine_id, bucket, func.sum(_dose.taken), func.sum(_dose.skipped)).where(_held(_dose))
    return found.group_by(_dose.medicine_id, literal_column("bucket"))


def _session_days(weekly: bool) -> Select[Any]:
    bucket = _bucket(_session.day, weekly)
    sums = [func.sum(case((_session.status == status, 1), else_=0)) for status in ("done", "skipped")]
    found = select(_programme.kind, bucket, *sums).join_from(Session.__table__, Programme.__table__)
    found = found.where(_held(_session), _session.removed_at.is_(None))
    return found.group_by(_programme.kind, literal_column("bucket"))


# built once: putting a statement together costs as much as running it
_DIARY = {weekly: _diary_days(weekly) for weekly in (False, True)}
_DOSES = {weekly: _dose_days(weekly) for weekly in (False, True)}
_SESSIONS = {weekly: _session_days(weekly) for weekly in (False, True)}
_FORMER = select(func.avg(cast(_diary.pain_sum, Float) / _diary.entries), func.count()).where(_held(_diary))
_MEDICINES = select(_medicine.id, _medicine.name, _medicine.strength).where(_medicine.patient_id == _PATIENT)
_PROCEDURES = (
    select(_procedure.kind, _procedure.level, _procedure.side, _procedure.done_on)
    .where(_procedure.patient_id == _PATIENT, _procedure.removed_at.is_(None))
    .where(_procedure.done_on.between(_FIRST, _LAST))
    .order_by(_procedure.done_on, _procedure.id)
)
_EARLIEST = {
    "diary": select(func.min(_diary.day)).where(_diary.patient_id == _PATIENT),
    "medicines": select(func.min(_dose.day)).where(_dose.patient_id == _PATIENT),
    "therapy": select(func.min(_session.day)).where(_session.patient_id == _PATIENT, _session.removed_at.is_(None)),
}


def earliest(patient_id: int, sources: Sequence[str]) -> date | None:
    """The first day with anything in the sources: diary, medicines, therapy."""
    days = [db.connection().scalar(_EARLIEST[source], {"patient": patient_id}) for source in sources]
    return min((day for day in days if day is not None), default=None)


def diary(patient_id: int, axis: Axis) -> Sequence[Any]:
    """A row for each bucket with an entry: bucket, days with an entry, sum of the daily mean pain, lowest and highest pain;
    then for impact, sleep and mood each the sum of the daily means and on how many days it rests.
    """
    return _run(_DIARY[axis.weekly], patient_id, axis.first, axis.last)


def former(patient_id: int, first: date, last: date) -> tuple[float, int]:
    """Mean of the daily mean pain from `first` to `last`, and how many days it rests on."""
    mean, days = _run(_FORMER, patient_id, first, last)[0]
    return mean or 0.0, days


def doses(patient_id: int, axis: Axis) -> Sequence[Any]:
    """Rows of medicine id, bucket, doses taken, doses skipped."""
    return _run(_DOSES[axis.weekly], patient_id, axis.first, axis.last)


def medicines(patient_id: int) -> dict[int, str]:
    """The title of each of the patient's medicines by id, stopped ones too, in the order of their writing down."""
    found = db.connection().execute(_MEDICINES, {"patient": patient_id})
    return {key: f"{name} {strength}".strip() for key, name, strength in sorted(found)}


def sessions(patient_id: int, axis: Axis) -> Sequence[Any]:
    """Rows of kind of programme, bucket, sessions done, sessions skipped."""
    return _run(_SESSIONS[axis.weekly], patient_id, axis.first, axis.last)


def procedures(patient_id: int, first: date, last: date) -> Sequence[Any]:
    """Rows of kind, level, side and done_on, oldest first."""
    return _run(_PROCEDURES, patient_id, first, last)


def _run(statement: Select[Any], patient_id: int, first: date, last: date) -> Sequence[Any]:
    return db.connection().execute(statement, {"patient": patient_id, "first": first, "last": last}).all()
