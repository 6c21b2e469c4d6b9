"""Open a link: its token and, where there is one, its passphrase; each use is written down.

A passphrase may be tried five times in fifteen minutes, wherever from, and each try takes one before it is looked at,
so that many at once are no more than five. A token has 256 bits; wrong ones are counted by address all the same.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from companion.audit.write import note
from companion.identity.passwords import matches
from companion.store import at_once, db
from companion.visit.make import hash_of, said
from companion.visit.model import VisitLink, VisitUse
from companion.web.errors import SENTENCES
from companion.web.limit import allow, is_spent, network
from companion.words import Later, lazy

#: reading on within this time is the same visit
SAME_VISIT = timedelta(minutes=10)
_MINUTES = 15
_OF_LINK, _OF_ADDRESS = 5, 30
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)

#: the same for a link that never was, one that has ended and one that was withdrawn
NOTHING = lazy("This link opens nothing. It may have ended, or a part of it is missing. Please ask for a new one.")
#: of a report that was open in a browser
CLOSED = lazy("No report is open here. It may have ended, or it was closed. If you still have the link, paste it here.")
_WRONG = lazy("This passphrase is not right. Please check it and try again.")


class Refused(Exception):
    """Nothing is opened; `reason` says why in plain words, `status` for browsers."""

    status = 404

    def __init__(self, reason: Later) -> None:
        super().__init__(reason.text)
        self.reason = reason


class WrongPassphrase(Refused):
    """The link is right, what was typed with it is not."""

    status = 422


class TooMany(Refused):
    """No try is left for now, whatever was typed."""

    status = 429


class Asked(Exception):
    """The link is right and asks for its passphrase."""


def token_in(typed: str) -> str:
    """The token in what a person pasted: the whole address, or only what stands behind its #."""
    return typed.strip().rpartition("#")[2].strip()


def find(typed: str, passphrase: str, address: str | None, now: datetime) -> VisitLink:
    """The link that opens; raises Asked or Refused. `address` is the internet address of who asks."""
    of_address = ("visit-from", network(address), _OF_ADDRESS)
    if is_spent(*of_address, _MINUTES, now):
        raise TooMany(SENTENCES[429][1])
    token = token_in(typed)
    found = select(VisitLink).where(VisitLink.token_hash == hash_of(token))
    link = db.scalars(found).first() if _TOKEN.fullmatch(token) else None
    if link is None or not link.holds(now):
        allow(*of_address, _MINUTES, now)
        raise Refused(NOTHING)
    if link.passphrase_hash is not None:
        _prove(link, passphrase, of_address, now)
    return link


def _prove(link: VisitLink, passphrase: str, of_address: tuple[str, str, int], now: datetime) -> None:
    if not said(passphrase):
        raise Asked
    if not allow("visit-link", str(link.id), _OF_LINK, _MINUTES, now):
        raise TooMany(SENTENCES[429][1])
    if not matches(said(passphrase), link.passphrase_hash):
        allow(*of_address, _MINUTES, now)
        with at_once() as session:
            note(0, "link_refused", None, link.patient_id, now, "refused", thing=f"link {link.id}", session=session)
        raise WrongPassphrase(_WRONG)


def opened(link_id: int, now: datetime) -> VisitLink | None:
    """The link that a browser has opened before, as long as it holds."""
    link = db.get(VisitLink, link_id)
    return link if link is not None and link.holds(now) else None


def note_use(link: VisitLink, reader: str, now: datetime) -> None:
    """Write down that somebody reads behind the link, once in ten minutes, in a transaction of its own."""
    seen = select(VisitUse.id).where(VisitUse.link_id == link.id, VisitUse.reader == reader)
    if db.scalars(seen.where(VisitUse.used_at > now - SAME_VISIT).limit(1)).first() is None:
        with at_once() as session:
            session.add(VisitUse(link_id=link.id, reader=reader, used_at=now))
            note(0, "link_opened", None, link.patient_id, now, thing=f"link {link.id}", session=session)
