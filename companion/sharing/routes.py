"""Who can see my diary, let somebody in, who looked; a code that was given to me; the people I help."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity.gate import anyone, person
from companion.identity.model import Patient
from companion.identity.signin import Who
from companion.sharing import code as codes
from companion.sharing import forms, invite, qr, queries
from companion.sharing.accept import Refused, accept, opened_before
from companion.sharing.access import grant_of_clinic, record
from companion.sharing.model import PARTS, Grant, Invitation
from companion.sharing.stop import change, stop
from companion.sharing.tries import Trier, look_up
from companion.store import db
from companion.web.cookies import browser, set_cookie, show_stranger
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("sharing", __name__)
#: days that a typed code is remembered while its owner signs up: half an hour
_CODE_KEPT = 1 / 48
#: days on one page of looks
_PAGE = timedelta(days=60)
#: what was read, in the order in which it is said, within a sentence
_READ: dict[str, Later] = {
    "pain": lazy("pain"),
    "mood": lazy("mood"),
    "medicines": lazy("medicines"),
    "therapy": lazy("exercises and CBT"),
    "procedures": lazy("procedures"),
    "notes": lazy("notes"),
    "record": lazy("the overview"),
    "list": lazy("your line in their list of patients"),
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
    """Who read what, and when."""
    form, today = forms.BackForm(request.args), clock.now().astimezone(ZoneInfo(patient.zone)).date()
    last = min(max(form.before.data if form.validate() and form.before.data else today, date(1971, 1, 1)), today)
    oldest = queries.first_look(patient)
    earlier = last - _PAGE - timedelta(days=1)
    more = oldest is not None and oldest.astimezone(ZoneInfo(patient.zone)).date() <= earlier
    days = queries.visits(patient, last - _PAGE, last)
    return show("sharing/looks.html", days=days, names=_READ, zone=patient.zone, earlier=earlier if more else None)


@bp.get("/code")
@anyone
def code() -> Response:
    """Somebody has a code."""
    return show_stranger("sharing/code.html", form=forms.CodeForm())


@bp.post("/code", endpoint="try_code")
@anyone
def try_it() -> Response:
    """A right code is remembered for half an hour, so that its owner can sign up or sign in on the way."""
    form = forms.CodeForm(request.form)
    typed = form.code.data or ""
    if not form.validate():
        return show_stranger("sharing/code.html", 422, form=form)
    try:
        _look_up(typed)
    except Refused as refused:
        return _refused(refused, typed, form)
    response = go("sharing.accept") if g.who else go("identity.sign_up", next=url_for("sharing.accept"))
    set_cookie(response, "code", codes.read(typed) or "", _CODE_KEPT)
    return response


@bp.get("/accept", endpoint="accept")
@person
def accept_page(who: Who) -> Response:
    """Who invites, and what it means to say yes."""
    return _accept(_invited(), who.patient)


def _accept(
    row: Invitation, patient: Patient | None, form: forms.AcceptForm | None = None, status: int = 200
) -> Response:
    """The page of the invitation. For a clinic that was let in before, what it sees is ticked, and nothing more."""
    present = grant_of_clinic(row.clinic_id, patient.id) if row.clinic_id and patient else None
    form = form or forms.AcceptForm(None, patient, parts=present.parts if present else row.parts)
    since = present.granted_at.astimezone(ZoneInfo(patient.zone)).date() if present and patient else None
    return show("sharing/accept.html", status=status, row=row, parts=PARTS, form=form, since=since)


@bp.post("/accept")
@person
def accept_it(who: Who) -> Response:
    """Yes: the record is open from now on."""
    row, form = _invited(), forms.AcceptForm(request.form)
    if row.clinic_id is not None and not form.validate():
        return _accept(row, who.patient, form, 422)
    try:
        grant = accept(row, who.account, who.patient, form.parts.data or (), clock.now())
    except Refused as refused:
        return _refused(refused, request.cookies["code"])
    if grant.clinic_id is not None:
        grant.patient.name, grant.patient.born_on = form.name.data, form.born_on.data
    db.commit()
    return _let_in(grant)


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


def invited() -> Invitation | None:
    """The open invitation whose code this browser remembers; a cookie can be made up as well as a form can."""
    typed = request.cookies.get("code")
    try:
        return _look_up(typed) if typed else None
    except Refused:
        return None


def _look_up(typed: str) -> Invitation:
    account, patient = (g.who.account, g.who.patient) if g.who else (None, None)
    return look_up(typed, Trier(account, patient, browser(), request.remote_addr), clock.now())


def _invited() -> Invitation:
    """The invitation whose code this browser remembers; else the request ends at the page for codes."""
    typed = request.cookies.get("code")
    if not typed:
        abort(go("sharing.code"))
    try:
        return _look_up(typed)
    except Refused as refused:
        abort(_refused(refused, typed))


def _refused(refused: Refused, typed: str, form: forms.CodeForm | None = None) -> Response:
    """The page for codes says why; whoever used this very code before is simply let in once more."""
    grant = opened_before(typed, g.who.account) if g.who else None
    if grant is not None:
        return _let_in(grant)
    page = {"form": form or forms.CodeForm(), "problem": refused.reason}
    return show_stranger("sharing/code.html", refused.status, **page)


def _let_in(grant: Grant) -> Response:
    if grant.clinic_id is not None:
        return go("sharing.sharing", said="shared")
    return redirect(url_for("for_plan.today", patient_id=grant.patient_id), 303)  # type: ignore[return-value]
