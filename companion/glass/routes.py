"""In an emergency: open the record of somebody who shares, or shared, with the clinic, for a day, and say why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from companion import clock
from companion.glass.forms import GlassForm
from companion.identity.gate import sure
from companion.identity.model import Membership
from companion.sharing import glass, queries
from companion.sharing.access import clinician
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("glass", __name__)
#: tries in an hour, right ones too: nobody leafs through a clinic by guessing
_TRIES, _MINUTES = 6, 60
#: the same for who is not here, who never shared with this clinic, and where two are alike
_NOBODY = lazy("Nobody with this name and date of birth shares, or shared, with your clinic. Please check both.")


@bp.get("/")
@clinician
def emergency(member: Membership) -> Response:
    """Whom it is about, and why; and the records that are open to me for now."""
    return _page(member, GlassForm())


def _page(member: Membership, form: GlassForm, status: int = 200, problem: Later | str = "") -> Response:
    opened = queries.opened_by(member, clock.now())
    page: dict[str, Any] = {"form": form, "problem": problem, "opened": opened, "day_of": _day}
    return show("glass/emergency.html", status=status, member=member, **page)


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


@bp.post("/")
@clinician
@sure
def break_it(member: Membership) -> Response:
    """Open the record. The patient is told, and an administrator looks at it."""
    form, now = GlassForm(request.form), clock.now()
    if not form.validate():
        return _page(member, form, 422)
    if not allow("glass", str(member.account_id), _TRIES, _MINUTES, now):
        return _page(member, form, 429, SENTENCES[429][1])
    patient = glass.find(member.clinic_id, form.name.data, form.born_on.data)
    if patient is None:
        return _page(member, form, 422, _NOBODY)
    glass.break_it(member, patient, form.reason.data, now)
    db.commit()
    return go("clinic.review", patient_id=patient.id)
