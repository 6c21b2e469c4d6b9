"""The one place that touches htmx-flask: whether a page or a part of one was asked for."""

from __future__ import annotations

from flask import Flask, request
from htmx_flask import Htmx


def init(app: Flask) -> None:
    """Make `request.htmx` known."""
    Htmx(app)


def asked_for_fragment() -> bool:
    """Whether a part of a page was asked for: by htmx, or by the phone's outbox."""
    return bool(request.htmx)  # type: ignore[attr-defined]
