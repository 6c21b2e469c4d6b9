"""A code to pass on: made for a form, and shown for ten minutes in the browser that made it. We keep no more than its hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, current_app, request, url_for

from companion.identity.model import Account
from companion.sharing import code
from companion.sharing.model import Invitation
from companion.web import qr
from companion.web.cookies import set_cookie
from companion.web.forms import digest
from companion.web.limit import allow

_COOKIE, _DAYS = "invited", 1 / 144


def new_code(maker: Account, now: datetime) -> str | None:
    """The code of the form that was sent, the same if it is sent twice; None for whoever made too many.

    Whoever could choose ids without end could try out codes of others.
    """
    return code.of(digest(request.form)) if allow("invite", str(maker.id), 60, 60, now) else None


def remembered(response: Response, told: str) -> Response:
    """`response`, whose browser can look at the code for ten minutes."""
    set_cookie(response, _COOKIE, told, _DAYS)
    return response


def shown(row: Invitation, now: datetime) -> dict[str, Any] | None:
    """For the page with the code: as letters, as an address and as a picture; None if it is not for this browser to see."""
    told = request.cookies.get(_COOKIE, "")
    if row.used_at or row.expires_at <= now or code.hashed(told) != row.code_hash:
        return None
    address = f"{current_app.config['SETTINGS'].origin}{url_for('codes.code')}#{told}"
    side, path = qr.drawing(address)
    return {"row": row, "told": told, "address": address, "side": side, "path": path}
