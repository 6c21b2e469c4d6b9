"""The form of what was seen, as a browser sends it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from companion.seen.model import Seen
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import Cast


def filled(**fields: Any) -> dict[str, Any]:
    """A limp, with an id of its own."""
    return {"uuid": str(uuid4()), "at": "", "when": "", "signs": ["limped"], "note": "", **fields}


def let_in(cast: Cast, *parts: str) -> None:
    """Ana opens these parts to Rosa."""
    db.query(Grant).filter_by(account_id=cast.rosa, patient_id=cast.ana_patient).update({"parts": list(parts)})
    db.commit()


def kept(cast: Cast) -> list[Seen]:
    """What was seen of Ana, read anew."""
    db.remove()
    return list(db.query(Seen).filter_by(patient_id=cast.ana_patient).order_by(Seen.id))
