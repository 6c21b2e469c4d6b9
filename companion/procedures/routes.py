"""What was done for me. Only the clinic writes here, from its own pages."""

from __future__ import annotations

from flask import Blueprint, Response, g

from companion.identity.model import Patient
from companion.procedures import kinds, queries
from companion.sharing.access import record
from companion.web.pages import show

bp = Blueprint("procedures", __name__)


@bp.get("/")
@record("procedures")
def procedures(patient: Patient) -> Response:
    """Everything that was done, newest first, and when to ask for help afterwards."""
    rows = queries.procedures(patient, *g.period)
    aftercare = kinds.aftercare([row.kind for row in rows])
    return show("procedures/procedures.html", rows=rows, name=kinds.name, aftercare=aftercare)
