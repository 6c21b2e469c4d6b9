"""Prove a chain, or name its first broken event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from companion import seal
from companion.audit.heads import read
from companion.audit.model import Event
from companion.audit.write import START, mac
from companion.store import db

_COLUMNS = [column.name for column in Event.__table__.columns]
_AT_ONCE = 1000


@dataclass(frozen=True)
class Proof:
    """What a chain turned out to be."""

    chain: int
    #: whole events from the first one on
    whole: int
    #: what is wrong with the first that is broken, as a sentence; an empty text for none
    broken: str
    #: number of the last event whose head is kept outside, 0 for none
    kept: int = 0

    @property
    def said(self) -> str:
        """One line of it for the operator."""
        name = f"Clinic {self.chain}" if self.chain > 0 else f"No clinic ({self.chain})"
        kept = f"the head of event {self.kept} is kept outside" if self.kept else "no head is kept outside yet"
        return f"{name}: {self.broken or 'Whole.'} {self.whole} proved from the first one on; {kept}."


def prove_all(path: Path, chain: int | None = None) -> list[Proof]:
    """Every chain in the database or in the file of heads, or only that of a clinic; 0: those of none. Raises NoHead."""
    heads = read(path)
    known = sorted({*db.scalars(select(Event.chain).distinct()), *heads, *(() if chain is None else (chain,))})
    wanted = [each for each in known if chain is None or each == chain or (chain == 0 and each < 0)]
    return [prove(each, heads.get(each, {})) for each in wanted]


def prove(chain: int, heads: Mapping[int, bytes]) -> Proof:
    """Whether the chain in the database is what was written, and what was kept of it outside."""
    # as it stands there, since a value of another type must not hide behind a failure to read it
    query = text(f"SELECT {', '.join(_COLUMNS)} FROM audit_event WHERE chain = :chain ORDER BY seq")  # noqa: S608 names of ours
    with db.execute(query, {"chain": chain}, execution_options={"yield_per": _AT_ONCE}) as found:
        return proof(chain, (dict(row) for row in found.mappings()), heads)


def proof(chain: int, rows: Iterable[Mapping[str, Any]], heads: Mapping[int, bytes]) -> Proof:
    """As `prove`, for rows in the order of their numbers."""
    whole, before, last = 0, START, max(heads, default=0)
    for row in rows:
        broken = _broken(row, before, whole + 1, heads)
        if broken:
            return Proof(chain, whole, broken, last)
        whole, before = whole + 1, row["mac"]
    broken = f"Event {whole + 1} and all up to {last} are missing." if last > whole else ""
    return Proof(chain, whole, broken, last)


def _broken(row: Mapping[str, Any], before: bytes, seq: int, heads: Mapping[int, bytes]) -> str:
    """What is wrong with the row that should be number `seq`."""
    if row["seq"] != seq:
        return f"Event {seq} is missing."
    facts = {name: value for name, value in row.items() if name != "mac"}
    try:
        if isinstance(row["at"], str):
            facts["at"] = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
        whole = mac(before, facts) == row["mac"]
    except seal.LostKey:
        return f"Event {seq} cannot be proved: key {row['key']} is lost."
    except (AttributeError, TypeError, ValueError):
        whole = False
    if not whole:
        return f"Event {seq} is not what was written: it was changed, or stands in the place of another."
    if heads.get(seq, row["mac"]) != row["mac"]:
        return f"Event {seq} is not the one whose head was kept: the chain was written anew."
    return ""
