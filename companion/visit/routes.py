"""The visit report, for the patient, whoever keeps the diary, and the clinic; links to it, and what stands behind one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for

from companion import clock, store
from companion.identity.gate import anyone, sure
from companion.identity.model import Membership, Patient
from companion.sharing.access import care, record
from companion.sharing.model import PARTS
from companion.sharing.terms import Period
from companion.store import db
from companion.trends.draw import Chart
from companion.visit import forms, opening, queries, ticket
from companion.visit.make import hash_of, make, withdraw
from companion.visit.model import VisitLink
from companion.visit.pdf import NotMade, pdf
from companion.visit.relief import Relief
from companion.visit.report import DEFAULT, SPANS, Scope, last_days, of_link, report
from companion.visit.sheet import sheet
from companion.web import qr
from companion.web.errors import SENTENCES, refusal
from companion.web.limit import allow
from companion.web.pages import go, show, to
from companion.words import lazy

bp = Blueprint("visit", __name__)
#: those of the pages that are also under /for/<patient_id>/, for whoever keeps the diary
kept = Blueprint("visit", __name__)
#: the cookie of an open report, and the one of a link that was just made; both are sent to their pages only
_OPEN, _MADE = "visit", "visit-made"
#: seconds that the browser which made a link can show it again
_SHOWN = 600
_AWAY = (
    lazy("The report could not be made"),
    lazy("Please try again in a minute. You can read it on the page before this one, and print that."),
)


@bp.get("/", endpoint="report")
@kept.get("/", endpoint="report")
@record("share")
def my_report(patient: Patient) -> Response:
    """My report over the last ?days=, to read and to print for a visit."""
    scope = _scope(patient, PARTS, g.period, clock.now())
    told = report(patient, scope, clock.now())
    return show("visit/report.html", report=told, days=scope.span, spans=SPANS)


@bp.get("/report.pdf", endpoint="pdf")
@kept.get("/report.pdf", endpoint="pdf")
@record("share")
def my_pdf(patient: Patient) -> Response:
    """The same to print."""
    return _pdf(patient, _scope(patient, PARTS, g.period, clock.now()))


@bp.get("/patients/<int:patient_id>/report.pdf")
@care("any", draws=[*PARTS])
def patient_pdf(patient: Patient, member: Membership) -> Response:
    """A patient's report for the clinic, with the parts and days that are open to it."""
    return _pdf(patient, _scope(patient, [part for part in PARTS if part in g.may], g.period, clock.now()))


def _scope(patient: Patient, parts: Collection[str], opened: Period, now: datetime) -> Scope:
    asked = request.args.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else DEFAULT
    return last_days(patient, parts, days, opened, now)


def _pdf(patient: Patient, scope: Scope) -> Response:
    told = sheet(report(patient, scope, clock.now()), _chart, _scale)
    try:
        body = pdf(told)
    except NotMade:
        return refusal(503, *_AWAY)
    response = Response(body, content_type="application/pdf")
    # an installed app has no way back from a PDF that it shows itself
    response.headers["Content-Disposition"] = 'attachment; filename="report.pdf"'
    return response


def _chart(chart: Chart) -> str:
    return render_template("visit/chart.svg", chart=chart)


def _scale(relief: Relief) -> str:
    return render_template("visit/scale.svg", relief=relief)


@bp.get("/links")
@kept.get("/links")
@record("share")
def links(patient: Patient) -> Response:
    """My links and who used them, and a form for another."""
    return _links(patient, forms.LinkForm(parts=["pain", "medicines", "procedures"]))


def _links(patient: Patient, form: forms.LinkForm, status: int = 200, problem: object = "") -> Response:
    held, ended = queries.links(patient, clock.now())
    told: dict[str, Any] = {"held": held, "ended": ended, "uses": queries.uses(patient), "parts": PARTS}
    return show("visit/links.html", status=status, form=form, problem=problem, **told, **_local(patient))


def _local(patient: Patient) -> dict[str, Any]:
    return {"tz": ZoneInfo(patient.zone), "zone": patient.zone}


@bp.post("/links", endpoint="make")
@kept.post("/links", endpoint="make")
@record("share", write=True)
@sure
def make_it(patient: Patient) -> Response:
    """Make a link; the next page shows it."""
    form, now = forms.LinkForm(request.form), clock.now()
    if not form.validate():
        return _links(patient, form, 422)
    if not allow("visit-make", str(patient.id), 20, 60, now):
        return _links(patient, form, 429, SENTENCES[429][1])
    scope = last_days(patient, form.parts.data, int(form.days.data), g.period, now)
    chosen = (form.name.data, scope.parts, (scope.first, scope.last), form.lifetime, form.passphrase.data)
    link, token = make(patient, g.author, *chosen, now)
    db.commit()
    response = go("visit.card", link_id=link.id)
    _set_cookie(response, _MADE, token, _SHOWN, to("visit.links"))
    return response


