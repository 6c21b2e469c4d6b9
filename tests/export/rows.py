"""One row in every table that belongs to a person, filled by the columns' types, with a mark in every text."""

from __future__ import annotations

from datetime import date, time
from itertools import count
from typing import Any

from sqlalchemy import JSON, Column, Table, insert, select
from sqlalchemy.types import Boolean, Date, Float, Integer, LargeBinary, String, Time

from companion.export import whose
from companion.store import UTCDateTime, db
from tests.cast import NOW

#: what the type alone does not tell, by table.column or column
KNOWN: dict[str, Any] = {
    "zone": "Europe/Berlin", "parts": ["pain"], "grant.clinic_id": None, "status": "done", "grant.keeps": False,
    "joined_id": None, "former_id": None, "kind": "pt", "entry.kind": "evening", "side": "left", "level": "L4-5", "region": "back-neck", "code": None,
}  # fmt: skip
#: how a text stands among sealed facts
SAID: dict[str, Any] = {
    "entry.words_sealed": lambda text: {"feels": [text]},
    "measure_answer.said_sealed": lambda text: {"1": text},
    "seen_version.said_sealed": lambda text: {"signs": [], "note": text},
}
_NUMBERS = count(100)
_DAYS = count(date(2026, 1, 1).toordinal())


def fill(
    mark: str, account_id: int, patient_id: int, clinic_id: int, other: int, bare: bool = False
) -> dict[str, dict[str, Any]]:
    """Give the person a row in every table of theirs, and mark their own two; `other` is who else is named in them.

    The rows by the table's name, with the sealed words under their own names. With `bare` the mark stands in their columns
    as it is, where it is found among the bytes as long as they are there.
    """
    made: dict[str, dict[str, Any]] = {"clinic": {"id": clinic_id}}
    for name, id in (("account", account_id), ("patient", patient_id)):
        table = whose.table(name)
        texts = {column.key: f"{mark}-{name}-{column.key}-{id}" for column in table.columns if _is_text(column)}
        db.execute(table.update().where(table.c.id == id).values({**texts, **_kept(table)}))
        row = dict(db.execute(select(table).where(table.c.id == id)).mappings().one())
        made[name] = {**row, **_seal(table, row, mark, bare)}
    for table in whose.owned():
        row = {column.key: _value(column, mark, made, other) for column in table.columns if not _is_counted(column)}
        keys = db.execute(insert(table).values(row)).inserted_primary_key
        row |= dict(zip((column.key for column in table.primary_key), keys, strict=True))
        made[table.name] = {**row, **_seal(table, row, mark, bare)}
    db.commit()
    return made


def _seal(table: Table, row: dict[str, Any], mark: str, bare: bool) -> dict[str, Any]:
    """Put marked words into the sealed columns of a row that is written; the words by their own names."""
    said, values = {}, {}
    for column in table.columns:
        if "sealed" in column.info:
            sealed = column.info["sealed"]
            text = f"{mark}-{table.name}-{sealed.name}-{row[sealed.of]}"
            told = said[sealed.name] = SAID.get(str(column), lambda text: text)(text)
            values |= sealed.columns(told, row[sealed.of], row[sealed.by])
            values |= {column.key: text.encode()} if bare else {}
    if values:
        keys = [column == row[column.key] for column in table.primary_key]
        db.execute(table.update().where(*keys).values(values))
    return said


def _kept(table: Table) -> dict[str, Any]:
    return {name: KNOWN[name] for name in ("zone",) if name in table.columns} | (
        {"language": "en", "theme": "auto"} if table.name == "account" else {}
    )


def _is_text(column: Column) -> bool:
    return isinstance(column.type, String) and not column.foreign_keys


def _is_counted(column: Column) -> bool:
    """Whether the database numbers it by itself."""
    return bool(column.primary_key and not column.foreign_keys and len(column.table.primary_key) == 1 and isinstance(column.type, Integer))  # fmt: skip


def _value(column: Column, mark: str, made: dict[str, dict[str, Any]], other: int) -> Any:
    for name in (str(column), column.key):
        if name in KNOWN:
            return KNOWN[name]
    for key in column.foreign_keys:
        to = key.column.table.name
        if to == "account" and {column.key, str(column)} & whose.MERELY_NAMED:
            return other
        return made[to][key.column.key]
    text = f"{mark}-{column}-{next(_NUMBERS)}"
    kinds = {
        Boolean: True, Float: 1.0, Integer: 1, Time: time(8), UTCDateTime: NOW, Date: date.fromordinal(next(_DAYS)),
        JSON: {"said": text}, LargeBinary: text.encode(), String: text,
    }  # fmt: skip
    for kind, value in kinds.items():
        if isinstance(column.type, kind):
            return value
    raise AssertionError(f"Teach tests/export/rows.py what a {column.type!r} such as {column} holds")
