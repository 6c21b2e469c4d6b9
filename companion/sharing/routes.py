"""Who can see my diary, let somebody in, who looked; a code that was given to me; the people I help."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity.gate import anyone, person, set_cookie
from companion.identity.model import Patient
from companion.identity.signin import Who
from companion.sharing import code as codes
from companion.sharing import forms, invite, qr, queries
from companion.sharing.accept import Refused, accept, find, find_for
from companion.sharing.access import record
from companion.sharing.model import PARTS, Grant, Invitation
from companion.sharing.stop import change, stop
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("sharing", __name__)
#: days that a typed code is remembered while its owner signs up: half an hour
_CODE_KEPT = 1 / 48
#: days on one page of looks
_PAGE = timedelta(days=60)
_OPENED: dict[str, Later] = {
    "list": lazy("Your line in the list of patients"),
    "record": lazy("Overview"),
    **PARTS,
}


@bp.get("/")
@record("any")
def sharing(patient: Patient) -> Response:
    """Everybody who can see my diary, and the way to let somebody in."""
    return _sharing(patient, forms.InviteForm(parts=["pain", "medicines", "therapy"], may_log=True))


def _sharing(patient: Patient, form: forms.InviteForm, status: int = 200) -> Response:
    rows, now = queries.grants(patient), clock.now()
    return show(
        "sharing/sharing.html",
        status=status,
        rows=rows,
        opened=queries.last_opened(patient, rows),
        invitations=queries.invitations(patient, now),
        parts=PARTS,
        form=form,
        names=[side.name for row in rows if (side := row.clinic or row.account)],
        tz=ZoneInfo(patient.zone),
        zone=patient.zone,
    )


@bp.post("/invitations", endpoint="invite")
@record("any", write=True)
def invite_them(patient: Patient) -> Response:
    """Make a code for a caregiver and show it, this once."""
    form = forms.InviteForm(request.form)
    if not form.validate():
        return _sharing(patient, form, 422)
    chosen = (form.name.data or "", form.parts.data, form.may_log.data)
    row, told = invite.invite_caregiver(patient, g.author, *chosen, clock.now())
    db.commit()
    address = current_app.config["SETTINGS"].origin + url_for("sharing.code") + "#" + told
    side, path = qr.drawing(address)
    page = {"row": row, "told": told, "address": address, "side": side, "path": path}
    return show("sharing/invited.html", tz=ZoneInfo(patient.zone), zone=patient.zone, **page)


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@record("any", write=True)
def withdraw(patient: Patient, invitation_id: int) -> Response:
    """The code ends before it was used."""
    now = clock.now()
    invite.withdraw(queries.invitation(patient, invitation_id, now) or abort(404), now)
    db.commit()
    return go("sharing.sharing", said="stopped")


@bp.get("/grants/<int:grant_id>/parts")
@record("any")
def edit(patient: Patient, grant_id: int) -> Response:
    """What one clinic or caregiver sees."""
    row = _grant(patient, grant_id)
    return show("sharing/parts.html", row=row, form=forms.PartsForm(parts=row.parts, may_log=row.may_log))


@bp.post("/grants/<int:grant_id>/parts", endpoint="change")
@record("any", write=True)
def change_it(patient: Patient, grant_id: int) -> Response:
    """Other parts from the next request on."""
    row, form = _grant(patient, grant_id), forms.PartsForm(request.form)
    if not form.validate():
        return show("sharing/parts.html", status=422, row=row, form=form)
    change(row, form.parts.data, form.may_log.data)
    db.commit()
    return go("sharing.sharing", said="saved")


@bp.post("/grants/<int:grant_id>/stop", endpoint="stop")
@record("any", write=True)
def stop_it(patient: Patient, grant_id: int) -> Response:
    """They see nothing from the next request on."""
    stop(_grant(patient, grant_id), clock.now())
    db.commit()
    return go("sharing.sharing", said="unshared")


@bp.get("/looks")
@record("any")
def looks(patient: Patient) -> Response:
    """Who opened what on which day."""
    form, today = forms.BackForm(request.args), clock.now().astimezone(ZoneInfo(patient.zone)).date()
    last = min(max(form.before.data if form.validate() and form.before.data else today, date(1971, 1, 1)), today)
    oldest = queries.first_look(patient)
    earlier = last - _PAGE - timedelta(days=1)
    more = oldest is not None and oldest.astimezone(ZoneInfo(patient.zone)).date() <= earlier
    rows = queries.visits(patient, last - _PAGE, last)
    return show("sharing/looks.html", rows=rows, names=_OPENED, zone=patient.zone, earlier=earlier if more else None)


@bp.get("/code")
@anyone
def code() -> Response:
    """Somebody has a code."""
    return show("sharing/code.html", form=forms.CodeForm())


@bp.post("/code", endpoint="try_code")
@anyone
def try_it() -> Response:
    """A right code is remembered for half an hour, so that its owner can sign up or sign in on the way."""
    form, now = forms.CodeForm(request.form), clock.now()
    typed = form.code.data or ""
    if not form.validate():
        return show("sharing/code.html", status=422, form=form)
    if not allow("code", request.remote_addr or "", 10, 15, now):
        return show("sharing/code.html", status=429, form=form, problem=SENTENCES[429][1])
    try:
        if g.who is None:
            find(typed, now)
        else:
            find_for(typed, g.who.account, g.who.patient, now)
    except Refused as refused:
        return show("sharing/code.html", status=422, form=form, problem=refused.reason)
    response = go("sharing.accept") if g.who else go("identity.sign_up", next=url_for("sharing.accept"))
    set_cookie(response, "code", codes.read(typed) or "", _CODE_KEPT)
    return response


@bp.get("/accept", endpoint="accept")
@person
def accept_page(who: Who) -> Response:
    """Who invites, and what it means to say yes."""
    row = _invited(who)
    return show("sharing/accept.html", row=row, parts=PARTS, form=forms.AcceptForm(parts=row.parts))


@bp.post("/accept")
@person
def accept_it(who: Who) -> Response:
    """Yes: the record is open from now on."""
    row, form = _invited(who), forms.AcceptForm(request.form)
    if row.clinic_id is not None and not form.validate():
        return show("sharing/accept.html", status=422, row=row, parts=PARTS, form=form)
    try:
        grant = accept(row, who.account, who.patient, form.parts.data or (), clock.now())
    except Refused as refused:
        return _refused(refused)
    db.commit()
    if grant.clinic_id is not None:
        response = go("sharing.sharing", said="shared")
    else:
        response = redirect(url_for("for_plan.today", patient_id=grant.patient_id), 303)  # type: ignore[assignment]
    response.delete_cookie("code", path="/")
    return response


@bp.get("/caring")
@person
def caring(who: Who) -> Response:
    """The people I help."""
    return show("sharing/caring.html", rows=queries.caring(who.account), parts=PARTS)


@bp.post("/caring/<int:grant_id>/end")
@person
def end_caring(who: Who, grant_id: int) -> Response:
    """I give it up myself."""
    row = next((row for row in queries.caring(who.account) if row.id == grant_id), None)
    stop(row or abort(404), clock.now())
    db.commit()
    return go("sharing.caring", said="stopped")


def _grant(patient: Patient, grant_id: int) -> Grant:
    return queries.grant(patient, grant_id) or abort(404)


def _invited(who: Who) -> Invitation:
    """The invitation whose code this browser remembers; else the request ends at the page for codes.

    A cookie can be made up as well as a form can, so these tries are counted too.
    """
    typed, now = request.cookies.get("code"), clock.now()
    if not typed:
        abort(go("sharing.code"))
    if not allow("accept", request.remote_addr or "", 30, 15, now):
        abort(429)
    try:
        return find_for(typed, who.account, who.patient, now)
    except Refused as refused:
        abort(_refused(refused))


def _refused(refused: Refused) -> Response:
    response = show("sharing/code.html", status=422, form=forms.CodeForm(), problem=refused.reason)
    response.delete_cookie("code", path="/")
    return response
