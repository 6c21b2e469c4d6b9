"""What I prove myself with, and where I am signed in: the pages of somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from companion import clock
from companion.identity import passwords, signin
from companion.identity.device import name_of
from companion.identity.gate import lifetimes, person, signed_in
from companion.identity.noted import noted
from companion.identity.signin import Who
from companion.signin import access, factors, forms, passkeys, recovery, totp
from companion.signin.model import Passkey
from companion.store import db
from companion.web import qr
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, local, show
from companion.words import gettext as _
from companion.words import lazy

bp = Blueprint("signin", __name__)
_LAST = lazy("You need this one to get in. Please add another one first, then remove it.")


@bp.get("/first")
@person
def first(_who: Who) -> Response:
    """Right after signing up: a passkey, for those who like one."""
    return show("signin/first.html", next=local(request.args.get("next")) or url_for("home"))


@bp.get("/factors", endpoint="factors")
@access.changing
def ways(who: Who) -> Response:
    """What I prove myself with; and for staff why a password alone is not enough."""
    return _factors(who)


def _factors(who: Who, status: int = 200, problem: object = "", form: forms.NameForm | None = None) -> Response:
    told: dict[str, Any] = {
        "ways": factors.ways(who.account),
        "strong": who.sign_in.strong,
        "next": local(request.values.get("next")),
    }
    return show("signin/factors.html", status=status, problem=problem, form=form, **told)


@bp.post("/passkeys")
@access.changing
def add_passkey(who: Who) -> Response:
    """Keep the passkey that the phone just made; the sign-in is strong from now on."""
    name = name_of(request.user_agent.string) or _("A passkey")
    answer, now = request.form.get("credential", ""), clock.now()
    try:
        passkeys.add(who.account, name, answer, access.challenge("add"), access.site(), now)
    except passkeys.Refused as refused:
        return _factors(who, 422, refused.reason)
    noted(who.account, "factor_added", now)
    return access.proved(who, access.onward("added"), strong=True)


@bp.post("/passkeys/<int:passkey_id>/name")
@access.changing
def rename_passkey(who: Who, passkey_id: int) -> Response:
    """Call it otherwise."""
    row, form = passkeys.passkey(who.account, passkey_id) or abort(404), forms.NameForm(request.form)
    if not form.validate():
        return _factors(who, 422, form=form)
    passkeys.rename(row, form.name.data)
    db.commit()
    return go("signin.factors", said="saved")


@bp.post("/passkeys/<int:passkey_id>/removal")
@access.changing
def remove_passkey(who: Who, passkey_id: int) -> Response:
    """It opens nothing from now on."""
    return _removed(who, factors.remove_passkey, passkeys.passkey(who.account, passkey_id) or abort(404))


def _removed(who: Who, remove: Callable[..., None], *what: Passkey) -> Response:
    try:
        remove(who.account, *what)
    except factors.Needed:
        return _factors(who, 409, _LAST)
    noted(who.account, "factor_removed", clock.now())
    db.commit()
    return go("signin.factors", said="gone")


@bp.post("/app")
@access.changing
def begin_app(who: Who) -> Response:
    """A secret for an authenticator app, which is not in use yet."""
    totp.begin(who.account, clock.now())
    db.commit()
    return go("signin.app", next=local(request.form.get("next")))


@bp.get("/app", endpoint="app")
@access.changing
def show_app(who: Who) -> Response:
    """The secret as a picture and as letters, and a field for the first code."""
    return _app(who, forms.AppForm())


def _app(who: Who, form: forms.AppForm, status: int = 200) -> Response:
    secret, address = totp.waiting(who.account) or abort(go("signin.factors"))
    side, path = qr.drawing(address)
    picture: dict[str, Any] = {"secret": secret, "side": side, "path": path, "next": local(request.values.get("next"))}
    return show("signin/app.html", status=status, form=form, **picture)


@bp.post("/app/code")
@access.changing
def confirm_app(who: Who) -> Response:
    """The first code was right: the app is in use, and ten recovery codes are shown."""
    form = forms.AppForm(request.form)
    if not form.validate():
        return _app(who, form, 422)
    if not totp.confirm(who.account, form.code.data, clock.now()):
        form.code.errors = [access.WRONG_CODE]
        return _app(who, form, 422)
    noted(who.account, "factor_added", clock.now())
    return access.proved(who, _codes(who), strong=True)


@bp.post("/app/removal")
@access.changing
def remove_app(who: Who) -> Response:
    """No code of the app is asked for any more."""
    return _removed(who, factors.remove_app)


@bp.post("/codes")
@access.changing
def new_codes(who: Who) -> Response:
    """Ten new recovery codes, shown now and never again."""
    response = _codes(who)
    noted(who.account, "factor_added", clock.now())
    db.commit()
    return response


def _codes(who: Who) -> Response:
    after = local(request.form.get("next")) or url_for("signin.factors")
    return show("signin/codes.html", codes=recovery.make(who.account), next=after)


@bp.get("/password")
@access.changing
def password(who: Who) -> Response:
    """Choose another password."""
    return show("signin/password.html", form=forms.PasswordForm(None, who.account))


@bp.post("/password")
@access.changing
def change_password(who: Who) -> Response:
    """Keep it, and sign every other browser out."""
    form, account = forms.PasswordForm(request.form, who.account), who.account
    if not form.validate():
        return show("signin/password.html", status=422, form=form)
    if not allow("password-of", str(account.id), 10, 15, clock.now()):
        return show("signin/password.html", status=429, form=form, problem=SENTENCES[429][1])
    if form.password and not passwords.matches(form.password.data, account.password_hash):
        form.password.errors = [access.NOT_YOURS]
        return show("signin/password.html", status=422, form=form)
    strong = who.sign_in.strong
    passwords.change(account, form.new_password.data)
    noted(account, "password_changed", clock.now())
    return signed_in(account, go("signin.sign_ins", said="saved"), strong)


@bp.get("/sign-ins")
@person
def sign_ins(who: Who) -> Response:
    """Where I am signed in."""
    rows = signin.sign_ins(who.account, clock.now(), lifetimes())
    return show("signin/sign_ins.html", rows=rows, this=who.sign_in.id)


@bp.post("/sign-ins/<int:sign_in_id>/end")
@person
def end_sign_in(who: Who, sign_in_id: int) -> Response:
    """Sign another browser out."""
    if not signin.end(who.account.id, sign_in_id):
        abort(404)
    noted(who.account, "signed_out", clock.now())
    db.commit()
    return go("signin.sign_ins", said="signed_out")


@bp.post("/sign-ins/end")
@person
def end_others(who: Who) -> Response:
    """Sign every other browser out."""
    signin.end_others(who.account.id, who.sign_in.id)
    noted(who.account, "signed_out", clock.now())
    db.commit()
    return go("signin.sign_ins", said="alone")


@bp.post("/lock", endpoint="lock")
@person
def lock_here(who: Who) -> Response:
    """This device locks by itself when it is left alone, or no longer; where somebody works it always does."""
    who.sign_in.locks = "locks" in request.form or bool(who.account.memberships)
    db.commit()
    return go("signin.sign_ins", said="saved")
