"""Sign in and out, prove once more who it is, and the way back in. Pages of who is signed in are in `mine`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, current_app, g, redirect, request, url_for

from companion import clock, mail
from companion.identity import passwords, signin
from companion.identity.gate import anyone
from companion.identity.noted import noted, refused
from companion.identity.tries import allowed
from companion.signin import access, factors, forms, passkeys, reset, steps
from companion.signin.mine import bp
from companion.store import db
from companion.web.cookies import browser, cookie_name, is_ours, show_stranger
from companion.web.errors import SENTENCES
from companion.web.limit import allow, network
from companion.web.pages import go, local
from companion.words import lazy

#: the room, with these pages and those of `mine`
room = bp
bp.add_app_template_global(access.ways_here)
WRONG = lazy("The email or the password is not right. Please check both.")
_WRONG_OR_OLD = lazy("This code is not right, or it is too old. Please check it, or ask for a new one.")
_MANY = SENTENCES[429][1]


@bp.get("/")
@anyone
def sign_in() -> Response:
    """The way in."""
    after = local(request.args.get("next"))
    if g.who is not None:
        return redirect(after or url_for("home"), 303)  # type: ignore[return-value]
    if g.locked is not None:
        return go("signin.again", next=after)
    return access.sign_in_page()


@bp.post("/")
@anyone
def start() -> Response:
    """Check the password; it signs in where nothing else is asked for. What a lost form held is offered again."""
    form, now = forms.SignInForm(request.form), clock.now()
    wrong = access.refused(form, access.sign_in_page, lambda: allowed(form.email.data, request.remote_addr, now))
    if wrong:
        return wrong
    account = signin.check_password(form.email.data, form.password.data)
    if account is None:
        refused(form.email.data, now)
        return access.sign_in_page(422, form=form, problem=WRONG)
    if not factors.ways(account).second:
        return access.enter(account, "password", strong=False)
    steps.put("second", browser(), now, account_id=account.id, tries=factors.TRIES)
    db.commit()
    return access.second_page()


@bp.post("/second")
@anyone
def second() -> Response:
    """A code after the password: both together sign in. Few tries, then from the beginning."""
    form, now = forms.CodeForm(request.form), clock.now()
    account = access.waiting()
    if account is None or not is_ours(form.form_token.data):
        return access.sign_in_page(400, problem=access.STALE)
    if not form.validate():
        return access.second_page(422, form=form)
    try:
        if steps.take("second", browser(), now) and factors.code_is_right(account, form.code.data, now):
            return access.enter(account, "password", strong=True)
    except factors.Spent:
        return access.second_page(429, form=form, problem=_MANY)
    refused(account.email, now)
    form.code.errors = [access.WRONG_CODE]
    return access.second_page(422, form=form)


@bp.post("/options")
@anyone
def options() -> Response:
    """What a browser asks the phone about a passkey, as JSON; its challenge is used once, in this browser."""
    purpose, now = request.form.get("for", ""), clock.now()
    whose, account = access.whose(purpose), access.of_whom(purpose)
    if not allow("passkey-from", network(request.remote_addr), 120, 15, now):
        abort(429)
    make = purpose == "add" and account
    told, challenge = passkeys.to_make(make, access.site()) if make else passkeys.to_prove(account, access.site())
    steps.put(f"passkey {purpose}", whose, now, value=challenge)
    db.commit()
    return Response(told, content_type="application/json")


@bp.post("/passkey", endpoint="by_passkey")
@anyone
def prove_by_passkey() -> Response:
    """The phone's answer: it signs in, or proves once more who is signed in."""
    purpose = request.form.get("for", "")
    page = access.PAGES.get(purpose) or abort(400)
    if not is_ours(request.form.get("form_token")):
        return page(400, problem=access.STALE)
    try:
        account = access.proved_by_passkey(purpose)
    except passkeys.Refused as refused:
        return page(422, problem=refused.reason)
    if purpose == "again":
        return access.proved(access.here(), access.first_page(account, **access.asked()), strong=True)
    return access.enter(account, "passkey", strong=True)


