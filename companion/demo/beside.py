"""Beside the numbers of the invented patient: flares, a flare plan, and what her caregiver saw."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from companion import clock
from companion.flares.model import Flare, FlareStep
from companion.identity.model import Account, Patient
from companion.seen.model import Seen
from companion.store import db

#: days ago, hours long, what set it off, own words
_FLARES = (
    (63, 52, ["too-much", "lifting"], "Carried the shopping up"),
    (24, 30, ["sleep", "weather"], ""),
    (9, 18, ["too-long"], "The long drive"),
)
_STEPS = (
    "Lie down with a warm pack for 20 minutes",
    "Breathe slowly, five minutes",
    "A short walk in the flat",
    "Call Rosa",
)
#: days ago, at which hour of the day before now, what was seen, own words
_SEEN = (
    (24, 3, ["limped", "quiet"], "Held on to the rail on the stairs."),
    (9, 2, ["slept-badly", "winced"], ""),
    (2, 4, ["moved-easily", "laughed"], "We went to the market and she did not need to sit down."),
)


def add_beside(patient: Patient, caregiver: Account, now: datetime) -> None:
    """Write it into the record; the caller commits."""
    mine = {"patient_id": patient.id, "author_id": patient.account_id, "digest": ""}
    for days, hours, set_off, words in _FLARES:
        began, uuid = now - timedelta(days=days, hours=5), _uuid("flare", days)
        row = Flare(**mine, uuid=uuid, zone=patient.zone, began_at=began, day=clock.day_of(began, patient.zone), recorded_at=began,
                    ended_at=began + timedelta(hours=hours), ended_by=patient.account_id, set_off=set_off, flags={}, words=words)  # fmt: skip
        db.add(row)
    for place, text in enumerate(_STEPS, start=1):
        uuid = _uuid("step", place)
        db.add(FlareStep(**mine, uuid=uuid, place=place, text=text, recorded_at=now - timedelta(days=70)))
    for days, hours, signs, note in _SEEN:
        at, uuid = now - timedelta(days=days, hours=hours), _uuid("seen", days)
        theirs = {**mine, "author_id": caregiver.id, "uuid": uuid, "zone": patient.zone}
        day = clock.day_of(at, patient.zone)
        db.add(Seen(**theirs, seen_at=at, day=day, signs=signs, note=note, recorded_at=at))


def _uuid(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"companion demo {kind} {number}"))
