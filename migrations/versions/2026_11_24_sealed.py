"""Where a phone is reached, and its keys, are sealed."""

import json

import sqlalchemy as sa
from alembic import op

from companion import seal

revision = "20261124_sealed"
down_revision = "20261124_takeout"

NAMES = ("endpoint", "p256dh", "auth")


def upgrade() -> None:
    op.add_column("device", sa.Column("sealed", sa.LargeBinary()))
    connection = op.get_bind()
    put = sa.text("UPDATE device SET sealed = :sealed WHERE id = :id")
    rows = connection.execute(sa.text("SELECT id, account_id, endpoint_hash, endpoint, p256dh, auth FROM device")).all()
    for row in rows:
        sealed = seal.sealed(json.dumps(row[3:]), *_place(row))
        connection.execute(put, {"sealed": sealed, "id": row.id})
    with op.batch_alter_table("device") as table:
        table.alter_column("sealed", nullable=False)
        for name in NAMES:
            table.drop_column(name)


def downgrade() -> None:
    for name in NAMES:
        op.add_column("device", sa.Column(name, sa.String()))
    connection = op.get_bind()
    put = sa.text("UPDATE device SET endpoint = :endpoint, p256dh = :p256dh, auth = :auth WHERE id = :id")
    for row in connection.execute(sa.text("SELECT id, account_id, endpoint_hash, sealed FROM device")).all():
        address = json.loads(seal.opened(row.sealed, *_place(row)))
        connection.execute(put, {**dict(zip(NAMES, address, strict=True)), "id": row.id})
    with op.batch_alter_table("device") as table:
        for name in NAMES:
            table.alter_column(name, nullable=False)
        table.drop_column("sealed")


def _place(row: sa.Row) -> tuple[str, str]:
    return f"account:{row.account_id}", f"device:{row.endpoint_hash}"
