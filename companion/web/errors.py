"""One calm page for whatever goes wrong: what happened, and what to do next. Never a word of health, never a trace."""

from __future__ import annotations

import logging
from pathlib import Path
from traceback import extract_tb

from flask import Flask, Response, g, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from companion.seal import LostKey
from companion.store import db
from companion.web.pages import show
from companion.words import Later, lazy

log = logging.getLogger("companion")
#: so many of the last places of a trace are written down
_PLACES = 8

SENTENCES = {
    400: (lazy("This did not arrive whole"), lazy("Please go back and try once more.")),
    401: (lazy("Please sign in"), lazy("You were away for a while. Sign in and you will be back here.")),
    403: (lazy("This came from another site"), lazy("Please open Companion and try there. Nothing was changed.")),
    404: (lazy("There is nothing here for you"), lazy("The page is gone, or it was never yours to see.")),
    405: (lazy("That does not work here"), lazy("Please go back and use the buttons on the page.")),
    409: (lazy("This was saved before"), lazy("Something else was saved from the same page. Both are kept.")),
    413: (lazy("That is too much at once"), lazy("Please shorten your text and save again. Nothing was changed.")),
    415: (lazy("We cannot read this"), lazy("Please open Companion in a browser and try there. Nothing was changed.")),
    429: (lazy("Too many tries"), lazy("Please wait some minutes, then try again.")),
    500: (lazy("Something broke on our side"), lazy("It is not your fault. Please try again in a minute.")),
    503: (lazy("We cannot save right now"), lazy("Please try again in a minute. What you wrote stays on this page.")),
}


_LOST_KEY = (
    lazy("This cannot be opened right now"),
    lazy(
        "It is kept sealed, and the key to it is missing. Please tell whoever runs Companion at your clinic: they must bring the key back."
    ),
)


def init(app: Flask) -> None:
    """Answer every failure of `app` in plain words and with the right status."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _store_away)
    app.register_error_handler(InterfaceError, _store_away)
    app.register_error_handler(PoolTimeout, _store_away)
    app.register_error_handler(LostKey, _lost_key)
    app.register_error_handler(Exception, _broken)


def refusal(status: int, title: Later, advice: Later | str, at: str = "") -> Response:
    """The page for whatever went wrong, in words of its own; `at` is the origin that it leads to, if that is not this one."""
    return show("error.html", status=status, title=title, advice=advice, at=at)


def _page(status: int) -> Response:
    response = refusal(status, *SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400]))
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    response = _page(error.code or 500)
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())
    return response


def _store_away(error: Exception) -> Response:
    """The database is locked or gone: say so, so that the phone keeps what was written."""
    log.error("store away at %s: %s", request.endpoint, type(error).__name__)
    db.rollback()
    g.who = None
    return _page(503)


def _lost_key(error: LostKey) -> Response:
    """Something sealed does not open. No page is made with a gap in it: who saves such a page would save the gap."""
    log.error("key lost at %s: %s", request.endpoint, error)
    db.rollback()
    # the name of whoever is here may be what cannot be opened
    g.who = None
    return refusal(500, *_LOST_KEY)


def _broken(error: Exception) -> Response:
    # a trace's values may hold what a person typed; its places do not
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-_PLACES:]]
    log.error("broken at %s: %s, %s", request.endpoint, type(error).__name__, " > ".join(places))
    db.rollback()
    return _page(500)
