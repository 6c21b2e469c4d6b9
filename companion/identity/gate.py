"""Who may pass: every route states its gate, and an app with a silent route does not start.

`anyone`, `person` and `staff` are here; the gates that open a record are in `sharing.access`, one floor up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, abort, current_app, g, request, url_for

from companion import clock, store
from companion.identity.device import name_of
from companion.identity.model import Account, Membership
from companion.identity.signin import Who, end, memberships, start, who
from companion.settings import Settings
from companion.web.cookies import cookie_name, set_cookie, show_stranger
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, local
from companion.words import speak

View = TypeVar("View", bound=Callable[..., Any])
#: how much of a lost form is carried through the sign-in page
_KEPT_AT_MOST = 100_000
#: the cookie that says whose a lost form was
WHOSE = "whose"


def init(app: Flask) -> None:
    """Find out who asks before each request of `app`, and speak the language of their account."""

    @app.before_request
    def find_out() -> None:
        g.who = None
        if request.blueprint in {"assets", "phone"}:
            return
        if request.method in {"GET", "HEAD"}:
            store.begin_reading()
        else:
            # the whole of it, before anything is asked of the database: a phone in a lift must not hold its lock
            request.get_data(parse_form_data=True)
            store.db.remove()
        token = request.cookies.get(cookie_name())
        if token:
            g.who = who(token, clock.now(), *lifetimes())
        if g.who:
            speak(g.who.account.language)

    @app.teardown_request
    def let_go(_error: BaseException | None) -> None:
        store.db.remove()


def lifetimes() -> tuple[timedelta, timedelta]:
    """After how long without use, and how long after it began, a sign-in ends."""
    settings: Settings = current_app.config["SETTINGS"]
    return timedelta(days=settings.idle_days), timedelta(days=settings.lifetime_days)


def signed_in(account: Account, response: Response) -> Response:
    """`response` with a fresh cookie for `account`; the transaction is committed."""
    if g.who is not None:
        end(g.who.account.id, g.who.sign_in.id)
    token = start(account, name_of(request.user_agent.string), clock.now())
    store.db.commit()
    set_cookie(response, cookie_name(), token, current_app.config["SETTINGS"].lifetime_days)
    set_cookie(response, "language", account.language, 365)
    set_cookie(response, WHOSE, str(account.id), 365)
    return response


def whose() -> str:
    """The id of the account that this browser was signed in with last, as text; empty if there was none."""
    return request.cookies.get(WHOSE, "")


def check(app: Flask) -> None:
    """Raise unless every route of `app` states its gate."""
    silent = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "gate"))
    if silent:
        raise RuntimeError(f"These routes state no gate: {', '.join(silent)}. Decorate them with one of identity.gate.")


def stated(view: View, name: str) -> View:
    """Write the gate's name on the view."""
    view.gate = name  # type: ignore[attr-defined]
    return view


def anyone(view: View) -> View:
    """Open to strangers."""
    return stated(view, "anyone")


def the_person() -> Who:
    """Who is signed in; else the request ends at the sign-in page, with everything typed kept."""
    person: Who | None = g.who
    if person is None or request.headers.get("X-Outbox", str(person.account.id)) != str(person.account.id):
        # what one person wrote on a shared phone is never saved as another's
        abort(_sign_in_first())
    return person


def person(view: View) -> View:
    """Whoever is signed in; the view gets `who`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_person(), *args, **kwargs)

    return stated(gated, "person")  # type: ignore[return-value]


def the_member(*roles: str) -> Membership:
    """The clinic seat of the signed-in person; 404 for anyone else, who need not know that there is a portal."""
    seats = [seat for seat in memberships(the_person().account) if not roles or seat.role in roles]
    if not seats:
        abort(404)
    # who is both at home in a list of patients sees that first
    return next((seat for seat in seats if seat.role == "clinician"), seats[0])


def staff(view: View) -> View:
    """Whoever works at a clinic; the view gets `member`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_member(), *args, **kwargs)

    return stated(gated, "staff")  # type: ignore[return-value]


def _sign_in_first() -> Response:
    if asked_for_fragment():
        response = Response(status=401)
        response.headers["HX-Redirect"] = "/identity/sign-in"
        return response
    if request.method in {"GET", "HEAD"}:
        return go("identity.sign_in", next=local(request.full_path.rstrip("?")))
    # a password is typed once more, since what is kept stands in the page
    kept = urlencode([(name, value) for name, value in request.form.items(multi=True) if "password" not in name])
    if len(kept) > _KEPT_AT_MOST:
        abort(413)
    after = local(request.full_path.rstrip("?")) if kept else _page_before()
    return show_stranger("identity/sign_in.html", 401, form=None, next=after, kept=kept, whose=whose(), undone=not kept)


def _page_before() -> str:
    """The page whose button was tapped: there is nothing to keep of the tap, so it says that it was not done."""
    before = urlsplit(request.referrer or "")
    adapter = current_app.create_url_adapter(request)
    if before.netloc != request.host or adapter is None or not adapter.test(before.path, "GET"):
        return url_for("identity.more", said="undone")
    return f"{before.path}?{urlencode({**dict(parse_qsl(before.query)), 'said': 'undone'})}"
