"""Filled-in forms for the diary's tests, and what a page holds."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import select

from companion.diary.model import Entry
from companion.store import db


def filled(**fields: Any) -> dict[str, Any]:
    """A check-in as a browser without scripts sends it; a field that is None is left out."""
    sheet = {"uuid": str(uuid.uuid4()), "at": "", "pain": "5", "side": "back", "when": "", "note": ""} | fields
    return {name: value for name, value in sheet.items() if value is not None}


def kept(patient_id: int) -> list[Entry]:
    """Every entry of the patient, in the order of writing."""
    db.remove()
    return list(db.scalars(select(Entry).where(Entry.patient_id == patient_id).order_by(Entry.id)))


def names(page: Any) -> set[str]:
    """The names of everything that can be filled in on the page."""
    return set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page.text))


def uuid_on(page: Any) -> str:
    """The id that the page gives to the next record."""
    found = re.search(r'name="uuid" value="([^"]+)"', page.text)
    assert found
    return found[1]
