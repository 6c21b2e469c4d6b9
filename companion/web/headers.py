"""What every answer carries: a strict content policy, no sniffing, no referrer, and no keeping of personal pages."""

from __future__ import annotations

import gzip

from flask import Flask, Response, g, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: a style, script or icon loads nothing, not even when somebody opens an icon as a page
_FILE = {**_FIXED, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
_SMALL = 1400
_TEXT = ("text/html", "text/javascript", "application/manifest")


def init(app: Flask, secure: bool) -> None:
    """Dress every answer of `app`; `secure` adds HSTS for a year."""

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in (_FILE if request.blueprint == "assets" else _FIXED).items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return _pack(response)


def takes_packed() -> bool:
    """Whether the browser reads what is compressed by gzip."""
    return request.accept_encodings["gzip"] > 0


def _pack(response: Response) -> Response:
    """Compress a page that holds no form token, which a guess could be measured against: signed-in and user-free ones."""
    if (
        (getattr(g, "who", None) is None and request.blueprint != "phone")
        or response.direct_passthrough
        or not (response.content_type or "").startswith(_TEXT)
        or not takes_packed()
        or "Content-Encoding" in response.headers
        or (response.content_length or 0) < _SMALL
    ):
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response
