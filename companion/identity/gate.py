"""Who may pass: every route states its gate, and an app with a silent route does not start.

`anyone`, `person` and `staff` are here; the gates that open a record are in `sharing.access`, one floor up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from flask import Flask, Response, abort, current_app, g, request, url_for

from companion import clock, store
from companion.audit import write
from companion.identity.device import name_of
from companion.identity.model import Account, Membership
from companion.identity.noted import noted
from companion.identity.signin import Lifetimes, Who, end, is_erased, memberships, start, who
from companion.settings import Settings
from companion.web.cookies import cookie_name, set_cookie, show_stranger
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, local
from companion.web.places import coarse
from companion.words import speak

View = TypeVar("View", bound=Callable[..., Any])
#: how much of a lost form is carried through the sign-in page
_KEPT_AT_MOST = 100_000
#: how long it stays proved who somebody is, for what is sensitive
_SURE_FOR = timedelta(minutes=10)
#: the cookie that says whose a lost form was
WHOSE = "whose"


def init(app: Flask) -> None:
    """Find out who asks before each request of `app`, and speak the language of their account."""

    @app.before_request
    def find_out() -> None:
        g.who = g.locked = None
        write.begin(_place())
        store.wall_off()
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
            found = who(token, clock.now(), lifetimes(), _is_used())
            g.who, g.locked = (None, found) if found and found.locked else (found, None)
        if g.who and g.who.patient:
            store.open_records([g.who.patient.id])
        if g.who or g.locked:
            speak((g.who or g.locked).account.language)

    @app.teardown_request
    def let_go(_error: BaseException | None) -> None:
        store.db.remove()
        store.tear_down_walls()
        write.begin()


def _is_used() -> bool:
    """Whether a person asks: not their phone's worker, and not a page that brings a part of itself up to date."""
    if request.method in {"GET", "HEAD"} and asked_for_fragment():
        return False
    return getattr(current_app.view_functions.get(request.endpoint or ""), "gate", "anyone") != "anyone"


def lifetimes() -> Lifetimes:
    """How long a sign-in holds here."""
    settings: Settings = current_app.config["SETTINGS"]
    idle, lifetime = timedelta(days=settings.idle_days), timedelta(days=settings.lifetime_days)
    return Lifetimes(idle, lifetime, timedelta(minutes=settings.lock_minutes))


def signed_in(account: Account, response: Response, strong: bool = False) -> Response:
    """`response` with a fresh cookie for `account`; the transaction is committed. `strong` as in SignIn.

    Nobody signs in to the account of a person who has died.
    """
    if account.patient is not None and account.patient.closed_at is not None:
        abort(go("export.closed"))
    before: Who | None = g.who or g.locked
    if before is not None:
        end(before.account.id, before.sign_in.id)
    settings, now = current_app.config["SETTINGS"], clock.now()
    token = start(account, name_of(request.user_agent.string), now, strong, _place())
    noted(account, "sign_in", now)
    store.db.commit()
    set_cookie(response, cookie_name(), token, settings.lifetime_days)
    set_cookie(response, "language", account.language, 365)
    set_cookie(response, WHOSE, str(account.id), 365)
    return response


def _place() -> str:
    """Where the request comes from, roughly, where that is kept."""
    return coarse(request.remote_addr) if current_app.config["SETTINGS"].places else ""


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
    """Who is signed in; else the request ends at the sign-in page, with everything typed kept.

    A sign-in that is locked asks who it is first.
    """
    if g.locked is not None:
        abort(_ask_first("signin.again"))
    person: Who | None = g.who
    if person is None or request.headers.get("X-Outbox", str(person.account.id)) != str(person.account.id):
        # what one person wrote on a shared phone is never saved as another's
        abort(_ask_first("signin.sign_in"))
    write.act_as(person.account.id)
    return person


def person(view: View) -> View:
    """Whoever is signed in; the view gets `who`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_person(), *args, **kwargs)

    return stated(gated, "person")  # type: ignore[return-value]


def the_member(*roles: str) -> Membership:
    """The clinic seat of the signed-in person; 404 for anyone else, who need not know that there is a portal.

    Nobody works here without a passkey or a second factor: who has none yet is led to it.
    """
    who = the_person()
    seats = [seat for seat in memberships(who.account) if not roles or seat.role in roles]
    if not seats:
        abort(404)
    if not who.sign_in.strong:
        abort(go("signin.factors", next=_this_page() if request.method in {"GET", "HEAD"} else None))
    # who is both at home in a list of patients sees that first
    seat = next((seat for seat in seats if seat.role == "clinician"), seats[0])
    write.act_as(seat.account_id, seat.clinic_id)
    return seat


def sure(view: View) -> View:
    """Under a gate, for what must not be done by somebody who found the phone: who it is was proved a moment ago."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if clock.now() - g.who.sign_in.proved_at > _SURE_FOR:
            abort(_ask_first("signin.again"))
        return view(*args, **kwargs)

    return asked  # type: ignore[return-value]


def staff(view: View) -> View:
    """Whoever works at a clinic; the view gets `member`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_member(), *args, **kwargs)

    return stated(gated, "staff")  # type: ignore[return-value]


def admin(view: View) -> View:
    """Whoever administers a clinic; the view gets `member`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_member("admin"), *args, **kwargs)

    return stated(gated, "admin")  # type: ignore[return-value]


#: the page that asks who it is, by its endpoint
_PAGES = {"signin.sign_in": "signin/sign_in.html", "signin.again": "signin/again.html"}


def _ask_first(endpoint: str) -> Response:
    """The page that asks who it is, and comes back to what was asked for; for an account that was erased, a last one."""
    if g.who is None and is_erased(request.headers.get("X-Outbox") or whose()):
        return Response(status=410) if asked_for_fragment() or "X-Outbox" in request.headers else go("export.gone")
    if asked_for_fragment():
        page = _split(request.headers.get("HX-Current-URL", ""))
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for(endpoint, next=local(page._replace(scheme="", netloc="").geturl()))
        return response
    if request.method in {"GET", "HEAD"}:
        return go(endpoint, next=_this_page())
    # a password is typed once more, since what is kept stands in the page
    kept = urlencode([(name, value) for name, value in request.form.items(multi=True) if "password" not in name])
    if len(kept) > _KEPT_AT_MOST:
        abort(413)
    after = _this_page() if kept else _page_before()
    return show_stranger(_PAGES[endpoint], 401, form=None, next=after, kept=kept, whose=whose(), undone=not kept)


def _split(address: str) -> SplitResult:
    """The parts of an address that a browser told; all of them empty for one that is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _this_page() -> str | None:
    return local(request.full_path.rstrip("?"))


def _page_before() -> str:
    """The page whose button was tapped: there is nothing to keep of the tap, so it says that it was not done."""
    before = _split(request.referrer or "")
    adapter = current_app.create_url_adapter(request)
    if before.netloc != request.host or adapter is None or not adapter.test(before.path, "GET"):
        return url_for("identity.more", said="undone")
    return f"{before.path}?{urlencode({**dict(parse_qsl(before.query)), 'said': 'undone'})}"
