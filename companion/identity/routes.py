"""Sign up, sign in, sign out, settings, and where I am signed in."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity import forms, signin
from companion.identity.gate import anyone, cookie_name, person, set_cookie, signed_in
from companion.identity.signin import Who
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, local, show
from companion.words import LANGUAGES, language, lazy

bp = Blueprint("identity", __name__)
STALE = lazy("This page was open for a long time. Please try once more.")
WRONG = lazy("The email or the password is not right. Please check both.")


@bp.get("/sign-in")
@anyone
def sign_in() -> Response:
    """The way in."""
    return _with_token("identity/sign_in.html", form=forms.SignInForm(), next=local(request.args.get("next")))


@bp.post("/sign-in")
@anyone
def start() -> Response:
    """Check the password and sign this browser in; what a lost form held is offered again."""
    form, now = forms.SignInForm(request.form), clock.now()
    kept, after = request.form.get("kept", ""), local(request.form.get("next"))
    if not _fresh(form):
        return _with_token("identity/sign_in.html", 400, form=form, next=after, kept=kept, problem=STALE)
    if not form.validate():
        return _with_token("identity/sign_in.html", 422, form=form, next=after, kept=kept)
    if not _allowed(form.email.data, now):
        return _with_token("identity/sign_in.html", 429, form=form, next=after, kept=kept, problem=SENTENCES[429][1])
    account = signin.check_password(form.email.data, form.password.data)
    if account is None:
        return _with_token("identity/sign_in.html", 422, form=form, next=after, kept=kept, problem=WRONG)
    if kept and after:
        return signed_in(
            account, show("identity/resume.html", action=after, kept=parse_qsl(kept, keep_blank_values=True))
        )
    return signed_in(account, redirect(after or url_for("home"), 303))  # type: ignore[arg-type]


@bp.get("/sign-up")
@anyone
def sign_up() -> Response:
    """The first page for somebody new."""
    if not current_app.config["SETTINGS"].open_signup and "code" not in request.cookies:
        return go("sharing.code")
    form = forms.SignUpForm(language=language())
    return _with_token("identity/sign_up.html", form=form, next=local(request.args.get("next")))


@bp.post("/sign-up")
@anyone
def create() -> Response:
    """Make the account and its record, and sign this browser in."""
    form, now, after = forms.SignUpForm(request.form), clock.now(), local(request.form.get("next"))
    if not current_app.config["SETTINGS"].open_signup and "code" not in request.cookies:
        abort(404)
    if not _fresh(form):
        return _with_token("identity/sign_up.html", 400, form=form, next=after, problem=STALE)
    if not form.validate():
        return _with_token("identity/sign_up.html", 422, form=form, next=after)
    if not _allowed(form.email.data, now):
        return _with_token("identity/sign_up.html", 429, form=form, next=after, problem=SENTENCES[429][1])
    try:
        account = signin.sign_up(
            form.email.data, form.password.data, form.name.data, form.language.data, form.zone.data, now
        )
    except signin.Taken:
        form.email.errors = [lazy("This email has an account. Please sign in, or use another email.")]
        return _with_token("identity/sign_up.html", 422, form=form, next=after)
    return signed_in(account, redirect(after or url_for("plan.today"), 303))  # type: ignore[arg-type]


@bp.post("/sign-out")
@anyone
def sign_out() -> Response:
    """End this sign-in; the browser forgets its pages. A stranger is simply sent to the way in."""
    response = go("identity.sign_in")
    if g.who is not None:
        signin.end(g.who.account.id, g.who.sign_in.id)
        db.commit()
    response.delete_cookie(cookie_name(), path="/", secure=current_app.config["SETTINGS"].secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.post("/language")
@anyone
def speak_to_me() -> Response:
    """Change the language before sign-in."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    response = redirect(local(request.form.get("next")) or url_for("identity.sign_in"), 303)
    set_cookie(response, "language", chosen, 365)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


@bp.get("/more")
@person
def more(who: Who) -> Response:
    """Everything that is not asked for daily."""
    return show("identity/more.html", memberships=signin.memberships(who.account))


@bp.get("/settings")
@person
def settings(who: Who) -> Response:
    """Name, date of birth, language, screen."""
    return show("identity/settings.html", form=_settings_form(who))


@bp.post("/settings")
@person
def change(who: Who) -> Response:
    """Keep the settings."""
    form = forms.SettingsForm(request.form)
    if not form.validate():
        return show("identity/settings.html", status=422, form=form)
    who.account.name, who.account.language, who.account.theme = form.name.data, form.language.data, form.theme.data
    if who.patient is not None:
        who.patient.name, who.patient.born_on = form.name.data, form.born_on.data
    db.commit()
    response = go("identity.settings", said="saved")
    set_cookie(response, "language", form.language.data, 365)
    return response


@bp.get("/sign-ins")
@person
def sign_ins(who: Who) -> Response:
    """Where I am signed in."""
    return show("identity/sign_ins.html", rows=signin.sign_ins(who.account), this=who.sign_in.id)


@bp.post("/sign-ins/<int:sign_in_id>/end")
@person
def end_sign_in(who: Who, sign_in_id: int) -> Response:
    """Sign another browser out."""
    if not signin.end(who.account.id, sign_in_id):
        abort(404)
    db.commit()
    return go("identity.sign_ins", said="signed_out")


def _settings_form(who: Who) -> forms.SettingsForm:
    account, patient = who.account, who.patient
    return forms.SettingsForm(
        name=account.name,
        language=account.language,
        theme=account.theme,
        born_on=patient.born_on if patient else None,
    )


def _with_token(page: str, status: int = 200, **values: Any) -> Response:
    """A page with a form that a stranger fills in: its token is also in a cookie, so that no other site can sign you in."""
    token = request.cookies.get("form") or secrets.token_urlsafe(16)
    response = show(page, status=status, form_token=token, zones=clock.zone_names(), **values)
    set_cookie(response, "form", token, 1)
    return response


def _fresh(form: forms.SignInForm | forms.SignUpForm) -> bool:
    return hmac.compare_digest(request.cookies.get("form", ""), form.form_token.data or "-")


def _allowed(email: str, now: datetime) -> bool:
    by_address = allow("sign-in-from", request.remote_addr or "", 60, 15, now)
    return allow("sign-in-as", email.lower(), 10, 15, now) and by_address
