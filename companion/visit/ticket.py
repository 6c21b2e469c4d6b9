"""What a browser holds while a report is open in it: which link, until when, signed by the installation.

It opens nothing by itself: the link is asked for again with each request.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from companion import seal

#: so long a report stays open in a browser; then the link is asked for once more
LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Ticket:
    """A report that is open in a browser."""

    link_id: int
    #: a random name of the browser, for as long as the report is open
    reader: str
    until: datetime

    def written(self) -> str:
        """For the cookie."""
        key = seal.newest()
        body = f"{key}.{self.link_id}.{self.reader}.{int(self.until.timestamp())}"
        return f"{body}.{_mark(body, key)}"


def new(link_id: int, before: Ticket | None, now: datetime) -> Ticket:
    """A ticket for the link; the browser keeps the name that it had `before` with the same link."""
    same = before is not None and before.link_id == link_id
    return Ticket(link_id, before.reader if before and same else secrets.token_hex(8), now + LASTS)


def read(cookie: str, now: datetime) -> Ticket | None:
    """The ticket in a cookie; None for one that we did not write, and for one that is over."""
    body, _, mark = cookie.rpartition(".")
    try:
        key, link_id, reader, until = body.split(".")
        known = _mark(body, int(key))
        ticket = Ticket(int(link_id), reader, datetime.fromtimestamp(int(until), UTC))
    except (ValueError, OverflowError, OSError, seal.LostKey):
        return None
    return ticket if hmac.compare_digest(known.encode(), mark.encode()) and now < ticket.until else None


def _mark(body: str, key: int) -> str:
    return hmac.new(seal.secret("visit", key), body.encode(), sha256).hexdigest()
