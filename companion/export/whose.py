"""Which rows are whose, read from the foreign keys of all tables, so that a new table is in it by itself.

A row with a patient is the patient's; else, or where it names no patient, a row whose `account_id` is the account's own;
else a row beneath one of these (a site of an entry) goes with it. Every other column that leads to an account only says who did something in a row
that stays: it must stand in MERELY_NAMED, and `undecided` tells of one that does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, and_, false, or_, select

from companion.store import Base

#: columns that name an account in a row of somebody else
MERELY_NAMED = {
    "author_id", "removed_by", "ended_by", "replaced_by", "added_by", "stopped_by", "changed_by", "planned_by", "made_by", "used_by",
    "reviewed_by", "seen_by", "closed_by", "undone_by", "grant.account_id", "glass.account_id", "look.account_id",
}  # fmt: skip
_ROOTS = ("account", "patient")


def tables() -> list[Table]:
    """Every table, those that others lead to first."""
    return list(Base.metadata.sorted_tables)


def table(name: str) -> Table:
    """The table of that name."""
    return Base.metadata.tables[name]


def owned() -> list[Table]:
    """The tables with rows that belong to a person, beside account and patient, those that others lead to first."""
    found: list[Table] = []
    for table in tables():
        if table.name not in _ROOTS and (_direct(table) or any(_beneath(table, found))):
            found.append(table)
    return found


def belongs(table: Table, account_id: int | None, patient_ids: list[int]) -> ColumnElement[bool]:
    """Whether a row of one of the `owned` tables belongs to the account, or to one of the patients."""
    patients, accounts = _keys(table, "patient"), _own_accounts(table)
    if patients or accounts:
        nobodys = [column.is_(None) for column in patients]
        mine = (and_(column == account_id, *nobodys) for column in accounts if account_id is not None)
        return or_(false(), *(column.in_(patient_ids) for column in patients), *mine)
    above = [(key.parent, key.column) for key in _beneath(table, owned())]
    return or_(
        false(), *(column.in_(select(to).where(belongs(to.table, account_id, patient_ids))) for column, to in above)
    )


def undecided() -> list[str]:
    """Columns that lead to an account and are neither its own rows nor MERELY_NAMED, as table.column."""
    leading = [column for table in tables() if table.name != "patient" for column in _keys(table, "account")]
    return [
        str(column)
        for column in leading
        if column not in _direct(column.table) and not {column.name, str(column)} & MERELY_NAMED
    ]


def _direct(table: Table) -> list[Column]:
    """The columns that say whose the rows are."""
    return _keys(table, "patient") + _own_accounts(table)


def _own_accounts(table: Table) -> list[Column]:
    named = (column for column in _keys(table, "account") if column.name == "account_id")
    return [column for column in named if str(column) not in MERELY_NAMED]


def _beneath(table: Table, found: list[Table]) -> Iterator[ForeignKey]:
    return (key for key in table.foreign_keys if key.column.table in found and key.column.table is not table)


def _keys(table: Table, root: str) -> list[Column]:
    return [column for column in table.columns if _leads_to(column) == root]


def _leads_to(column: Column) -> str:
    return next((key.column.table.name for key in column.foreign_keys), "")
