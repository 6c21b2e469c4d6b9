"""Programmes for the tests of this room."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import uuid4

from companion.identity.model import Account, Clinic, Patient
from companion.store import db
from companion.therapy import plan_it
from tests.cast import NOW, Cast

#: what a browser sends to plan Mon Wed Fri at 18:00
FORM = {
    "uuid": str(uuid4()),
    "kind": "pt",
    "title": "Back and hip",
    "note": "Slowly.",
    "minutes": "20",
    "weekdays": ["1", "3", "5"],
    "walls": ["18:00", ""],
}


def planned(
    cast: Cast,
    walls: tuple[time, ...] = (time(8), time(18)),
    weekdays: str = "1234567",
    clinic: bool = False,
    patient: str = "ana",
    now: datetime = NOW - timedelta(days=7),
) -> int:
    """The id of a programme of Ana's or Dora's, planned a week ago."""
    record = db.get_one(Patient, getattr(cast, f"{patient}_patient"))
    author = db.get_one(Account, cast.ben if clinic else getattr(cast, patient))
    at = db.get_one(Clinic, cast.northmoor) if clinic else None
    what = ("pt", "Bridges", "Lift slowly.\nThen rest.", 15, list(walls), weekdays)
    programme, _ = plan_it.plan(record, author, at, *what, now, str(uuid4()), "")
    db.commit()
    found = programme.id
    db.remove()
    return found


def tap(status: str = "done", **values: str) -> dict[str, str]:
    """What a browser sends to keep a session."""
    return {"uuid": str(uuid4()), "at": "", "wall": "", "day": "", "status": status, "note": "", **values}
