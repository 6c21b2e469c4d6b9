"""Styles, scripts and icons: joined, compressed and named by their content once at start, and kept for ever by browsers."""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from flask import Blueprint, Flask, Response, abort, current_app

from companion.settings import ROOT
from companion.web.headers import takes_packed
from companion.web.scripts import joined, thrifty

STATIC = ROOT / "static"
#: user-free files that the service worker keeps; icons of a reminder come with the network that brought it
SHELL = ("companion.css", "vendor/htmx.min.js", "js/outbox.js", "js/app.js", "icons/icon.svg")
bp = Blueprint("assets", __name__)
#: blanks that no style needs, beside braces, semicolons and commas
_ROUND = re.compile(rb"\s*([{};,])\s*")
_SPARE = re.compile(rb"/\*.*?\*/|(?<=\n)[ \n]+", re.S)


def public(view: Callable[..., Response]) -> Callable[..., Response]:
    """The gate of files that say nothing about anybody; `identity.gate` is a floor up."""
    view.gate = "anyone"  # type: ignore[attr-defined]
    return view


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: its type, its bytes, and the same compressed where that helps."""

    type: str
    body: bytes
    packed: bytes | None


def stylesheet() -> bytes:
    """Every style file in the order of the layers, without comments and spare blanks."""
    css = STATIC / "css"
    parts = [css / "tokens.css", css / "base.css", css / "layout.css"]
    parts += [
        *sorted((css / "components").glob("*.css")),
        *sorted((css / "rooms").glob("*.css")),
        css / "utilities.css",
    ]
    return _ROUND.sub(rb"\1", _SPARE.sub(b"", b"\n".join(part.read_bytes() for part in parts)))


def _asset(name: str, body: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = (
        gzip.compress(body, 9, mtime=0)
        if kind.startswith(("text/", "image/svg", "application/j", "application/m"))
        else None
    )
    return Asset(kind, body, packed)


@lru_cache(maxsize=1)
def load() -> dict[str, Asset]:
    """Every file under static/ that a browser may ask for, by its path; the styles as companion.css, modules in app.js."""
    made = {
        "companion.css": stylesheet(),
        "js/app.js": joined(STATIC / "js" / "app.js").encode(),
        "js/outbox.js": thrifty((STATIC / "js" / "outbox.js").read_text(encoding="utf-8")).encode(),
    }
    for path in [*STATIC.glob("vendor/*.js"), *STATIC.glob("icons/*")]:
        made[path.relative_to(STATIC).as_posix()] = path.read_bytes()
    found = {name: _asset(name, body) for name, body in sorted(made.items())}
    if "vendor/htmx.min.js" not in found:
        raise FileNotFoundError("static/vendor/htmx.min.js is missing: run `python static/build.py`")
    return found


def init(app: Flask) -> None:
    """Serve the assets of `app` under a name that changes with their content; `asset(name)` in templates."""
    assets = load()
    digest = sha256(b"".join(name.encode() + asset.body for name, asset in sorted(assets.items()))).hexdigest()[:12]
    app.extensions["assets"] = assets
    app.extensions["assets_digest"] = digest
    app.jinja_env.globals["asset"] = lambda name: f"/assets/{digest}/{name}" if name in assets else abort(500)
    app.register_blueprint(bp)


@bp.get("/assets/<digest>/<path:name>")
@public
def file(digest: str, name: str) -> Response:
    """An asset; under an older name it is still served, but not kept."""
    asset = current_app.extensions["assets"].get(name)
    if asset is None:
        abort(404)
    packed = asset.packed is not None and takes_packed()
    response = Response(asset.packed if packed else asset.body, content_type=asset.type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    fresh = digest == current_app.extensions["assets_digest"]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """The icon that browsers ask for unasked."""
    return file(current_app.extensions["assets_digest"], "icons/icon-192.png")
