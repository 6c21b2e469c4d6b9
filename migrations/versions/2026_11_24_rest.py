"""A caregiver may be told what was not answered; an address is confirmed; a kept diary is taken out on its own."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_rest"
down_revision = "20261124_body"

#: by table its key of before, and the column that says which rows are another kind now, with the table it leads to
KEYS = {
    "delivery": ("uq_delivery_schedule_id_due_on_prompt", ["schedule_id", "due_on", "prompt"], "grant_id", "grant"),
    "take_out": ("uq_take_out_account_id", ["account_id"], "patient_id", "patient"),
}
#: name, table, columns, and for which rows
UNIQUE = (
    ("ix_delivery_rung", "delivery", ["schedule_id", "due_on", "prompt"], "grant_id IS NULL"),
    ("ix_delivery_told", "delivery", ["schedule_id", "due_on", "grant_id"], "grant_id IS NOT NULL"),
    ("ix_take_out_own", "take_out", ["account_id"], "patient_id IS NULL"),
    ("ix_take_out_kept", "take_out", ["account_id", "patient_id"], "patient_id IS NOT NULL"),
)


def upgrade() -> None:
    # no batch: SQLite would make the tables anew, and alembic would lose their checks on the way
    for table in ("grant", "grant_version", "invitation"):
        op.add_column(table, sa.Column("told_missed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    for name, (key, _columns, fresh, other) in KEYS.items():
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column(fresh, sa.Integer()))
            table.create_foreign_key(op.f(f"fk_{name}_{fresh}_{other}"), other, [fresh], ["id"])
            table.drop_constraint(op.f(key), type_="unique")
    for name, table, columns, which in UNIQUE:
        only = sa.text(which)
        op.create_index(name, table, columns, unique=True, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, table, _columns, _which in UNIQUE:
        op.drop_index(name, table_name=table)
    # words to caregivers and files of kept diaries were not there before
    pieces = "SELECT id FROM take_out WHERE patient_id IS NOT NULL"
    op.execute(f"DELETE FROM take_out_piece WHERE take_out_id IN ({pieces})")  # noqa: S608 names of ours
    words = "SELECT id FROM delivery WHERE grant_id IS NOT NULL"
    op.execute(f"DELETE FROM receipt WHERE delivery_id IN ({words})")  # noqa: S608 names of ours
    for name, (key, columns, fresh, other) in KEYS.items():
        op.execute(f"DELETE FROM {name} WHERE {fresh} IS NOT NULL")  # noqa: S608 names of ours
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"fk_{name}_{fresh}_{other}"), type_="foreignkey")
            table.drop_column(fresh)
            table.create_unique_constraint(op.f(key), columns)
    op.drop_column("account", "confirmed_at")
    for table in ("invitation", "grant_version", "grant"):
        op.drop_column(table, "told_missed")
