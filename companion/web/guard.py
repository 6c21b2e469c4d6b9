"""The cross-site guard: a request that changes something must come from our own pages.

Sec-Fetch-Site says so in every browser that can receive our pushes; Origin is the fallback; a request with neither
is refused. So no form needs a token, and the phone's outbox stores none (OWASP's CSRF sheet, Fetch Metadata).
"""

from __future__ import annotations

from flask import Flask, abort, request

_SAFE = {"GET", "HEAD", "OPTIONS"}


def init(app: Flask, origin: str) -> None:
    """Refuse with 403 whatever a page of another site sends to `app`, which people reach at `origin`."""

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method not in _SAFE and not from_our_pages(origin):
            abort(403)


def from_our_pages(origin: str) -> bool:
    """Whether the present request was made by a page at `origin`."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == origin
