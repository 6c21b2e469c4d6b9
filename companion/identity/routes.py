"""Sign up, sign in, sign out, settings, and where I am signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity import forms, passwords, signin
from companion.identity.gate import anyone, lifetimes, person, signed_in
from companion.identity.model import Account
from companion.identity.signin import Who
from companion.store import db
from companion.web.cookies import cookie_name, is_ours, set_cookie, show_stranger
from companion.web.errors import SENTENCES
from companion.web.limit import allow, network
from companion.web.pages import go, local, show
from companion.words import LANGUAGES, language, lazy

bp = Blueprint("identity", __name__)
STALE = lazy("This page was open for a long time. Please try once more.")
WRONG = lazy("The email or the password is not right. Please check both.")


@bp.get("/sign-in")
@anyone
def sign_in() -> Response:
    """The way in."""
    after = local(request.args.get("next"))
    if g.who is not None:
        return redirect(after or url_for("home"), 303)  # type: ignore[return-value]
    return _sign_in(form=forms.SignInForm(), next=after)


@bp.post("/sign-in")
@anyone
def start() -> Response:
    """Check the password and sign this browser in; what a lost form held is offered again."""
    form, now = forms.SignInForm(request.form), clock.now()
    kept, after = request.form.get("kept", ""), local(request.form.get("next"))
    page: dict[str, Any] = {"form": form, "next": after, "kept": kept, "whose": request.form.get("whose", "")}
    if not is_ours(form.form_token.data):
        return _sign_in(400, problem=STALE, **page)
    if not form.validate():
        return _sign_in(422, **page)
    if not _allowed(form.email.data, now):
        return _sign_in(429, problem=SENTENCES[429][1], **page)
    account = signin.check_password(form.email.data, form.password.data)
    if account is None:
        return _sign_in(422, problem=WRONG, **page)
    return signed_in(account, _first_page(account, **page))


@bp.get("/sign-up")
@anyone
def sign_up() -> Response:
    """The first page for somebody new."""
    if g.who is not None:
        return redirect(url_for("home"), 303)  # type: ignore[return-value]
    invited = _invited()
    if not _open_to(invited):
        return go("sharing.code")
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
        return _sign_up(invited, 400, form=form, next=after, problem=STALE)
    if not form.validate():
        return _sign_up(invited, 422, form=form, next=after)
    if not _allowed(form.email.data, now):
        return _sign_up(invited, 429, form=form, next=after, problem=SENTENCES[429][1])
    try:
        account = signin.sign_up(form.email.data, form.password.data, form.name.data, form.language.data, now)
    except signin.Taken:
        known = signin.check_password(form.email.data, form.password.data)
        if known is not None:  # the second tap on the same button
            return signed_in(known, redirect(after or url_for("home"), 303))  # type: ignore[arg-type]
        form.email.errors = [lazy("This email has an account. Please sign in, or use another email.")]
        return _sign_up(invited, 422, form=form, next=after)
    if form.zone:
        signin.keep_diary(account, form.zone.data)
    return signed_in(account, redirect(after or url_for("home"), 303))  # type: ignore[arg-type]


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


@bp.get("/password")
@person
def password(who: Who) -> Response:
    """Choose another password."""
    return show("identity/password.html", form=forms.PasswordForm(None, who.account))


@bp.post("/password")
@person
def change_password(who: Who) -> Response:
    """Keep it, and sign every other browser out."""
    form, account = forms.PasswordForm(request.form, who.account), who.account
    if not form.validate():
        return show("identity/password.html", status=422, form=form)
    if not allow("password-of", str(account.id), 10, 15, clock.now()):
        return show("identity/password.html", status=429, form=form, problem=SENTENCES[429][1])
    if account.password_hash and not passwords.matches(form.password.data, account.password_hash):
        form.password.errors = [lazy("This is not your password now. Please check it.")]
        return show("identity/password.html", status=422, form=form)
    passwords.change(account, form.new_password.data)
    return signed_in(account, go("identity.sign_ins", said="saved"))


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


@bp.get("/sign-ins")
@person
def sign_ins(who: Who) -> Response:
    """Where I am signed in."""
    return show(
        "identity/sign_ins.html", rows=signin.sign_ins(who.account, clock.now(), *lifetimes()), this=who.sign_in.id
    )


@bp.post("/sign-ins/<int:sign_in_id>/end")
@person
def end_sign_in(who: Who, sign_in_id: int) -> Response:
    """Sign another browser out."""
    if not signin.end(who.account.id, sign_in_id):
        abort(404)
    db.commit()
    return go("identity.sign_ins", said="signed_out")


def _first_page(account: Account, next: str | None, kept: str, whose: str, **_form: Any) -> Response:
    """The page that was asked for; or what a lost form held, to be saved, if it was this account's."""
    if kept and whose not in {"", str(account.id)}:
        return go("identity.more", said="not_yours")
    if kept and next:
        return show("identity/resume.html", action=next, kept=parse_qsl(kept, keep_blank_values=True))
    return redirect(next or url_for("home"), 303)  # type: ignore[return-value]


def _settings_form(who: Who, sent: Any) -> forms.SettingsForm:
    account, patient = who.account, who.patient
    if patient is None:
        return forms.SettingsForm(sent, account)
    return forms.RecordForm(sent, account, full_name=patient.name, born_on=patient.born_on)


def _sign_in(status: int = 200, **values: Any) -> Response:
    return show_stranger("identity/sign_in.html", status, invited=_invited(), **values)


def _sign_up(invited: Any, status: int = 200, **values: Any) -> Response:
    return show_stranger("identity/sign_up.html", status, invited=invited, zones=clock.zone_names(), **values)


def _invited() -> Any:
    """The open invitation whose code this browser remembers, or None; `sharing`, a floor up, knows it."""
    return current_app.extensions["invited"]()


def _open_to(invited: Any) -> bool:
    """Whether a stranger may sign up here."""
    return current_app.config["SETTINGS"].open_signup or invited is not None


def _helps(invited: Any) -> bool:
    """Whether who was invited comes to help somebody, and keeps no diary."""
    return invited is not None and invited.patient_id is not None


def _allowed(email: str, now: datetime) -> bool:
    """Few tries from one place, few of them for one account, and a bound on what many places may try together.

    So nobody can shut another out from a place of their own, and 300 guesses in a quarter of an hour find no password of
    twelve signs.
    """
    place, name = network(request.remote_addr), email.lower()
    return (
        allow("sign-in-from", place, 60, 15, now)
        and allow("sign-in-as-from", f"{name} {place}", 10, 15, now)
        and allow("sign-in-as", name, 300, 15, now)
    )
