"""Make a link for an outside doctor, and take it back."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from companion.audit.write import note
from companion.identity.model import Account, Patient
from companion.identity.passwords import hashed
from companion.sharing.model import PARTS
from companion.store import db
from companion.visit.model import VisitLink


def make(
    patient: Patient,
    maker: Account,
    name: str,
    parts: Sequence[str],
    days: tuple[date, date],
    lasts: timedelta,
    passphrase: str,
    now: datetime,
) -> tuple[VisitLink, str]:
    """A link for `name` to the open `parts` of `days`, both included. The token is told only here."""
    token = secrets.token_urlsafe(32)
    link = VisitLink(patient_id=patient.id, made_by=maker.id, name=name, made_at=now, expires_at=now + lasts)
    link.token_hash, link.parts = hash_of(token), [part for part in PARTS if part in parts]
    link.first_on, link.last_on = days
    link.passphrase_hash = hashed(said(passphrase)) if said(passphrase) else None
    db.add(link)
    db.flush()
    note(0, "link_made", maker.id, patient.id, now, thing=f"link {link.id}")
    return link, token


def withdraw(link: VisitLink, by: Account, now: datetime) -> None:
    """It opens nothing from the next request on; one that was withdrawn keeps its first end."""
    if link.withdrawn_at is None:
        link.withdrawn_at = now
        note(0, "link_withdrawn", by.id, link.patient_id, now, thing=f"link {link.id}")


def hash_of(token: str) -> str:
    """SHA-256 of a token, the only thing that is stored."""
    return sha256(token.encode()).hexdigest()


def said(passphrase: str) -> str:
    """A passphrase as it is told by telephone: capitals and the number of blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).casefold().split())
