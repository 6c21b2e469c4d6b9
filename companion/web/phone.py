"""What the phone keeps of us: the worker, the manifest, and the user-free pages for when there is no network.

A room's forms that need no network stand on the offline page: a template with one form (`data-behaviour="outbox"`, a hidden
`uuid` and a hidden `at` with `data-now`, an action of the patient's own) and not a word about anybody, in OFFLINE_FORMS of
app.py with what it wants. A letter of that address is corrected in it before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, render_template
from markupsafe import Markup

from companion.settings import ROOT
from companion.web import outbox
from companion.web.assets import SHELL, public
from companion.web.scripts import thrifty
from companion.words import LANGUAGES, lazy, speak, speaking
from companion.words import language as spoken

bp = Blueprint("phone", __name__)
outbox.init(bp)
#: pages without a word about anybody, which the worker keeps in every language
KEPT = ("offline", "emergency")
#: what a page may say once after something was done, by the word in its address
SAID = {
    "saved": lazy("Saved."),
    "logged": lazy("Saved. Rest now if you need to."),
    "removed": lazy("Removed. You can bring it back from its history."),
    "back": lazy("It is back."),
    "out": lazy("Removed. You can bring it back below."),
    "stopped": lazy("Stopped."),
    "signed_out": lazy("That device is signed out."),
    "shared": lazy("You share your diary now. You can stop at any time."),
    "unshared": lazy("Sharing is stopped. They see nothing from now on."),
    "planned": lazy("Planned."),
    "withdrawn": lazy("The link is withdrawn. It opens nothing from now on."),
    "undone": lazy("You were signed out, so this was not done. Please do it once more."),
    "not_yours": lazy("What was typed before belongs to another account. It was not saved."),
    "staying": lazy("Your account stays. Let people in again if you want to."),
    "alone": lazy("Every other device is signed out."),
    "added": lazy("Added. You can use it from now on."),
    "gone": lazy("Removed. It opens nothing any more."),
    "renewed": lazy("Your new password is saved. Please sign in with it."),
    "confirmed": lazy("Thank you. Now we know that our mail reaches you."),
    "mailed": lazy("A new code is on its way to your address."),
    "later": lazy("We ring again in 15 minutes."),
}


def init(app: Flask, forms: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
    """Keep pages of `app` on the phone; `forms`: a template and what it wants, in the order of the offline page."""
    app.extensions["offline_forms"] = forms
    app.register_blueprint(bp)


def said(key: str | None) -> str:
    """The sentence for a word in the address; an empty text for none or an unknown one."""
    return str(SAID[key]) if key in SAID else ""


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker, told what to keep; it changes with all of that, so that a phone brings it up to date."""
    digest, pages = current_app.extensions["assets_digest"], _pages()
    version = sha256("".join([digest, *pages.values()]).encode()).hexdigest()[:12]
    head = render_template("sw_head.js", digest=digest, version=version, shell=SHELL, pages=list(pages))
    script = (ROOT / "static" / "sw.js").read_text(encoding="utf-8")
    response = Response(head + thrifty(script), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to install the app."""
    response = Response(render_template("manifest.webmanifest"), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline", defaults={"language": None})
@bp.get("/offline/<language>")
@public
def offline(language: str | None) -> Response:
    """The page that a phone shows when there is no network: the forms that need none."""
    return _kept("offline", language)


@bp.get("/emergency", defaults={"language": None})
@bp.get("/emergency/<language>")
@public
def emergency(language: str | None) -> Response:
    """Whom to call, before sign-in, offline, in every language."""
    return _kept("emergency", language)


def _kept(page: str, language: str | None) -> Response:
    if language not in {None, *LANGUAGES}:
        abort(404)
    if language is not None:
        speak(language)
    response = Response(_pages()[f"/{page}/{spoken()}"], content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _pages() -> dict[str, str]:
    """The pages that the worker keeps, by their addresses; made once a process, since nothing in them changes."""
    if "kept_pages" not in current_app.extensions:
        pages: dict[str, str] = {}
        for language in LANGUAGES:
            with speaking(language):
                forms = [Markup(render_template(name, **wants())) for name, wants in _forms().items()]  # noqa: S704 our templates
                pages |= {f"/{page}/{language}": render_template(f"{page}.html", forms=forms) for page in KEPT}
        current_app.extensions["kept_pages"] = pages
    kept: dict[str, str] = current_app.extensions["kept_pages"]
    return kept


def _forms() -> Mapping[str, Callable[[], Mapping[str, Any]]]:
    forms: Mapping[str, Callable[[], Mapping[str, Any]]] = current_app.extensions["offline_forms"]
    return forms
