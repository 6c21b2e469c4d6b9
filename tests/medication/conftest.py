"""Ana's medicines: gabapentin at 08:00, 13:00 and 21:00, tramadol when she needs it; and one of Dora's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.medication.add import Taking, add
from companion.medication.model import Dose
from companion.store import db
from tests.cast import NOW

WALLS = (time(8), time(13), time(21))


@dataclass(frozen=True)
class Shelf:
    """Ids of medicines."""

    gabapentin: int
    tramadol: int
    doras: int


@pytest.fixture
def shelf(cast: Any) -> Shelf:
    """Everything was added ten days ago."""
    ana, dora = db.get(Patient, cast.ana_patient), db.get(Patient, cast.dora_patient)
    then = NOW - timedelta(days=10)
    gabapentin = Taking("Gabapentin", "300 mg", "1 capsule", "With food", walls=WALLS)
    made = [
        add(ana, db.get(Account, cast.ana), gabapentin, then),
        add(ana, db.get(Account, cast.ana), Taking("Tramadol", "50 mg", as_needed=True), then),
        add(dora, db.get(Account, cast.dora), Taking("Baclofen", "10 mg", walls=WALLS), then),
    ]
    db.commit()
    ids = [medicine.id for medicine in made]
    db.remove()
    return Shelf(*ids)


def tap(status: str = "taken", **more: str) -> dict[str, str]:
    """The form that a tap on Take sends."""
    return {"uuid": str(uuid4()), "status": status, "at": "", **more}


def doses() -> list[Dose]:
    """Every dose that is kept, in the order of writing."""
    db.remove()
    return list(db.scalars(select(Dose).order_by(Dose.id)))
