"""The day and month rows, counted anew from the entries. The caller holds the patient's row, so that no entry is missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Float, Integer, bindparam, case, cast, delete, func, or_, select

from companion import clock
from companion.diary.model import DiaryDay, DiaryMonth, Entry, ObservedDay
from companion.identity.model import Patient
from companion.store import db, engine, insert

#: the questions that may be left out
_OPTIONAL = ("impact", "sleep", "mood")
#: what writes the sums, and what takes away those that are empty now
Statements = tuple[Any, Any]
_PATIENT = bindparam("patient", type_=Integer)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


def roll_up(patient_id: int, first: date, last: date, own: bool | None = None) -> None:
    """Make the rows of these days, and of the months they are in, what the entries say; an empty one has none.

    `own`: only what the patient entered has changed, or only what others did.
    """
    if own is not True:
        _run(_observed, patient_id, first, last)
    if own is not False:
        _run(_days, patient_id, first, last)
        add_up_months(patient_id, first, last)


def add_up_months(patient_id: int, first: date, last: date) -> None:
    """Make the rows of the months from that of `first` to that of `last` what their days say."""
    for month in clock.months(first, last):
        first_day, last_day = clock.month_of(month)
        _run(_months, patient_id, first_day, last_day, wanted=1)


def _run(made: Callable[[str], Statements], patient_id: int, first: date, last: date, wanted: int = 0) -> None:
    """Write the sums; where fewer came than there are days, those that are empty now go."""
    write, clear = made(engine().dialect.name)
    of = {"patient": patient_id, "first": first, "last": last}
    found = db.connection().execute(write, of)
    if found.rowcount < (wanted or (last - first).days + 1):
        db.connection().execute(clear, of)


# made once: to make a statement costs ten times what it costs to run it
@cache
def _days(_dialect: str) -> Statements:
    said: dict[str, Any] = {
        "patient_id": Entry.patient_id,
        "day": Entry.day,
        "entries": func.count(Entry.pain),
        "pain_sum": func.coalesce(func.sum(Entry.pain), 0),
        "pain_low": func.min(func.coalesce(Entry.least, Entry.pain, Entry.worst)),
        "pain_high": func.max(func.coalesce(Entry.worst, Entry.pain, Entry.least)),
    }
    for name in _OPTIONAL:
        column = getattr(Entry, name)
        said |= {f"{name}_sum": func.coalesce(func.sum(column), 0), f"{name}_count": func.count(column)}
    own = or_(Patient.account_id.is_(None), Entry.author_id == Patient.account_id)
    return _statements(DiaryDay, said, _counted(said, own), own)


@cache
def _observed(_dialect: str) -> Statements:
    said: dict[str, Any] = {"patient_id": Entry.patient_id, "day": Entry.day}
    said |= {"entries": func.count(Entry.pain), "pain_sum": func.sum(Entry.pain)}
    others = (Entry.author_id != Patient.account_id) & Entry.pain.is_not(None)
    return _statements(ObservedDay, said, _counted(said, others), others)


def _statements(table: Any, said: dict[str, Any], counted: Any, whose: Any) -> Statements:
    some = select(Entry.id).join(Patient, Patient.id == Entry.patient_id).where(whose, Entry.removed_at.is_(None))
    some = some.where(Entry.patient_id == table.patient_id, Entry.day == table.day)
    here = (table.patient_id == _PATIENT, table.day.between(_FIRST, _LAST))
    return _write(table, said, counted, "day"), delete(table).where(*here, ~some.exists())


def _write(table: Any, said: dict[str, Any], counted: Any, key: str) -> Any:
    statement = insert(table).from_select([*said], counted)
    sums = {name: statement.excluded[name] for name in said if name not in {"patient_id", key}}
    written = statement.on_conflict_do_update(index_elements=["patient_id", key], set_=sums)
    return written.execution_options(preserve_rowcount=True)


def _counted(said: dict[str, Any], whose: Any) -> Any:
    here = (Entry.patient_id == _PATIENT, Entry.day.between(_FIRST, _LAST), Entry.removed_at.is_(None))
    found = select(*said.values()).join(Patient, Patient.id == Entry.patient_id)
    return found.where(*here, whose).group_by(Entry.patient_id, Entry.day)


@cache
def _months(_dialect: str) -> Statements:
    said: dict[str, Any] = {
        "patient_id": DiaryDay.patient_id,
        "month": _FIRST,
        "days": func.count(func.nullif(DiaryDay.entries, 0)),
        "pain_sum": func.coalesce(func.sum(cast(DiaryDay.pain_sum, Float) / func.nullif(DiaryDay.entries, 0)), 0),
        "pain_low": func.min(DiaryDay.pain_low),
        "pain_high": func.max(DiaryDay.pain_high),
    }
    for name in _OPTIONAL:
        total, count = getattr(DiaryDay, f"{name}_sum"), getattr(DiaryDay, f"{name}_count")
        mean = cast(total, Float) / func.nullif(count, 0)
        said |= {
            f"{name}_sum": func.coalesce(func.sum(mean), 0),
            f"{name}_days": func.sum(case((count > 0, 1), else_=0)),
        }
    here = (DiaryDay.patient_id == _PATIENT, DiaryDay.day.between(_FIRST, _LAST))
    counted = select(*said.values()).where(*here).group_by(DiaryDay.patient_id)
    clear = delete(DiaryMonth).where(DiaryMonth.patient_id == _PATIENT, DiaryMonth.month == _FIRST)
    return _write(DiaryMonth, said, counted, "month"), clear
