"""My email address: confirm it by a code that was mailed to it, or change it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from companion import clock, mail
from companion.identity.gate import person, signed_in
from companion.identity.model import Account
from companion.identity.signin import Taken, Who
from companion.signin import access, address, forms
from companion.signin.mine import bp
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, show
from companion.words import Later, lazy

_TAKEN = lazy("This email has an account already. Please check it, or use another one.")
_WRONG = lazy("This code is not right, or it is too old. Please check it, or let us send a new one.")


def welcome(account: Account, after: str | None) -> Response:
    """Somebody has just signed up: sign them in, and send a code to their address where letters can be sent."""
    letter = _letter(account)
    response = signed_in(account, go("signin.first", next=after))
    _post(letter)
    return response


@bp.get("/address", endpoint="address")
@person
def my_address(who: Who) -> Response:
    """My address, whether it is confirmed, and a field for another."""
    return _page()


def _page(
    status: int = 200,
    code: forms.ConfirmForm | None = None,
    change: forms.AddressForm | None = None,
    problem: Later | str = "",
) -> Response:
    told: dict[str, Any] = {
        "code": code or forms.ConfirmForm(),
        "change": change or forms.AddressForm(),
        "problem": problem,
    }
    return show("signin/address.html", status=status, hours=address.HOURS, **told)


@bp.post("/address/code")
@person
def confirm_address(who: Who) -> Response:
    """The code arrived, so letters do."""
    form = forms.ConfirmForm(request.form)
    if not form.validate():
        return _page(422, code=form)
    if not address.confirm(who.account, form.code.data, clock.now()):
        form.code.errors = [_WRONG]
        return _page(422, code=form)
    db.commit()
    return go("signin.address", said="confirmed")


@bp.post("/address/letter")
@person
def send_code(who: Who) -> Response:
    """Send a new code to my address."""
    if not access.settings().mail_url:
        return go("signin.address")
    if not allow("address-letter", str(who.account.id), 5, 60, clock.now()):
        return _page(429, problem=SENTENCES[429][1])
    letter = _letter(who.account)
    db.commit()
    _post(letter)
    return go("signin.address", said="mailed")


@bp.post("/address", endpoint="change_address")
@access.changing
def another_address(who: Who) -> Response:
    """I sign in with another address from now on."""
    form = forms.AddressForm(request.form)
    if not form.validate():
        return _page(422, change=form)
    try:
        address.change(who.account, form.email.data, clock.now())
    except Taken:
        form.email.errors = [_TAKEN]
        return _page(422, change=form)
    letter = _letter(who.account)
    db.commit()
    _post(letter)
    return go("signin.address", said="saved")


def _letter(account: Account) -> mail.Letter | None:
    """A letter with a code, where letters can be sent."""
    return address.ask(account, clock.now()) if access.settings().mail_url else None


def _post(letter: mail.Letter | None) -> None:
    settings = access.settings()
    if letter is not None:
        mail.post(letter, settings.mail_url, settings.mail_from)
