"""record.json: every row that belongs to a person, with every version and removal, under the names of the tables.

Secrets are left out: what opens an account or reaches a phone, and what only the machinery needs. What others wrote into
the record stands apart from the person's own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, TextIO

from sqlalchemy import Column, LargeBinary, Table

from companion import seal
from companion.export import queries, whose
from companion.export.person import Person
from companion.flares.model import flare_place, step_place
from companion.identity.model import Account, Clinic
from companion.measures.model import opened
from companion.seen.model import seen_place, version_place

#: columns of no use to anybody but us, or to a thief; so are those that end in _hash or hold bytes
_LEFT_OUT = {"endpoint", "p256dh", "auth", "digest", "lease", "key", "list_name", "secret", "public_key"}
#: where the words of a person are sealed: under which name they are told, and whose key opens them for which place
_WORDS: dict[str, tuple[str, Callable[[dict[str, Any]], tuple[str, str]]]] = {
    "flare": ("words", lambda row: flare_place(row["patient_id"], row["uuid"])),
    "flare_step": ("text", lambda row: step_place(row["patient_id"], row["uuid"])),
    "seen": ("note", lambda row: seen_place(row["patient_id"], row["uuid"])),
    "seen_version": ("said", lambda row: version_place(row["patient_id"], row["seen_id"], row["version"])),
}

#: what is sealed in the rows of a table and belongs to the person, by the table's name
_SEALED = {"measure_answer": opened}


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
    taken = [column for column in table.columns if not _is_left_out(column)]
    people = [(column.key, to) for column in taken for to in _names(column)]
    out.write(f',\n"{name}": [')
    for n, row in enumerate(rows):
        said = {"said": _SEALED[table.name](row)} if table.name in _SEALED else _words(table, row)
        out.write(("," if n else "") + "\n" + _said({column.key: row[column.key] for column in taken} | said))
        for key, to in people:
            if row[key] is not None:
                seen[to].add(row[key])
    out.write("]")


def _words(table: Table, row: dict[str, Any]) -> dict[str, str | None]:
    """What is sealed in the row, opened; None where its key is lost, which must not hold up all the rest."""
    if table.name not in _WORDS:
        return {}
    name, place = _WORDS[table.name]
    try:
        return {name: seal.opened(row["sealed"], *place(row))}
    except seal.LostKey:
        return {name: None}


def _names(column: Column) -> Iterator[str]:
    """Of whom the column holds the number: "account" or "clinic"."""
    return (key.column.table.name for key in column.foreign_keys if key.column.table.name in {"account", "clinic"})


def _is_left_out(column: Column) -> bool:
    return column.key in _LEFT_OUT or column.key.endswith("_hash") or isinstance(column.type, LargeBinary)


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
