"""Whose take-out is made, as the files of it need to know, and how many rows are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

Row = TypeVar("Row")


@dataclass
class Person:
    """Ids and settings, read once; `tell` is called with the rows written so far, every few hundred."""

    #: None for a diary that somebody keeps for them
    account_id: int | None
    #: None for an account without a record
    patient_id: int | None
    name: str
    language: str
    zone: str
    #: the address of this installation, which makes ids of ours unlike any other's
    origin: str
    now: datetime
    tell: Callable[[int], object]
    done: int = 0

    @property
    def about(self) -> dict[str, Any]:
        """The first thing in record.json."""
        return {"format": "companion record 1", "made_at": self.now, "from": self.origin, "language": self.language}

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, each counted when it is passed on."""
        for row in rows:
            yield row
            self.done += 1
            if self.done % 400 == 0:
                self.tell(self.done)
