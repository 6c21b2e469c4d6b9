"""Sign up, settings, language, a diary of one's own, and everything that is not asked for daily."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity import forms, signin
from companion.identity.gate import anyone, person, signed_in
from companion.identity.signin import Who
from companion.identity.tries import allowed
from companion.store import db
from companion.web.cookies import is_ours, set_cookie, show_stranger
from companion.web.errors import SENTENCES
from companion.web.pages import go, local, show
from companion.words import LANGUAGES, language, lazy

bp = Blueprint("identity", __name__)
#: a button that was tapped twice sends both within this time
_SECOND_TAP = timedelta(minutes=1)
_STALE = lazy("This page was open for a long time. Please try once more.")


@bp.get("/sign-up")
@anyone
def sign_up() -> Response:
    """The first page for somebody new."""
    if g.who is not None:
        return redirect(url_for("home"), 303)  # type: ignore[return-value]
    invited = _invited()
    if not _open_to(invited):
        return go("codes.code")
    form = forms.SignUpForm(None, helps=_helps(invited), language=language())
    return _sign_up(invited, form=form, next=local(request.args.get("next")))


@bp.post("/sign-up")
@anyone
def create() -> Response:
    """Make the account, with a record unless a caregiver's code led here, and sign this browser in."""
    invited, now, after = _invited(), clock.now(), local(request.form.get("next"))
    form = forms.SignUpForm(request.form, helps=_helps(invited))
    if not _open_to(invited):
        abort(404)
    if not is_ours(form.form_token.data):
        return _sign_up(invited, 400, form=form, next=after, problem=_STALE)
    if not form.validate():
        return _sign_up(invited, 422, form=form, next=after)
    if not allowed(form.email.data, request.remote_addr, now):
        return _sign_up(invited, 429, form=form, next=after, problem=SENTENCES[429][1])
    try:
        account = signin.sign_up(form.email.data, form.password.data, form.name.data, form.language.data, now)
    except signin.Taken:
        known = signin.check_password(form.email.data, form.password.data)
        # the second tap on the same button; whoever is longer here may have a second factor, so they sign in
        if known is not None and now - known.created_at < _SECOND_TAP:
            return signed_in(known, go("signin.first", next=after))
        form.email.errors = [lazy("This email has an account. Please sign in, or use another email.")]
        return _sign_up(invited, 422, form=form, next=after)
    if form.zone:
        signin.keep_diary(account, form.zone.data)
    welcomed: Response = current_app.extensions["welcome"](account, after)
    return welcomed


@bp.post("/language")
@anyone
def speak_to_me() -> Response:
    """Change the language before sign-in."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    response = redirect(local(request.form.get("next")) or url_for("signin.sign_in"), 303)
    set_cookie(response, "language", chosen, 365)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


@bp.get("/more")
@person
def more(who: Who) -> Response:
    """Everything that is not asked for daily."""
    return show("identity/more.html", memberships=signin.memberships(who.account))


@bp.get("/here")
@person
def here(who: Who) -> Response:
    """Nothing; only whoever is locked or signed out is asked who they are. Asked for by the page, it is use."""
    return Response(status=204)


@bp.get("/settings")
@person
def settings(who: Who) -> Response:
    """Name, language, screen, and the name that the diary carries."""
    return show("identity/settings.html", form=_settings_form(who, None))


@bp.post("/settings")
@person
def change(who: Who) -> Response:
    """Keep the settings."""
    form = _settings_form(who, request.form)
    if not form.validate():
        return show("identity/settings.html", status=422, form=form)
    who.account.name, who.account.language, who.account.theme = form.name.data, form.language.data, form.theme.data
    if who.patient is not None and isinstance(form, forms.RecordForm):
        who.patient.name, who.patient.born_on = form.full_name.data, form.born_on.data
    db.commit()
    response = go("identity.settings", said="saved")
    set_cookie(response, "language", form.language.data, 365)
    return response


@bp.get("/diary")
@person
def diary(who: Who) -> Response:
    """A diary of one's own, for somebody who came to help somebody else."""
    if who.patient is not None:
        return go("plan.today")
    return show("identity/diary.html", form=forms.DiaryForm(), zones=clock.zone_names())


@bp.post("/diary")
@person
def start_diary(who: Who) -> Response:
    """Start it."""
    form = forms.DiaryForm(request.form)
    if not form.validate():
        return show("identity/diary.html", status=422, form=form, zones=clock.zone_names())
    signin.keep_diary(who.account, form.zone.data)
    db.commit()
    return go("plan.today")


def _settings_form(who: Who, sent: Any) -> forms.SettingsForm:
    account, patient = who.account, who.patient
    if patient is None:
        return forms.SettingsForm(sent, account)
    return forms.RecordForm(sent, account, full_name=patient.name, born_on=patient.born_on)


def _sign_up(invited: Any, status: int = 200, **values: Any) -> Response:
    return show_stranger("identity/sign_up.html", status, invited=invited, zones=clock.zone_names(), **values)


def _invited() -> Any:
    """The open invitation whose code this browser remembers, or None; `sharing`, a floor up, knows it."""
    return current_app.extensions["invited"]()


def _open_to(invited: Any) -> bool:
    """Whether a stranger may sign up here."""
    return current_app.config["SETTINGS"].open_signup or invited is not None


def _helps(invited: Any) -> bool:
    """Whether who was invited starts no diary: they help, work at a clinic, or are handed the one that was kept for them."""
    return invited is not None and invited.kind != "patient"
