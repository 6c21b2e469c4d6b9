"""What was done for a patient."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from companion.identity.model import Patient
from companion.procedures.model import Procedure
from companion.store import db


def procedures(patient: Patient, first: date | None = None, last: date | None = None) -> list[Procedure]:
    """The patient's procedures, newest first, clinic and author loaded; only from `first` to `last` if given."""
    query = select(Procedure).where(Procedure.patient_id == patient.id, Procedure.removed_at.is_(None))
    if first is not None:
        query = query.where(Procedure.done_on >= first)
    if last is not None:
        query = query.where(Procedure.done_on <= last)
    query = query.options(joinedload(Procedure.clinic), joinedload(Procedure.author))
    return list(db.scalars(query.order_by(Procedure.done_on.desc(), Procedure.id.desc())))


def removed(patient: Patient, clinic_id: int) -> list[Procedure]:
    """What the clinic wrote down for the patient and took back, the last one that was taken back first."""
    query = select(Procedure).where(Procedure.patient_id == patient.id, Procedure.clinic_id == clinic_id)
    return list(db.scalars(query.where(Procedure.removed_at.is_not(None)).order_by(Procedure.removed_at.desc())))


def procedure(patient: Patient, procedure_id: int) -> Procedure | None:
    """One of the patient's procedures, removed or not."""
    return db.scalars(select(Procedure).where(Procedure.patient_id == patient.id, Procedure.id == procedure_id)).first()
