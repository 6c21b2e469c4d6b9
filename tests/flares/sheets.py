"""The form of a flare as a browser sends it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from companion.flares.model import Flare
from companion.flares.queries import counts
from companion.store import db
from tests.cast import Cast
from tests.conftest import Browser


def filled(**fields: Any) -> dict[str, Any]:
    """An empty form with an id of its own, and what is filled in."""
    return {"uuid": str(uuid4()), "at": "", "when": "", "words": "", "told": "", **fields}


def begun(browser: Browser, under: str = "", **fields: Any) -> str:
    """A flare begins in the browser; its id."""
    sheet = filled(**fields)
    assert browser.post(f"{under}/flares/", sheet).status_code == 303
    return str(sheet["uuid"])


def kept(cast: Cast) -> list[Flare]:
    """Ana's flares that count, newest first, read anew."""
    db.remove()
    return list(db.query(Flare).where(*counts(cast.ana_patient)).order_by(Flare.began_at.desc()))
