"""A patient's links and who used them; what was planned and taken, as bare columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from companion.identity.model import Patient
from companion.medication.model import Dose
from companion.store import db
from companion.visit.model import VisitLink, VisitUse

#: so many links that have ended stay on the list
_ENDED_SHOWN = 20


def links(patient: Patient, now: datetime) -> tuple[list[VisitLink], list[VisitLink]]:
    """The patient's links that hold, and the last ones that do not; newest first."""
    rows = db.scalars(select(VisitLink).where(VisitLink.patient_id == patient.id).order_by(VisitLink.id.desc())).all()
    return [row for row in rows if row.holds(now)], [row for row in rows if not row.holds(now)][:_ENDED_SHOWN]


def link(patient: Patient, link_id: int) -> VisitLink | None:
    """One of the patient's links, ended or not."""
    return db.scalars(select(VisitLink).where(VisitLink.patient_id == patient.id, VisitLink.id == link_id)).first()


def uses(patient: Patient) -> dict[int, list[datetime]]:
    """When each of the patient's links was used, newest first, by its id; one that never was is left out."""
    query = select(VisitUse.link_id, VisitUse.used_at).join(VisitLink, VisitLink.id == VisitUse.link_id)
    found: dict[int, list[datetime]] = {}
    for link_id, at in db.execute(query.where(VisitLink.patient_id == patient.id).order_by(VisitUse.used_at.desc())):
        found.setdefault(link_id, []).append(at)
    return found


def doses(patient_id: int, first: date, last: date) -> Sequence[Any]:
    """Rows of medicine id, day, planned wall time (None beside the plan) and status, of doses that stand."""
    query = select(Dose.medicine_id, Dose.day, Dose.due_wall, Dose.status)
    query = query.where(Dose.patient_id == patient_id, Dose.day.between(first, last), Dose.removed_at.is_(None))
    return db.execute(query).all()
