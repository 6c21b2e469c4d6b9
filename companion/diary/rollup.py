"""The day and month rows, counted anew from the entries. The caller holds the patient's row, so that no entry is missed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Float, Integer, bindparam, case, cast, delete, func, insert, or_, select

from companion import clock
from companion.diary.model import DiaryDay, DiaryMonth, Entry, ObservedDay
from companion.identity.model import Patient
from companion.store import db

#: the questions that may be left out
_OPTIONAL = ("impact", "sleep", "mood")
_PATIENT = bindparam("patient", type_=Integer)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


def roll_up(patient_id: int, first: date, last: date) -> None:
    """Make the rows of these days, and of the months they are in, what the entries say; an empty one has none."""
    _run(_DAYS, patient_id, first, last)
    _run(_OBSERVED, patient_id, first, last)
    add_up_months(patient_id, first, last)


def add_up_months(patient_id: int, first: date, last: date) -> None:
    """Make the rows of the months from that of `first` to that of `last` what their days say."""
    for month in clock.months(first, last):
        _run(_MONTHS, patient_id, *clock.month_of(month))


def _run(statements: tuple[Any, Any], patient_id: int, first: date, last: date) -> None:
    for statement in statements:
        db.connection().execute(statement, {"patient": patient_id, "first": first, "last": last})


def _days() -> tuple[Any, Any]:
    said: dict[str, Any] = {
        "patient_id": Entry.patient_id,
        "day": Entry.day,
        "entries": func.count(),
        "pain_sum": func.sum(Entry.pain),
        "pain_low": func.min(Entry.pain),
        "pain_high": func.max(Entry.pain),
    }
    for name in _OPTIONAL:
        column = getattr(Entry, name)
        said |= {f"{name}_sum": func.coalesce(func.sum(column), 0), f"{name}_count": func.count(column)}
    own = or_(Patient.account_id.is_(None), Entry.author_id == Patient.account_id)
    former = delete(DiaryDay).where(DiaryDay.patient_id == _PATIENT, DiaryDay.day.between(_FIRST, _LAST))
    return former, insert(DiaryDay).from_select([*said], _counted(said, own))


def _observed() -> tuple[Any, Any]:
    said = {"patient_id": Entry.patient_id, "day": Entry.day, "entries": func.count(), "pain_sum": func.sum(Entry.pain)}
    former = delete(ObservedDay).where(ObservedDay.patient_id == _PATIENT, ObservedDay.day.between(_FIRST, _LAST))
    return former, insert(ObservedDay).from_select([*said], _counted(said, Entry.author_id != Patient.account_id))


def _counted(said: dict[str, Any], whose: Any) -> Any:
    here = (Entry.patient_id == _PATIENT, Entry.day.between(_FIRST, _LAST), Entry.removed_at.is_(None))
    found = select(*said.values()).join(Patient, Patient.id == Entry.patient_id)
    return found.where(*here, whose).group_by(Entry.patient_id, Entry.day)


def _months() -> tuple[Any, Any]:
    said: dict[str, Any] = {
        "patient_id": DiaryDay.patient_id,
        "month": _FIRST,
        "days": func.count(),
        "pain_sum": func.sum(cast(DiaryDay.pain_sum, Float) / DiaryDay.entries),
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
    return (
        delete(DiaryMonth).where(DiaryMonth.patient_id == _PATIENT, DiaryMonth.month == _FIRST),
        insert(DiaryMonth).from_select([*said], counted),
    )


# made once: to make a statement costs ten times what it costs to run it
_DAYS, _OBSERVED, _MONTHS = _days(), _observed(), _months()
