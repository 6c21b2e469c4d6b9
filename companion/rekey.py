"""Seal everything that is kept anew with the newest key, some rows at a time, while everybody works.

An older key stays in the file: the audit log is proved with it, and what was sealed meanwhile by a process that did not
know the new one is opened by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, func, inspect, select, update

from companion import seal
from companion.sealed import Sealed, sealed_columns
from companion.store import Base, db, work

#: rows that wait for each other
_AT_ONCE = 200


def rekey() -> tuple[int, list[str]]:
    """How many values were sealed anew, and of which rows they could not be, since their key is lost."""
    lost: list[str] = []
    done = sum(_some(sealed, start, lost) for sealed in every() for start in _starts(sealed))
    return done, lost


def every() -> list[Sealed[Any]]:
    """All that is kept sealed, of every room that is imported; whoever puts the app together imports them all."""
    mappers = sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table))
    return [sealed for mapper in mappers for sealed in sealed_columns(mapper)]


def _starts(sealed: Sealed[Any]) -> Iterator[int]:
    """Where each piece of the table starts."""
    (key,) = inspect(sealed.model).primary_key
    with work():
        first, last = db.execute(select(func.min(key), func.max(key))).one()
    yield from range(first, last + 1, _AT_ONCE) if first is not None else ()


def _some(sealed: Sealed[Any], start: int, lost: list[str]) -> int:
    model, column = sealed.model, sealed.column
    (key,) = inspect(model).primary_key
    query = select(key, getattr(model, sealed.of), getattr(model, sealed.by), column).with_for_update()
    query = query.where(key.between(start, start + _AT_ONCE - 1), column.is_not(None))
    anew: list[dict[str, Any]] = []
    with work():
        for id, owner_id, place, value in db.execute(query):
            if seal.key_of(value) == seal.newest():
                continue
            try:
                said = sealed.opened(value, owner_id, place)
            except seal.LostKey as problem:
                lost.append(f"{model.__tablename__} {id}: {problem}")
            else:
                anew.append({"of": id, **sealed.columns(said, owner_id, place)})
        if anew:
            names = [name for name in anew[0] if name != "of"]
            put = update(model.__table__).where(key == bindparam("of"))
            db.connection().execute(put.values({name: bindparam(name) for name in names}), anew)
    return len(anew)
