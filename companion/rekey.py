"""Seal everything that is kept anew with the newest key, some rows at a time, while everybody works.

An older key stays in the file: the audit log is proved with it, and what was sealed meanwhile by a process that did not
know the new one is opened by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, inspect, select

from companion import seal
from companion.flares.model import Flare, FlareStep
from companion.measures.model import Answer
from companion.reminders.model import Device
from companion.seen.model import Seen, SeenVersion
from companion.signin.model import Totp
from companion.store import db, work

#: what is sealed for long: the column by its model, whose rows know how to `seal_again`
SEALED: dict[type[Any], Any] = {
    Answer: Answer.values,
    Device: Device.sealed,
    Totp: Totp.secret,
    Flare: Flare.sealed,
    FlareStep: FlareStep.sealed,
    Seen: Seen.sealed,
    SeenVersion: SeenVersion.sealed,
}
#: rows that wait for each other
_AT_ONCE = 200


def rekey() -> tuple[int, list[str]]:
    """How many values were sealed anew, and of which rows they could not be, since their key is lost."""
    lost: list[str] = []
    done = sum(_some(model, column, start, lost) for model, column in SEALED.items() for start in _starts(model))
    return done, lost


def _starts(model: type[Any]) -> Iterator[int]:
    """Where each piece of the table starts."""
    (key,) = inspect(model).primary_key
    with work():
        first, last = db.execute(select(func.min(key), func.max(key))).one()
    yield from range(first, last + 1, _AT_ONCE) if first is not None else ()


def _some(model: type[Any], column: Any, start: int, lost: list[str]) -> int:
    (key,) = inspect(model).primary_key
    done = 0
    with work():
        for row in db.scalars(select(model).where(key.between(start, start + _AT_ONCE - 1)).with_for_update()):
            if seal.key_of(getattr(row, column.key)) == seal.newest():
                continue
            try:
                row.seal_again()
                done += 1
            except seal.LostKey as problem:
                lost.append(f"{model.__tablename__} {getattr(row, key.key)}: {problem}")
    return done
