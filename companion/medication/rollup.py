"""The day and month rows, counted anew from the doses. The caller holds the patient's row, so that no dose is missed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, bindparam, case, delete, exists, func, insert, or_, select
from sqlalchemy.orm import aliased

from companion import clock
from companion.medication.model import Dose, DoseDay, DoseMonth
from companion.store import db

_PATIENT = bindparam("patient", type_=Integer)
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


def roll_up(patient_id: int, first: date, last: date) -> None:
    """Make the rows of these days, and of the months they are in, what the doses say; an empty one has none."""
    _run(_DAYS, patient_id, first, last)
    add_up_months(patient_id, first, last)


def add_up_months(patient_id: int, first: date, last: date) -> None:
    """Make the rows of the months from that of `first` to that of `last` what their days say."""
    for month in clock.months(first, last):
        _run(_MONTHS, patient_id, *clock.month_of(month))


def _run(statements: tuple[Any, Any], patient_id: int, first: date, last: date) -> None:
    for statement in statements:
        db.connection().execute(statement, {"patient": patient_id, "first": first, "last": last})


def _days() -> tuple[Any, Any]:
    here = (Dose.patient_id == _PATIENT, Dose.day.between(_FIRST, _LAST), Dose.removed_at.is_(None))
    key = (Dose.patient_id, Dose.day, Dose.medicine_id)
    # what was skipped and then taken was taken; a skip beside the plan has no time, so nothing can stand for it
    other = aliased(Dose)
    same_time = [
        getattr(other, name) == getattr(Dose, name) for name in ("patient_id", "day", "medicine_id", "due_wall")
    ]
    after_all = exists().where(*same_time, other.status == "taken", other.removed_at.is_(None)).correlate(Dose)
    counts = or_(Dose.status == "taken", ~after_all)
    sums = [func.sum(case((Dose.status == status, 1), else_=0)) for status in ("taken", "skipped")]
    return (
        delete(DoseDay).where(DoseDay.patient_id == _PATIENT, DoseDay.day.between(_FIRST, _LAST)),
        insert(DoseDay).from_select(
            ["patient_id", "day", "medicine_id", "taken", "skipped"],
            select(*key, *sums).where(*here, counts).group_by(*key),
        ),
    )


def _months() -> tuple[Any, Any]:
    here = (DoseDay.patient_id == _PATIENT, DoseDay.day.between(_FIRST, _LAST))
    key, sums = (DoseDay.patient_id, DoseDay.medicine_id), (func.sum(DoseDay.taken), func.sum(DoseDay.skipped))
    return (
        delete(DoseMonth).where(DoseMonth.patient_id == _PATIENT, DoseMonth.month == _FIRST),
        insert(DoseMonth).from_select(
            ["patient_id", "medicine_id", "taken", "skipped", "month"],
            select(*key, *sums, _FIRST).where(*here).group_by(*key),
        ),
    )


# made once: to make a statement costs ten times what it costs to run it
_DAYS, _MONTHS = _days(), _months()
