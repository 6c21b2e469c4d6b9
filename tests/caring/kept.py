"""A diary that Rosa keeps for Leo, with an entry in it."""

from __future__ import annotations

from companion.diary import record
from companion.identity.model import Account
from companion.sharing import keep
from companion.store import db
from tests.cast import NOW, Cast


def kept(cast: Cast) -> str:
    """Start it; where its pages are."""
    rosa = db.get_one(Account, cast.rosa)
    leo = keep.start(rosa, "Leo Morel", None, "Europe/Berlin", NOW).patient
    record.record(leo, rosa, "entry of Leo", "", NOW, 4, NOW)
    db.commit()
    db.remove()
    return f"/for/{leo.id}/"
