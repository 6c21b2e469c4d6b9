"""What the phone keeps of us: the worker, the manifest, and the user-free pages for when there is no network."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, render_template, request

from companion.settings import ROOT
from companion.web.assets import SHELL, public
from companion.web.pages import show
from companion.words import LANGUAGES, lazy, speak

bp = Blueprint("phone", __name__)
#: what a page may say once after something was done, by the word in its address
SAID = {
    "saved": lazy("Saved."),
    "logged": lazy("Saved. Rest now if you need to."),
    "removed": lazy("Removed. You can bring it back from its history."),
    "back": lazy("It is back."),
    "stopped": lazy("Stopped."),
    "signed_out": lazy("That device is signed out."),
    "shared": lazy("You share your diary now. You can stop at any time."),
    "unshared": lazy("Sharing is stopped. They see nothing from now on."),
    "planned": lazy("Planned."),
    "later": lazy("We ring again in 15 minutes."),
}


def said(key: str | None) -> str:
    """The sentence for a word in the address; an empty text for none or an unknown one."""
    return str(SAID[key]) if key in SAID else ""


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker, told which user-free files to keep; looked up anew at every start of the app."""
    digest = current_app.extensions["assets_digest"]
    head = render_template("sw_head.js", digest=digest, shell=SHELL)
    response = Response(head + (ROOT / "static" / "sw.js").read_text(encoding="utf-8"), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to install the app."""
    speak(request.cookies.get("language") or request.accept_languages.best_match(LANGUAGES) or "en")
    response = Response(render_template("manifest.webmanifest"), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline", defaults={"language": None})
@bp.get("/offline/<language>")
@public
def offline(language: str | None) -> Response:
    """The page that a phone shows when there is no network: the forms that need none."""
    return _kept("offline.html", language)


@bp.get("/emergency", defaults={"language": None})
@bp.get("/emergency/<language>")
@public
def emergency(language: str | None) -> Response:
    """Whom to call, before sign-in, offline, in every language."""
    return _kept("emergency.html", language)


def _kept(page: str, language: str | None) -> Response:
    if language not in {None, *LANGUAGES}:
        abort(404)
    speak(language or request.cookies.get("language") or request.accept_languages.best_match(LANGUAGES) or "en")
    response = show(page)
    response.headers["Cache-Control"] = "no-cache"
    return response
