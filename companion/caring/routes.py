"""The people I help, and the records that I keep for somebody who has no account."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for

from companion import clock
from companion.identity.gate import person, sure
from companion.identity.signin import Who
from companion.sharing import forms, invite, keep, passing, queries, say
from companion.sharing.model import PARTS
from companion.sharing.stop import stop
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, show

bp = Blueprint("caring", __name__)


@bp.get("/")
@person
def people(who: Who) -> Response:
    """The people I help."""
    rows, form = queries.caring(who.account, clock.now()), forms.HandOverForm
    return show("caring/people.html", rows=rows, parts=PARTS, say=say, form=form)


@bp.post("/<int:grant_id>/end")
@person
def end(who: Who, grant_id: int) -> Response:
    """I give it up myself; a record that I keep for somebody would be lost, so that is handed over first."""
    now = clock.now()
    row = next((row for row in queries.caring(who.account, now) if row.id == grant_id and not row.keeps), None)
    stop(row or abort(404), who.account, now)
    db.commit()
    return go("caring.people", said="stopped")


@bp.get("/new")
@person
def new(_who: Who) -> Response:
    """A diary for somebody who cannot keep it on a phone of their own."""
    return _new(forms.KeptForm())


def _new(form: forms.KeptForm, status: int = 200, problem: object = "") -> Response:
    return show("caring/new.html", status=status, form=form, zones=clock.zone_names(), problem=problem)


@bp.post("/")
@person
def start(who: Who) -> Response:
    """Start it; a second tap finds it there."""
    form, now = forms.KeptForm(request.form), clock.now()
    if not form.validate():
        return _new(form, 422)
    if not allow("keep", str(who.account.id), 10, 60, now):
        return _new(form, 429, SENTENCES[429][1])
    grant = keep.start(who.account, form.name.data, form.born_on.data, form.zone.data, now)
    db.commit()
    return redirect(url_for("for_plan.today", patient_id=grant.patient_id), 303)  # type: ignore[return-value]


@bp.post("/<int:grant_id>/code")
@person
@sure
def hand_over(who: Who, grant_id: int) -> Response:
    """Make a code for the person whose record I keep; the next page shows it. The same form sent twice is one code."""
    now = clock.now()
    row = next((row for row in queries.caring(who.account, now) if row.id == grant_id and row.keeps), None)
    patient, form = (row or abort(404)).patient, forms.HandOverForm(request.form)
    if not form.validate():
        return go("caring.people")
    told = passing.new_code(who.account, now) or abort(429)
    invitation, _told = invite.hand_over(patient, who.account, now, told)
    db.commit()
    page = go("for_sharing.invited", patient_id=patient.id, invitation_id=invitation.id)
    return passing.remembered(page, told)
