"""A code that was given to me: what it is for, and yes or no."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, redirect, request, url_for

from companion import clock
from companion.identity.gate import anyone, person, sure, the_member
from companion.identity.model import Patient
from companion.identity.signin import Who
from companion.sharing import accept as accepting
from companion.sharing import code as codes
from companion.sharing import forms, queries, say
from companion.sharing.accept import Refused, opened_before
from companion.sharing.access import grant_of_clinic
from companion.sharing.consent import CURRENT, TEXTS
from companion.sharing.model import PARTS, Grant, Invitation
from companion.sharing.tries import Trier, look_up
from companion.store import db
from companion.web.cookies import browser, set_cookie, show_stranger
from companion.web.pages import go, show

bp = Blueprint("codes", __name__)
#: days that a typed code is remembered while its owner signs up: half an hour
_CODE_KEPT = 1 / 48


@bp.get("/")
@anyone
def code() -> Response:
    """Somebody has a code."""
    return show_stranger("codes/code.html", form=forms.CodeForm())


@bp.post("/", endpoint="try_code")
@anyone
def try_it() -> Response:
    """A right code is remembered for half an hour, so that its owner can sign up or sign in on the way."""
    form = forms.CodeForm(request.form)
    typed = form.code.data or ""
    if not form.validate():
        return show_stranger("codes/code.html", 422, form=form)
    try:
        _look_up(typed)
    except Refused as refused:
        return _refused(refused, typed, form)
    response = go("codes.accept") if g.who else go("identity.sign_up", next=url_for("codes.accept"))
    set_cookie(response, "code", codes.read(typed) or "", _CODE_KEPT)
    return response


@bp.get("/accept", endpoint="accept")
@person
def accept_page(who: Who) -> Response:
    """Who invites, and what it means to say yes."""
    row = _invited()
    return _accept(row, who, _filled(row, who) if row.kind == "patient" else None)


def _filled(row: Invitation, who: Who) -> forms.AcceptForm:
    """What the clinic asks for. If it was let in before, what it sees is filled in, and nothing more."""
    patient = _whose(who)
    present = grant_of_clinic(row.clinic_id or 0, patient.id, clock.now())
    days = {name: getattr(present, name, None) for name in ("since_on", "until_on", "ends_on")}
    called = {"whose": patient.id, "name": patient.name, "born_on": patient.born_on}
    return forms.AcceptForm(None, _today(patient), **called, **days, parts=present.parts if present else row.parts)


def _accept(row: Invitation, who: Who, form: forms.AcceptForm | None = None, status: int = 200) -> Response:
    page: dict[str, Any] = {"row": row, "parts": PARTS, "form": form, "say": say, "since": None}
    page["words"] = TEXTS[CURRENT]["caregiver" if row.kind == "caregiver" else "clinic"]
    page["member"] = the_member("clinician") if row.kind == "clinic" else None
    if form is not None:
        patient = _whose(who)
        present = grant_of_clinic(row.clinic_id or 0, patient.id, clock.now())
        page["since"] = present and present.granted_at.astimezone(ZoneInfo(patient.zone)).date()
        page |= {"patient": patient, "records": _records(who)}
    return show("codes/accept.html", status=status, **page)


def _records(who: Who) -> list[Patient]:
    """The records that the person decides on: their own, and those they keep for somebody."""
    own = [who.patient] if who.patient else []
    return own + [row.patient for row in queries.caring(who.account, clock.now()) if row.keeps]


def _whose(who: Who) -> Patient:
    """The record that was chosen, else the first; 404 if there is none."""
    records, chosen = _records(who), request.values.get("whose", "")
    return next((row for row in records if str(row.id) == chosen), None) or (records[0] if records else abort(404))


def _today(patient: Patient) -> date:
    """The calendar day on the patient's clock."""
    return clock.now().astimezone(ZoneInfo(patient.zone)).date()


@bp.post("/accept")
@person
@sure
def accept_it(who: Who) -> Response:
    """Yes: from now on it holds."""
    row = _invited()
    try:
        return _YES[row.kind](row, who)
    except Refused as refused:
        db.rollback()
        return _refused(refused, request.cookies["code"])


def _share(row: Invitation, who: Who) -> Response:
    patient = _whose(who)
    form = forms.AcceptForm(request.form, _today(patient))
    if not form.validate():
        return _accept(row, who, form, 422)
    grant = accepting.share(row, who.account, patient, form.terms, clock.now())
    patient.name, patient.born_on = form.name.data, form.born_on.data
    db.commit()
    return _let_in(grant)


def _help(row: Invitation, who: Who) -> Response:
    grant = accepting.help_out(row, who.account, clock.now())
    db.commit()
    return _let_in(grant)


def _treat(row: Invitation, _who: Who) -> Response:
    grant = accepting.let_in(row, the_member("clinician"), clock.now())
    db.commit()
    return _let_in(grant)


def _join(row: Invitation, who: Who) -> Response:
    accepting.join(row, who.account, clock.now())
    db.commit()
    return redirect(url_for("home"), 303)  # type: ignore[return-value]


def _own(row: Invitation, who: Who) -> Response:
    accepting.own(row, who.account, clock.now())
    db.commit()
    return go("plan.today")


#: what a yes does, by the kind of the invitation
_YES = {"patient": _share, "caregiver": _help, "clinic": _treat, "staff": _join, "owner": _own}


def invited() -> Invitation | None:
    """The open invitation whose code this browser remembers; a cookie can be made up as well as a form can."""
    typed = request.cookies.get("code")
    try:
        return _look_up(typed) if typed else None
    except Refused:
        return None


def _look_up(typed: str) -> Invitation:
    records = _records(g.who) if g.who else []
    trier = Trier(g.who.account if g.who else None, records[0] if records else None, browser(), request.remote_addr)
    return look_up(typed, trier, clock.now())


def _invited() -> Invitation:
    """The invitation whose code this browser remembers; else the request ends at the page for codes."""
    typed = request.cookies.get("code")
    if not typed:
        abort(go("codes.code"))
    try:
        return _look_up(typed)
    except Refused as refused:
        abort(_refused(refused, typed))


def _refused(refused: Refused, typed: str, form: forms.CodeForm | None = None) -> Response:
    """The page for codes says why; whoever used this very code before is simply let in once more."""
    grant = opened_before(typed, g.who.account, clock.now()) if g.who else None
    if grant is not None:
        return _let_in(grant)
    page = {"form": form or forms.CodeForm(), "problem": refused.reason}
    return show_stranger("codes/code.html", refused.status, **page)


def _let_in(grant: Grant) -> Response:
    """To what the grant opens, for whoever said yes."""
    if grant.account_id is not None:
        return redirect(url_for("for_plan.today", patient_id=grant.patient_id), 303)  # type: ignore[return-value]
    if grant.patient.account_id == g.who.account.id:
        return go("sharing.sharing", said="shared")
    if any(row.id == grant.patient_id for row in _records(g.who)):
        return redirect(url_for("for_sharing.sharing", patient_id=grant.patient_id, said="shared"), 303)  # type: ignore[return-value]
    return go("clinic.review", patient_id=grant.patient_id)
