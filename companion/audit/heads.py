"""The heads of the chains, kept outside the database: what is cut off the end of a chain shows only here.

The file is a line a head: when, chain, number of the event, its mac in hex. Whoever wants to hide something has to reach
the database, the keys and this file, so a copy of it belongs on another machine.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import func, select

from companion.audit.model import Event
from companion.beat import repeat
from companion.store import db, work

#: the name of the file in the home
HEADS = "audit-heads"
log = logging.getLogger("companion.audit")


class NoHead(Exception):
    """The file of heads holds a line that is none; the text says which file."""


def read(path: Path) -> dict[int, dict[int, bytes]]:
    """The heads that are kept in `path`: the mac of an event by chain and number; raises NoHead."""
    heads: dict[int, dict[int, bytes]] = defaultdict(dict)
    for line in path.read_text(encoding="ascii", errors="replace").splitlines() if path.exists() else ():
        try:
            _at, chain, seq, proof = line.split()
            heads[int(chain)].setdefault(int(seq), bytes.fromhex(proof))
        except ValueError:
            raise NoHead(f"{path} holds a line that is no head of a chain. Compare it with a copy.") from None
    return heads


def keep(path: Path, now: datetime) -> int:
    """Append the heads that moved since the file was last written; how many. Several that do it at once harm nothing."""
    kept = read(path)
    last = select(Event.chain, func.max(Event.seq).label("seq")).group_by(Event.chain).subquery()
    at_head = (Event.chain == last.c.chain) & (Event.seq == last.c.seq)
    found = db.execute(select(Event.chain, Event.seq, Event.mac).join(last, at_head).order_by(Event.chain))
    lines = [
        f"{now.isoformat(timespec='seconds')} {chain} {seq} {proof.hex()}\n"
        for chain, seq, proof in found
        if seq not in kept.get(chain, ())
    ]
    if lines:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, "".join(lines).encode())
            os.fsync(file)
        finally:
            os.close(file)
    return len(lines)


def join_clock(heart: BackgroundScheduler, home: Path) -> None:
    """Keep the heads with the clock, now and once a day."""

    def daily(now: datetime) -> None:
        with work():
            keep(home / HEADS, now)

    repeat(heart, "keeping the heads", daily, 86400)
