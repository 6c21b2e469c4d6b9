"""What the pages of a sign-in share: whose they are, where they lead, and what a lost form held."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, abort, current_app, g, redirect, request, url_for

from companion import clock
from companion.identity.gate import View, person, signed_in, sure
from companion.identity.model import Account
from companion.identity.signin import Who, prove
from companion.settings import Settings
from companion.signin import factors, passkeys, steps
from companion.signin.forms import CodeForm, SignInForm
from companion.store import db
from companion.web.cookies import browser, cookie_name, is_ours, set_cookie, show_stranger
from companion.web.errors import SENTENCES
from companion.web.pages import go, local, show
from companion.words import lazy

WRONG_CODE = lazy("This code is not right. Please check it. Each one works once.")
NOT_YOURS = lazy("This is not your password now. Please check it.")
STALE = lazy("This page was open for a long time. Please try once more.")
#: what somebody proves themselves for, and whether they are known by their sign-in or by their browser
_PURPOSES = {"enter": False, "second": False, "again": True, "add": True}


def settings() -> Settings:
    """The settings of this installation."""
    kept: Settings = current_app.config["SETTINGS"]
    return kept


def site() -> passkeys.Site:
    """Where passkeys hold."""
    return passkeys.Site(settings().origin)


def present() -> Who | None:
    """Who is signed in, or was until their sign-in locked."""
    who: Who | None = g.who or g.locked
    return who


def here() -> Who:
    """The same; a stranger ends at the sign-in page."""
    return present() or abort(go("signin.sign_in", next=local(request.values.get("next"))))


def asked() -> dict[str, Any]:
    """Where the page leads, and the lost form that it carries."""
    kept, whose = request.form.get("kept", ""), request.form.get("whose", "")
    return {"next": local(request.values.get("next")), "kept": kept, "whose": whose}


def first_page(account: Account, next: str | None, kept: str, whose: str) -> Response:
    """The page that was asked for; or what a lost form held, to be saved, if it was this account's."""
    if kept and whose not in {"", str(account.id)}:
        return go("identity.more", said="not_yours")
    if kept and next:
        return show("signin/resume.html", action=next, kept=parse_qsl(kept, keep_blank_values=True))
    return redirect(next or url_for("home"), 303)  # type: ignore[return-value]


def enter(account: Account, way: str, strong: bool) -> Response:
    """Sign the account in here; `way` is remembered, so that the page offers it first."""
    steps.drop("second", browser())
    response = signed_in(account, first_page(account, **asked()), strong=strong)
    set_cookie(response, "way", way, 365)
    return response


def proved(who: Who, response: Response, strong: bool) -> Response:
    """`response` for somebody who is signed in and proved just now that it is them; the transaction is committed."""
    token = prove(who.sign_in, clock.now(), strong)
    db.commit()
    set_cookie(response, cookie_name(), token, settings().lifetime_days)
    return response


def changing(view: View) -> View:
    """The gate of what somebody proves themselves with: proved just now, and no weaker than their sign-ins have to be."""

    @wraps(view)
    def gated(who: Who, *args: Any, **kwargs: Any) -> Any:
        if not who.sign_in.strong and factors.ways(who.account).second:
            abort(go("signin.again", next=url_for("signin.factors")))
        return view(who, *args, **kwargs)

    return person(sure(gated))  # type: ignore[return-value]


def sign_in_page(status: int = 200, **values: Any) -> Response:
    """The way in."""
    invited = current_app.extensions["invited"]()
    return show_stranger(
        "signin/sign_in.html", status, **{"form": SignInForm(), "invited": invited, **asked(), **values}
    )


def second_page(status: int = 200, **values: Any) -> Response:
    """After a right password: what else is asked for. From the beginning, if that was too long ago."""
    account = waiting()
    if account is None:
        return sign_in_page(400, problem=STALE)
    page: dict[str, Any] = {"form": CodeForm(), "ways": factors.ways(account), **asked()}
    return show_stranger("signin/second.html", status, **{**page, **values})


def again_page(status: int = 200, **values: Any) -> Response:
    """Is it you?"""
    return show_stranger("signin/again.html", status, **{"form": None, **asked(), **values})


def ways_here() -> factors.Ways:
    """For the page that asks again: what the person who is signed in has."""
    return factors.ways(here().account)


def waiting() -> Account | None:
    """The account whose password was right a moment ago, in this browser."""
    account_id = steps.held("second", browser(), clock.now())
    return db.get(Account, account_id) if account_id else None


def whose(purpose: str) -> str:
    """What ties the two halves of a proof together; 400 for a stranger without cookies, or for no purpose."""
    who = present()
    if purpose not in _PURPOSES or (_PURPOSES[purpose] and who is None):
        abort(400)
    return f"sign-in {who.sign_in.id}" if who and _PURPOSES[purpose] else browser() or abort(400)


def of_whom(purpose: str) -> Account | None:
    """Whose passkey is asked for; None: whoever has one. 400 when nobody waits for it."""
    if purpose == "enter":
        return None
    return (waiting() if purpose == "second" else here().account) or abort(400)


def challenge(purpose: str) -> str:
    """The challenge that this browser or sign-in was given, which is used up now; raises passkeys.Refused."""
    kept = steps.take(f"passkey {purpose}", whose(purpose), clock.now())
    if kept is None:
        raise passkeys.Refused(STALE)
    return kept.value


def proved_by_passkey(purpose: str) -> Account:
    """Whose passkey answered; raises passkeys.Refused."""
    account, answer = of_whom(purpose), request.form.get("credential", "")
    return passkeys.prove(answer, challenge(purpose), site(), clock.now(), account)


#: the page that says why a passkey did not work, by what it was for
PAGES: dict[str, Callable[..., Response]] = {"enter": sign_in_page, "second": second_page, "again": again_page}


def onward(said: str) -> Response:
    """To the page that somebody came from, or back to the list; `said` is a key of phone.SAID."""
    after = local(request.values.get("next"))
    return redirect(after, 303) if after else go("signin.factors", said=said)  # type: ignore[return-value]


def refused(form: Any, page: Callable[..., Response], may: Callable[[], bool]) -> Response | None:
    """The page again, if the form is another site's, not filled in, or tried too often; asked before any hash is made."""
    if not is_ours(form.form_token.data):
        return page(400, form=form, problem=STALE)
    if not form.validate():
        return page(422, form=form)
    if not may():
        return page(429, form=form, problem=SENTENCES[429][1])
    return None
