"""Names, e-mails and words that people wrote are sealed; a clinic's list is in the order of ranks.

Going down opens them again. What was deleted or changed lies in the free space of a PostgreSQL database until VACUUM FULL,
and in older backups; SQLite writes it over at once.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import combining, normalize

import sqlalchemy as sa
from alembic import op

from companion import seal

revision = "20261124_sealing"
down_revision = "20261124_flares"

#: rows that are held in memory together
SOME = 500
#: between one rank and the next
APART = 2**32


class Column(NamedTuple):
    """A column to seal: for whom, the column with their number, and the one that tells the row from their others."""

    table: str
    name: str
    owner: str
    of: str
    by: str
    json: bool = False


SEALED = (
    Column("account", "email", "account", "id", "id"),
    Column("account", "name", "account", "id", "id"),
    Column("patient", "name", "patient", "id", "id"),
    Column("entry", "note", "patient", "patient_id", "uuid"),
    Column("revision", "said", "entry", "entry_id", "version", json=True),
    Column("medicine", "note", "patient", "patient_id", "id"),
    Column("dose", "reason", "patient", "patient_id", "uuid"),
    Column("procedure", "note", "patient", "patient_id", "id"),
    Column("programme", "note", "patient", "patient_id", "id"),
    Column("therapy_session", "note", "patient", "patient_id", "uuid"),
    Column("invitation", "note", "account", "made_by", "code_hash"),
    Column("glass", "reason", "patient", "patient_id", "id"),
    Column("closing", "reason", "patient", "patient_id", "id"),
    Column("visit_link", "name", "patient", "patient_id", "token_hash"),
    Column("passkey", "name", "account", "account_id", "credential"),
)
_OPEN = sa.text("stopped_at IS NULL")


def upgrade() -> None:
    for column in SEALED:
        op.add_column(column.table, sa.Column(f"{column.name}_sealed", sa.LargeBinary()))
        for rows in _pieces(column, column.name):
            _put(column.table, f"{column.name}_sealed", [(id, _sealed(column, *row)) for id, *row in rows])
    _hash_emails()
    _device_up()
    _to("totp", "secret", "secret_sealed")
    _rank()
    for column in SEALED:
        if column.table != "account":
            op.drop_column(column.table, column.name)
    # it has a unique column, which SQLite drops with a new table only
    with op.batch_alter_table("account") as table:
        table.drop_column("email")
        table.drop_column("name")
        table.create_unique_constraint("uq_account_email_hash", ["email_hash"])


def downgrade() -> None:
    for column in SEALED:
        kind, nothing = (sa.JSON(), "'{}'") if column.json else (sa.String(), "''")
        op.add_column(column.table, sa.Column(column.name, kind, nullable=False, server_default=sa.text(nothing)))
        for rows in _pieces(column, f"{column.name}_sealed"):
            _put(column.table, column.name, [(id, _opened(column, *row)) for id, *row in rows], kind)
    _rank_down()
    _to("totp", "secret_sealed", "secret", nullable=False)
    _device_down()
    # an erased account had its number there
    op.execute("UPDATE account SET email = CAST(id AS VARCHAR) WHERE email = ''")
    with op.batch_alter_table("account") as table:
        table.drop_constraint("uq_account_email_hash", type_="unique")
        for name in ("email_hash", "email_sealed", "name_sealed"):
            table.drop_column(name)
        table.create_unique_constraint("uq_account_email", ["email"])
    for column in SEALED:
        if column.table != "account":
            op.drop_column(column.table, f"{column.name}_sealed")


def _pieces(column: Column, read: str) -> Iterator[list[tuple[int, int, object, object]]]:
    """What stands in the column `read`, where it is not empty: the row's id, its owner's, what tells it, the value."""
    kind = sa.JSON() if column.json and read == column.name else None
    names = {"id", column.of, column.by}
    table = sa.table(column.table, *map(sa.column, names), sa.column(read, kind))
    columns = [table.c[name].label(f"c{n}") for n, name in enumerate(("id", column.of, column.by, read))]
    last = 0
    while True:
        rows = (
            op.get_bind().execute(sa.select(*columns).where(table.c.id > last).order_by(table.c.id).limit(SOME)).all()
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [tuple(row) for row in rows if row[3]]


def _put(name: str, column: str, values: list[tuple[int, object]], kind: sa.types.TypeEngine | None = None) -> None:
    table = sa.table(name, sa.column("id"), sa.column(column, kind))
    put = sa.update(table).where(table.c.id == sa.bindparam("of")).values({column: sa.bindparam("value", type_=kind)})
    if values:
        op.get_bind().execute(put, [{"of": id, "value": value} for id, value in values])


def _sealed(column: Column, owner: int, by: object, value: object) -> bytes:
    return seal.sealed(json.dumps(value) if column.json else str(value), *_place(column, owner, by))


def _opened(column: Column, owner: int, by: object, value: bytes) -> object:
    text = seal.opened(value, *_place(column, owner, by))
    return json.loads(text) if column.json else text


def _place(column: Column, owner: int, by: object) -> tuple[str, str]:
    return f"{column.owner}:{owner}", f"{column.table}.{column.name}:{by}"


def _hash_emails() -> None:
    """What a row is found by; that of an erased account, which had its number for an e-mail, is found no more."""
    op.add_column("account", sa.Column("email_hash", sa.String()))
    op.execute("UPDATE account SET email_sealed = NULL WHERE erased_at IS NOT NULL")
    rows = op.get_bind().execute(sa.text("SELECT id, email FROM account WHERE erased_at IS NULL")).all()
    _put("account", "email_hash", [(id, seal.hashes(email, "account.email")[-1]) for id, email in rows])


def _device_up() -> None:
    op.add_column("device", sa.Column("reached_sealed", sa.LargeBinary()))
    _device("sealed", "reached_sealed", "device", "device.reached")
    op.drop_column("device", "sealed")


def _device_down() -> None:
    op.add_column("device", sa.Column("sealed", sa.LargeBinary()))
    _device("reached_sealed", "sealed", "device.reached", "device")
    with op.batch_alter_table("device") as table:
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
        table.drop_column("reached_sealed")


def _device(read: str, written: str, place: str, other: str) -> None:
    """Seal where phones are reached for another place."""
    for rows in _pieces(Column("device", "", "account", "account_id", "endpoint_hash"), read):
        again = [
            (id, seal.sealed(seal.opened(value, f"account:{of}", f"{place}:{by}"), f"account:{of}", f"{other}:{by}"))
            for id, of, by, value in rows
        ]
        _put("device", written, again)


def _to(name: str, former: str, column: str, nullable: bool = True) -> None:
    with op.batch_alter_table(name) as table:
        table.alter_column(former, existing_type=sa.LargeBinary(), new_column_name=column, nullable=nullable)


def _rank() -> None:
    op.add_column("grant", sa.Column("list_rank", sa.BigInteger()))
    query = 'SELECT g.id, g.clinic_id, g.patient_id, p.name FROM "grant" g JOIN patient p ON p.id = g.patient_id'
    rows = op.get_bind().execute(sa.text(f"{query} WHERE g.clinic_id IS NOT NULL AND g.stopped_at IS NULL")).all()
    in_order = sorted(rows, key=lambda row: (row.clinic_id, _folded(row.name), row.patient_id))
    _put("grant", "list_rank", [(row.id, n * APART) for n, row in enumerate(in_order)])
    _list_by("list_rank", "list_name")


def _rank_down() -> None:
    op.add_column("grant", sa.Column("list_name", sa.String(), nullable=False, server_default=""))
    query = 'SELECT g.id, p.name FROM "grant" g JOIN patient p ON p.id = g.patient_id'
    rows = op.get_bind().execute(sa.text(query)).all()
    _put("grant", "list_name", [(row.id, _folded(row.name)) for row in rows])
    _list_by("list_name", "list_rank")


def _list_by(column: str, former: str) -> None:
    op.drop_index("ix_grant_list", table_name="grant")
    op.drop_column("grant", former)
    columns = ["clinic_id", column, "patient_id", "ends_at"]
    op.create_index("ix_grant_list", "grant", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def _folded(name: str) -> str:
    """As companion.identity.names said when this was written."""
    bare = "".join(sign for sign in normalize("NFKD", name) if not combining(sign))
    return " ".join(bare.casefold().split())
