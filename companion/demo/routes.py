"""The sign-in addresses of the demo. The blueprint is registered in demo mode only."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, url_for

from companion import store
from companion.demo.addresses import read
from companion.identity.gate import anyone, signed_in
from companion.identity.model import Account

bp = Blueprint("demo", __name__)


@bp.get("/<key>")
@anyone
def enter(key: str) -> Response:
    """Sign in as the member of the cast whose key this is."""
    member = read(current_app.config["SETTINGS"].home).get(key)
    if member is None:
        abort(404)
    store.db.remove()  # this GET writes: it is the one that does, and only in a demo
    account = store.db.get_one(Account, member["account"])
    return signed_in(account, redirect(url_for("home"), 303), strong=True)  # type: ignore[arg-type]
