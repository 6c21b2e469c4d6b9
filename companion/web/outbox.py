"""A phone's outbox: many letters in one request, each answered as if it had come alone.

A month of letters is sent in a few seconds, also over a slow network. Each passes the same guards, gates and routes as a
form of its own, in the order in which it was written.
"""

from __future__ import annotations

import io
from contextvars import Context
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from werkzeug.wrappers import Response as Answer

from companion.web.assets import public
from companion.web.pages import PROBLEMS, local

#: more letters in one request are refused
MOST = 40
#: after such an answer nothing else would get through either
_STOPS = {401, 410, 429, 502, 503, 504}


def init(bp: Blueprint) -> None:
    """Let `bp` take letters at /outbox."""
    bp.add_url_rule("/outbox", "outbox", public(take), methods=["POST"])


def take() -> Response:
    """JSON: `sent_at`, an ISO instant by the phone's clock, and `letters`, each with `url` (a path), `body` (a form) and, of
    the one that somebody waits for, `waits`, and `fragment`, if a part of the page is wanted.

    The answer: a list with `status`, `location` and `problems` (sentences) of each letter, and `html` of the one that
    somebody waits for. It is shorter where one could not be taken and those behind it could not either.
    """
    sent: Any = request.get_json(silent=True)
    if "X-Outbox" not in request.headers or not _is_sound(sent):
        abort(400)
    told, cookies = [], []
    for letter in sent["letters"]:
        environ = _environ(letter, sent["sent_at"])
        # a context of its own: nothing of one letter is known to the next
        answer = Context().run(Answer.from_app, partial(Flask.wsgi_app, _app()), environ, True)
        cookies += answer.headers.getlist("Set-Cookie")
        told.append(
            {
                "status": answer.status_code,
                "location": answer.location,
                "problems": environ[PROBLEMS],
                "html": answer.get_data(as_text=True) if letter.get("waits") else "",
            }
        )
        if answer.status_code in _STOPS:
            break
    response = jsonify(told)
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _is_sound(sent: Any) -> bool:
    if not isinstance(sent, dict) or not isinstance(sent.get("sent_at"), str):
        return False
    letters = sent.get("letters")
    return isinstance(letters, list) and len(letters) <= MOST and all(map(_is_letter, letters))


def _is_letter(letter: Any) -> bool:
    texts = (letter.get("url"), letter.get("body")) if isinstance(letter, dict) else (None,)
    return all(isinstance(text, str) for text in texts) and local(letter["url"]) is not None and letter["url"].isascii()


def _environ(letter: dict[str, Any], sent_at: str) -> dict[str, Any]:
    """The present request as it would be if the letter had come alone."""
    ours = ("HTTP_", "SERVER_", "REMOTE_", "SCRIPT_", "wsgi.")
    environ = {name: value for name, value in request.environ.items() if name.startswith(ours)}
    body, address = letter["body"].encode(), urlsplit(letter["url"])
    environ |= {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_X_SENT_AT": sent_at,
        PROBLEMS: [],
        # what is read here must be plain
        "HTTP_ACCEPT_ENCODING": "identity",
    }
    if letter.get("waits") and letter.get("fragment"):
        environ["HTTP_HX_REQUEST"] = "true"
    return environ
