"""create_app(): one line a room."""

from __future__ import annotations

import logging
import os
from typing import Any

from flask import Flask, g, redirect, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Response

from companion import clock, seal, words
from companion.caring.routes import bp as caring
from companion.clinic.routes import room as clinic
from companion.codes.routes import bp as codes
from companion.codes.routes import invited
from companion.demo.routes import bp as demo
from companion.diary.routes import blank, blank_evening
from companion.diary.routes import bp as diary
from companion.export.routes import bp as export
from companion.export.routes import kept as kept_export
from companion.flares.routes import room as flares
from companion.glass.routes import bp as glass
from companion.identity import gate
from companion.identity.routes import bp as identity
from companion.identity.signin import is_erased, memberships
from companion.measures.forms import alarms, blanks, rules
from companion.measures.routes import bp as measures
from companion.medication.routes import bp as medication
from companion.office.routes import bp as office
from companion.plan.routes import bp as plan
from companion.procedures.routes import bp as procedures
from companion.reminders.routes import bp as reminders
from companion.seen.routes import bp as seen
from companion.settings import ROOT, Settings
from companion.sharing.access import Everything
from companion.sharing.routes import bp as sharing
from companion.signin.contact import welcome
from companion.signin.routes import room as signin
from companion.store import connect
from companion.therapy.routes import bp as therapy
from companion.trends.routes import bp as trends
from companion.visit.routes import bp as visit
from companion.visit.routes import kept as kept_visit
from companion.web import assets, edges, errors, guard, headers, htmx, known, pages, phone
from companion.web.ids import Id

#: pages that a caregiver shares with the patient, under /for/<patient_id>/
SHARED = (plan, diary, measures, flares, seen, medication, therapy, trends, procedures)
#: and those that only whoever keeps the record finds there
KEPT = (sharing, kept_visit, kept_export)

#: forms that need no network, by their templates, each with what it wants: see web.phone
OFFLINE_FORMS = {"diary/offline.html": blank, "diary/offline_evening.html": blank_evening}


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; without `settings` they are read from the environment."""
    settings = settings or Settings.read(os.environ)
    app = Flask("companion", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SETTINGS=settings)
    app.url_map.converters["int"] = Id
    connect(settings.database, settings.threads)
    seal.connect(settings.key_file)
    clock.begin_days_at(settings.day_starts)
    _speak(app)
    errors.init(app)
    edges.init(app, settings.origin)
    htmx.init(app)
    guard.init(app, settings.origin)
    gate.init(app)
    headers.init(app, settings.secure)
    assets.init(app)
    phone.init(app, OFFLINE_FORMS)
    app.register_blueprint(known.bp)
    for room in (identity, signin, sharing, codes, caring, clinic, glass, export, office, reminders, visit, *SHARED):
        app.register_blueprint(room, url_prefix=f"/{room.name}")
    for room in (*SHARED, *KEPT):
        app.register_blueprint(room, name=f"for_{room.name}", url_prefix=f"/for/<int:patient_id>/{room.name}")
    if settings.demo:
        app.register_blueprint(demo, url_prefix="/demo")
    app.extensions.update(invited=invited, welcome=welcome)
    app.add_url_rule("/", "home", gate.anyone(home))
    gate.check(app)
    if settings.proxies:
        app.wsgi_app = edges.Forwarded(app.wsgi_app, settings.proxies, settings.proxy_addresses)  # type: ignore[method-assign]
    logging.getLogger("companion").setLevel(logging.INFO)
    return app


#: what a shortcut of the installed app opens for somebody with a diary; it leads others to their own first page
_SHORTCUTS = {"log": "diary.log", "today": "plan.today"}


def home() -> Response:
    """Everyone to their own first page."""
    if g.who is None:
        return redirect(url_for("export.gone" if is_erased(gate.whose()) else "signin.sign_in"))
    shortcut = _SHORTCUTS.get(request.args.get("open", ""))
    if shortcut and g.who.patient is not None:
        return redirect(url_for(shortcut))
    seats = memberships(g.who.account)
    if seats:
        # who is both at home in a list of patients sees that first
        patients = any(seat.role == "clinician" for seat in seats)
        return redirect(url_for("clinic.patients" if patients else "office.office"))
    if g.who.patient is None:
        return redirect(url_for("caring.people"))
    return redirect(url_for("plan.today"))


def _text(text: str, **values: Any) -> Markup:
    """Ours is markup, what is filled in is not; Jinja's own wrapper takes four calls for the same."""
    said = Markup(words.gettext(text))  # noqa: S704 from the catalogue
    return said % values if values else said


def _speak(app: Flask) -> None:
    """Templates: strict about unknown names, and every text through gettext."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(_=_text, ngettext=words.ngettext)
    env.filters.update(day=words.say_day, time=words.say_time, number=words.say_number, listed=words.say_list)
    # a text of ours or of somebody else, translated where it is ours; unlike that of _() it is no markup
    env.filters["said"] = words.gettext
    env.globals.update(to=pages.to)
    # the page for no network holds the questions, in rooms below which nobody knows them
    env.globals.update(blanks=blanks, when=rules, alarms=alarms)

    @app.before_request
    def listen() -> None:
        """A stranger's language; the one of an account is spoken as soon as it is known."""
        words.speak(request.cookies.get("language") or request.accept_languages.best_match(words.LANGUAGES) or "en")

    @app.context_processor
    def always() -> dict[str, object]:
        who = g.get("who")
        return {
            "who": who,
            "acting_for": g.get("acting_for"),
            "record_of": g.get("record_of"),
            "may": g.get("may", Everything() if who and who.patient else ()),
            "may_log": g.get("may_log", True),
            "keeps": g.get("keeps", False),
            "language": words.language(),
            "languages": words.LANGUAGES,
            "settings": app.config["SETTINGS"],
            "now": clock.now(),
            "said": phone.said(request.args.get("said")),
        }
