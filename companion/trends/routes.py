"""What changed: the charts of a record, for its patient and for those who were let in."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from companion import clock
from companion.diary.regions import REGIONS
from companion.identity.model import Patient
from companion.sharing.access import record
from companion.sharing.model import PARTS
from companion.trends.draw import draw
from companion.trends.places import heat
from companion.trends.series import DEFAULT, SPANS
from companion.web.pages import show

bp = Blueprint("trends", __name__)


@bp.get("/")
@record("any", draws=[part for part in PARTS if part != "notes"])
def trends(patient: Patient) -> Response:
    """All charts over ?span=; an unknown span is the usual one."""
    span = request.args.get("span", DEFAULT)
    drawing = draw(patient, span if span in SPANS else DEFAULT, clock.now(), g.may, g.period)
    return show("trends/trends.html", drawing=drawing, regions=REGIONS, heat=heat)
