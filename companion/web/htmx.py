"""The one place that touches htmx-flask; adds what it lacks (Vary, Reselect) by plain headers."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from htmx_flask import Htmx
from htmx_flask import make_response as _make_response


def init(app: Flask) -> None:
    """Make `request.htmx` known."""
    Htmx(app)


def asked_for_fragment() -> bool:
    """Whether htmx asked for a part of a page, and is not restoring a page from its history."""
    asked: Any = getattr(request, "htmx", None)
    return bool(asked) and not asked.history_restore_request


def make_response(body: str, status: int = 200, **headers: Any) -> Response:
    """A response with htmx-flask's keywords (`trigger=`, `retarget=`, ...)."""
    response: Response = _make_response(body, **headers)
    response.status_code = status
    return response
