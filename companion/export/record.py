"""record.json: every row that belongs to a person, with every version and removal, under the names of the tables.

Secrets are left out: what opens an account or reaches a phone, and what only the machinery needs. What others wrote into
the record stands apart from the person's own words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, TextIO

from sqlalchemy import Column, LargeBinary, Table

from companion.export import queries, whose
from companion.export.person import Person
from companion.identity.model import Account, Clinic

#: columns of no use to anybody but us, or to a thief; so are those that end in _hash or hold bytes
_LEFT_OUT = {"reached", "digest", "lease", "key", "list_rank", "secret"}


def write(out: TextIO, person: Person) -> None:
    """Write the whole record of `person`."""
    seen: dict[str, set[int]] = {"account": set(), "clinic": set()}
    out.write('{\n"about": ' + _said(person.about))
    for name, id in (("account", person.account_id), ("patient", person.patient_id)):
        if id is not None:
            _list(out, name, [queries.root(whose.table(name), id)], whose.table(name), seen)
    for table in whose.owned():
        if "author_id" in table.columns:
            mine, others = (person.counted(_written(table, person, own)) for own in (True, False))
            _list(out, table.name, mine, table, seen)
            _list(out, f"{table.name}_by_others", others, table, seen)
        else:
            _list(
                out, table.name, person.counted(queries.rows(table, person.account_id, person.patient_id)), table, seen
            )
    _helps(out, person)
    for name, model in (("people", Account), ("clinics", Clinic)):
        known = queries.names(model, seen[model.__tablename__])
        out.write(f',\n"{name}": ' + _said({str(id): said for id, said in sorted(known.items())}))
    out.write("\n}\n")


def _written(table: Table, person: Person, own: bool) -> Iterator[dict[str, Any]]:
    """The rows that the person wrote, or those that others wrote."""
    rows = queries.rows(table, person.account_id, person.patient_id)
    return (row for row in rows if (row["author_id"] == person.account_id) is own)


def _list(out: TextIO, name: str, rows: Iterable[dict[str, Any]], table: Table, seen: dict[str, set[int]]) -> None:
    taken = [_name(column) for column in table.columns if not _is_left_out(column)]
    people = [(column.key, to) for column in table.columns for to in _names(column)]
    out.write(f',\n"{name}": [')
    for n, row in enumerate(rows):
        out.write(("," if n else "") + "\n" + _said({name: row[name] for name in taken}))
        for key, to in people:
            if row[key] is not None:
                seen[to].add(row[key])
    out.write("]")


def _names(column: Column) -> Iterator[str]:
    """Of whom the column holds the number: "account" or "clinic"."""
    return (key.column.table.name for key in column.foreign_keys if key.column.table.name in {"account", "clinic"})


def _name(column: Column) -> str:
    """What it is called in the file: sealed words stand there opened, under their own name."""
    name: str = column.info["sealed"].name if "sealed" in column.info else column.key
    return name


def _is_left_out(column: Column) -> bool:
    holds_bytes = isinstance(column.type, LargeBinary) and "sealed" not in column.info
    return _name(column) in _LEFT_OUT or column.key.endswith("_hash") or holds_bytes


def _helps(out: TextIO, person: Person) -> None:
    """Whose records the person may or might see: the other's name, and nothing of their record."""
    helped = [
        {"name": name, "parts": row.parts, "may_log": row.may_log, "told_missed": row.told_missed, "granted_at": row.granted_at, "stopped_at": row.stopped_at}
        for row, name in queries.helps(person.account_id)
    ]  # fmt: skip
    out.write(',\n"helps": ' + _said(helped))


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: date | datetime | time) -> str:
    return value.isoformat()
