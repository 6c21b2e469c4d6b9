"""Addresses that are the same on every site: where to report a weakness, where to change a password, what to index."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for

from companion import clock
from companion.web.assets import public
from companion.words import LANGUAGES

bp = Blueprint("known", __name__)
#: how long what security.txt says is to be believed (RFC 9116 asks for less than a year)
_BELIEVED = timedelta(days=90)


@bp.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Whom to tell about a weakness (RFC 9116); 404 where nobody is named."""
    settings = current_app.config["SETTINGS"]
    if not settings.contact:
        abort(404)
    expires = (clock.now() + _BELIEVED).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: {settings.contact}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {settings.origin}{request.path}",
    )
    return _text("\n".join(lines))


@bp.get("/.well-known/change-password")
@public
def change_password() -> Response:
    """The way that password managers know to the page for another password."""
    return redirect(url_for("signin.password"))  # type: ignore[return-value]


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Nothing here is for a search engine."""
    return _text("User-agent: *\nDisallow: /")


def _text(lines: str) -> Response:
    return Response(f"{lines}\n", content_type="text/plain; charset=utf-8")
