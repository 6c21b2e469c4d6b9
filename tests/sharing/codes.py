"""Codes for the tests of this room."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from companion.identity.model import Account, Clinic, Patient
from companion.sharing import invite
from companion.store import db
from tests.cast import NOW, Cast

SHOWN = re.compile(r'class="center code">([A-Z2-9]{4}-[A-Z2-9]{4})<')
#: what a browser sends to let a caregiver in
FORM = {"name": "Jonas", "parts": ["pain", "therapy"], "may_log": "y"}


def from_clinic(cast: Cast, now: datetime = NOW) -> str:
    """A code with which Carl's clinic asks a patient."""
    clinic, carl = db.get_one(Clinic, cast.southfell), db.get_one(Account, cast.carl)
    _row, told = invite.invite_patient(clinic, carl, "Ana", now)
    db.commit()
    db.remove()
    return told


def from_ana(cast: Cast, parts: tuple[str, ...] = ("pain", "therapy"), may_log: bool = True) -> str:
    """A code with which Ana lets a caregiver in."""
    ana = db.get_one(Patient, cast.ana_patient)
    _row, told = invite.invite_caregiver(ana, db.get_one(Account, cast.ana), "Dora", parts, may_log, NOW)
    db.commit()
    db.remove()
    return told


def use(browser: Any, told: str, **form: Any) -> Any:
    """Type the code and say yes."""
    assert browser.post("/sharing/code", {"code": told}).location == "/sharing/accept"
    return browser.post("/sharing/accept", {"name": "Ana Morel", **form})
