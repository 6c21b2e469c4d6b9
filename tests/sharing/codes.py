"""Codes for the tests of this room."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from companion.identity.model import Account, Clinic, Patient
from companion.sharing import invite
from companion.sharing.terms import Terms
from companion.store import db
from tests.cast import NOW, Cast

SHOWN = re.compile(r'class="center code">([A-Z2-9]{4}-[A-Z2-9]{4})<')
#: what a browser sends to let a caregiver in
FORM = {
    "uuid": "6d5c1a1e-3b52-4d49-9b77-0d3c0f6f7d11",
    "whom": "caregiver",
    "name": "Jonas",
    "parts": ["pain", "therapy"],
    "may_log": "y",
}


def from_clinic(cast: Cast, now: datetime = NOW) -> str:
    """A code with which Carl's clinic asks a patient."""
    clinic, carl = db.get_one(Clinic, cast.southfell), db.get_one(Account, cast.carl)
    _row, told = invite.invite_patient(clinic, carl, "Ana", now)
    db.commit()
    db.remove()
    return told


def from_ana(cast: Cast, parts: tuple[str, ...] = ("pain", "therapy"), may_log: bool = True, **more: Any) -> str:
    """A code with which Ana lets a caregiver in; `more` as in Terms."""
    terms = Terms(parts, may_log, **more)
    ana = db.get_one(Patient, cast.ana_patient)
    _row, told = invite.invite_caregiver(ana, db.get_one(Account, cast.ana), "Dora", terms, NOW)
    db.commit()
    db.remove()
    return told


def made(browser: Any, path: str, form: dict[str, Any]) -> str:
    """The code that a form makes, as the next page shows it."""
    found = SHOWN.search(browser.get(browser.post(path, form).location).text)
    assert found
    return found.group(1)


def use(browser: Any, told: str, **form: Any) -> Any:
    """Type the code and say yes."""
    assert browser.post("/codes/", {"code": told}).location == "/codes/accept"
    return browser.post("/codes/accept", {"name": "Ana Morel", **form})
