"""The cookies of a browser: its sign-in, and the token of the forms that a stranger fills in."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from flask import Response, current_app, request

from companion.web.pages import show

#: days that a browser keeps its token: a page for strangers may stay open in a phone for weeks
_TOKEN_DAYS = 90


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to TLS; plain http (a demo on localhost) cannot have it."""
    return "__Host-companion" if current_app.config["SETTINGS"].secure else "companion"


def set_cookie(response: Response, name: str, value: str, days: float = 0) -> None:
    """A cookie that scripts cannot read and other sites cannot send."""
    secure = current_app.config["SETTINGS"].secure
    age = int(days * 86400) or None
    response.set_cookie(name, value, max_age=age, secure=secure, httponly=True, samesite="Lax", path="/")


def browser() -> str:
    """What tells this browser from others before anybody signs in; an empty text when it keeps no cookies."""
    return request.cookies.get("form", "")


def show_stranger(page: str, status: int = 200, **values: Any) -> Response:
    """A page with a form that a stranger fills in: its token is also in a cookie, so that no other site can sign you in.

    All tabs of a browser have the same, before and after a sign-in, so that none of them grows stale.
    """
    token = browser() or secrets.token_urlsafe(16)
    response = show(page, status=status, form_token=token, **values)
    set_cookie(response, "form", token, _TOKEN_DAYS)
    return response


def is_ours(form_token: str | None) -> bool:
    """Whether a form came from a page that `show_stranger` made for this browser."""
    return hmac.compare_digest(browser().encode(), (form_token or "-").encode())