@bp.get("/again")
@anyone
def again() -> Response:
    """Is it you? Asked before what is sensitive, and by a sign-in that locked."""
    access.here()
    return access.again_page()


@bp.post("/again", endpoint="prove")
@anyone
def prove_by_password() -> Response:
    """By the password, and a code where there is a second factor."""
    who, now = access.here(), clock.now()
    form = forms.AgainForm(request.form, factors.ways(who.account).second)
    wrong = access.refused(form, access.again_page, lambda: allow("password-of", str(who.account.id), 10, 15, now))
    if wrong:
        return wrong
    if not passwords.matches(form.password.data, who.account.password_hash):
        refused(who.account.email, now)
        form.password.errors = [access.NOT_YOURS]
        return access.again_page(422, form=form)
    try:
        if form.code and not factors.code_is_right(who.account, form.code.data, now):
            refused(who.account.email, now)
            form.code.errors = [access.WRONG_CODE]
            return access.again_page(422, form=form)
    except factors.Spent:
        return access.again_page(429, form=form, problem=_MANY)
    return access.proved(who, access.first_page(who.account, **access.asked()), strong=form.code is not None)


@bp.post("/out")
@anyone
def sign_out() -> Response:
    """End this sign-in; the browser forgets its pages. A stranger is simply sent to the way in."""
    response, who = go("signin.sign_in"), access.present()
    if who is not None:
        signin.end(who.account.id, who.sign_in.id)
        noted(who.account, "signed_out", clock.now())
        db.commit()
    response.delete_cookie(cookie_name(), path="/", secure=current_app.config["SETTINGS"].secure, httponly=True)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/reset", endpoint="reset")
@anyone
def forgotten() -> Response:
    """The password is forgotten: a code by mail, or one from the clinic's desk."""
    if not access.settings().mail_url:
        return go("signin.code")
    return _reset_page(form=forms.ForgottenForm())


@bp.post("/reset", endpoint="ask")
@anyone
def ask_for_code() -> Response:
    """Send a code, if the address has an account: the answer is the same for one that has none."""
    form, now, settings = forms.ForgottenForm(request.form), clock.now(), access.settings()
    if not settings.mail_url:
        abort(404)
    wrong = access.refused(form, _reset_page, lambda: _may_ask(form.email.data, "reset", now))
    if wrong:
        return wrong
    letter = reset.ask(form.email.data, browser(), now)
    db.commit()
    mail.post(letter, settings.mail_url, settings.mail_from)
    return _code_page(form=forms.ResetForm(None, email=form.email.data), sent=True)


@bp.get("/reset/code", endpoint="code")
@anyone
def have_code() -> Response:
    """Type the code and choose a new password."""
    return _code_page(form=forms.ResetForm())


@bp.post("/reset/code", endpoint="finish")
@anyone
def new_password() -> Response:
    """The code was right: the new password holds, and every sign-in is ended. It signs nobody in."""
    form, now = forms.ResetForm(request.form), clock.now()
    wrong = access.refused(form, _code_page, lambda: _may_ask(form.email.data, "reset-code", now))
    if wrong:
        return wrong
    if not reset.finish(form.email.data, form.code.data, form.new_password.data, browser(), now):
        form.code.errors = [_WRONG_OR_OLD]
        return _code_page(422, form=form)
    db.commit()
    return go("signin.sign_in", said="renewed")


def _may_ask(email: str, name: str, now: datetime) -> bool:
    """Twenty times an hour from one place, ten times for one account."""
    place = network(request.remote_addr)
    return allow(f"{name}-from", place, 20, 60, now) and allow(f"{name}-as", email.lower(), 10, 60, now)


def _reset_page(status: int = 200, **values: Any) -> Response:
    return show_stranger("signin/reset.html", status, **values)


def _code_page(status: int = 200, **values: Any) -> Response:
    told: dict[str, Any] = {"by_mail": bool(access.settings().mail_url), "sent": False, "minutes": steps.MINUTES}
    return show_stranger("signin/code.html", status, **{**told, **values})