@bp.get("/links/<int:link_id>")
@kept.get("/links/<int:link_id>")
@record("share")
def card(patient: Patient, link_id: int) -> Response:
    """The link to pass on, for ten minutes and only in the browser that made it: we keep no more than its hash."""
    link, token = _link(patient, link_id), request.cookies.get(_MADE, "")
    if not link.holds(clock.now()) or hash_of(token) != link.token_hash:
        return go("visit.links")
    address = f"{current_app.config['SETTINGS'].origin}{url_for('visit.open')}#{token}"
    side, path = qr.drawing(address)
    return show("visit/card.html", link=link, address=address, side=side, path=path, parts=PARTS, **_local(patient))


@bp.post("/links/<int:link_id>/withdrawal", endpoint="withdraw")
@kept.post("/links/<int:link_id>/withdrawal", endpoint="withdraw")
@record("share", write=True)
def withdraw_it(patient: Patient, link_id: int) -> Response:
    """It opens nothing from the next request on."""
    withdraw(_link(patient, link_id), g.author, clock.now())
    db.commit()
    return go("visit.links", said="withdrawn")


def _link(patient: Patient, link_id: int) -> VisitLink:
    return queries.link(patient, link_id) or abort(404)


@bp.get("/open", endpoint="open")
@anyone
def open_page() -> Response:
    """Somebody has a link. What stands behind its # is filled in by the page, or pasted."""
    return _open_page(forms.OpenForm())


def _open_page(form: forms.OpenForm, status: int = 200, problem: object = "", asks: bool = False) -> Response:
    return show("visit/open.html", status=status, form=form, problem=problem, asks=asks)


@bp.post("/open", endpoint="try_link")
@anyone
def try_it() -> Response:
    """A right link with its passphrase opens the report in this browser for an hour."""
    form, now = forms.OpenForm(request.form), clock.now()
    if not form.validate():
        return _open_page(form, 422, asks="passphrase" in request.form)
    try:
        link = opening.find(form.code.data, form.passphrase.data or "", request.remote_addr, now)
    except opening.Asked:
        return _open_page(form, asks=True)
    except opening.Refused as refused:
        return _refused(form, refused)
    opened = ticket.new(link.id, _ticket(now), now)
    opening.note_use(link, opened.reader, now)
    response = go("visit.shared")
    _set_cookie(response, _OPEN, opened.written(), int(ticket.LASTS.total_seconds()))
    return response


def _refused(form: forms.OpenForm, refused: opening.Refused) -> Response:
    """Why nothing is open; a wrong passphrase stands at its field."""
    if isinstance(refused, opening.WrongPassphrase):
        form.passphrase.errors = [refused.reason]
        return _open_page(form, refused.status, asks=True)
    return _open_page(form, refused.status, refused.reason, asks="passphrase" in request.form)


@bp.get("/shared")
@anyone
def shared() -> Response:
    """The report behind the link that is open in this browser."""
    link, opened = _opened()
    told = report(link.patient, of_link(link), clock.now())
    closes = min(opened.until, link.expires_at)
    page: dict[str, Any] = {"report": told, "link": link, "closes": closes, **_local(link.patient)}
    return _without_referrer(show("visit/shared.html", parts=PARTS, **page))


@bp.get("/shared/report.pdf")
@anyone
def shared_pdf() -> Response:
    """The same to print or to keep."""
    link, _ = _opened()
    return _without_referrer(_pdf(link.patient, of_link(link)))


@bp.post("/shared/close")
@anyone
def close() -> Response:
    """Whoever reads is done; this browser shows nothing more of it."""
    response = go("visit.open")
    _set_cookie(response, _OPEN, "", 0)
    return response


def _ticket(now: datetime) -> ticket.Ticket | None:
    return ticket.read(request.cookies.get(_OPEN, ""), now)


def _opened() -> tuple[VisitLink, ticket.Ticket]:
    """The link that is open in this browser; else the request ends at a page that says no more than that."""
    now = clock.now()
    held = _ticket(now)
    link = opening.opened(held.link_id, now) if held else None
    if held is None or link is None:
        abort(_without_referrer(_open_page(forms.OpenForm(), 404, opening.CLOSED)))
    store.open_records([link.patient_id])
    opening.note_use(link, held.reader, now)
    return link, held


def _set_cookie(response: Response, name: str, value: str, seconds: int, path: str = "/visit") -> None:
    """A cookie of these pages, which no script reads and no other site sends."""
    secure = current_app.config["SETTINGS"].secure
    response.set_cookie(name, value, max_age=seconds, secure=secure, httponly=True, samesite="Strict", path=path)


def _without_referrer(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
