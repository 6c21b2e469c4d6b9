"""Append an event to its chain, in the transaction of what it tells of: both are kept, or neither is.

It stands in the way of every check-in, so the statements are plain text for the driver.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from companion import seal
from companion.audit.acts import ACTS
from companion.store import db

#: the mac before the first event of a chain
START = bytes(32)
#: What is no clinic's is spread over so many chains, 0, -1, -2 ..., by whose record it is, or else by who acts: while one
#: transaction is at the end of a chain, all others wait for it there.
CHAINS = 16
#: PostgreSQL lets others write as well; the first number tells this lock from other ones
_LOCK = "SELECT pg_advisory_xact_lock(4078, %s)"
_HEAD = "SELECT seq, mac FROM audit_event WHERE chain = %s ORDER BY seq DESC LIMIT 1"
_COLUMNS = ("chain", "seq", "at", "act", "actor", "whose", "thing", "place", "outcome", "key")
_APPEND = f"INSERT INTO audit_event ({', '.join(_COLUMNS)}, mac) VALUES (%s{', %s' * len(_COLUMNS)})"  # noqa: S608 names of ours
#: the id of a patient, and what of their record it is about
Of = tuple[int | None, str]
_HEAD_OF_SQLITE, _APPEND_TO_SQLITE = (text.replace("%s", "?") for text in (_HEAD, _APPEND))
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Acting:
    """Who acts in this request, for which clinic (0: none), and where it comes from."""

    actor: int | None = None
    chain: int = 0
    place: str = ""


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def begin(place: str = "") -> None:
    """A request begins, from `place`; who acts is not known yet."""
    _acting.set(Acting(place=place))


def act_as(actor: int, chain: int = 0) -> None:
    """From here on in this request the account `actor` acts: for the clinic of the chain, or as a person (0)."""
    _acting.set(replace(_acting.get(), actor=actor, chain=chain))


def acting() -> Acting:
    """Who acts now."""
    return _acting.get()


def wrote(part: str, whose: int, now: datetime) -> None:
    """Whoever acts in this request wrote into a part of the patient's record: diary, medicines, therapy, procedures."""
    by = _acting.get()
    note(by.chain, f"{part}_written", by.actor, whose, now)


def note(
    chain: int,
    act: str,
    actor: int | None,
    whose: int | None,
    now: datetime,
    outcome: str = "done",
    place: str = "",
    thing: str = "",
    session: Session | None = None,
) -> None:
    """Append an event to the chain of a clinic, or to one of no clinic for `chain` 0; the caller commits.

    `act` is a key of ACTS; KeyError for another one. From here to the commit nobody else appends to the chain, so late in
    a transaction is the time for it. An empty `place` is that of the request; without a `session` it is `db`'s.
    """
    note_each(chain, act, actor, [(whose, thing)], now, outcome, place, session)


def note_each(
    chain: int,
    act: str,
    actor: int | None,
    of: Iterable[Of],
    now: datetime,
    outcome: str = "done",
    place: str = "",
    session: Session | None = None,
) -> None:
    """As `note`, an event for each patient and thing in `of`; many take as many statements as one."""
    ACTS[act]
    connection = (session or db).connection()
    sqlite = connection.dialect.name == "sqlite"
    key, place = seal.newest(), place or _acting.get().place
    same = {"at": now, "act": act, "actor": actor, "place": place, "outcome": outcome, "key": key}
    cursor = connection.connection.cursor()
    try:
        # always in this order, so that no two wait for each other
        for number, events in sorted(_by_chain(chain, actor, of).items()):
            _append(cursor, sqlite, number, events, same)
    finally:
        cursor.close()


def _by_chain(chain: int, actor: int | None, of: Iterable[Of]) -> dict[int, list[Of]]:
    """The events by the chain that they stand in."""
    found: dict[int, list[Of]] = {}
    for whose, thing in of:
        found.setdefault(chain or -((whose or actor or 0) % CHAINS), []).append((whose, thing))
    return found


def _append(cursor: Any, sqlite: bool, chain: int, of: list[Of], same: Mapping[str, Any]) -> None:
    # as SQLAlchemy writes an instant there
    at = same["at"].astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else same["at"]
    if not sqlite:
        cursor.execute(_LOCK, (chain,))
    cursor.execute(_HEAD_OF_SQLITE if sqlite else _HEAD, (chain,))
    seq, before = cursor.fetchone() or (0, START)
    rows = []
    for seq, (whose, thing) in enumerate(of, seq + 1):  # noqa: B020 it counts on from the head
        facts = {**same, "chain": chain, "seq": seq, "whose": whose, "thing": thing}
        before = mac(before, facts)
        rows.append((*({**facts, "at": at}[name] for name in _COLUMNS), before))
    cursor.executemany(_APPEND_TO_SQLITE if sqlite else _APPEND, rows)


def mac(before: bytes, facts: Mapping[str, Any]) -> bytes:
    """What proves an event, all that it says by the names of its columns, behind the mac `before` it; raises LostKey."""
    said = _canonical({**facts, "at": facts["at"].astimezone(UTC).isoformat(timespec="microseconds")})
    return hmac.digest(seal.secret(f"audit chain {facts['chain']}", facts["key"]), before + said.encode(), "sha256")
