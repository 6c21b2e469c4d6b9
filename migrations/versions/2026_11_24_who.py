"""Who changed and stopped a medicine or a programme; a programme and a procedure are kept once, however often sent."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_who"
down_revision = "20261124_receipts"


def upgrade() -> None:
    for table in ("medicine", "programme"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("stopped_by", sa.Integer(), nullable=True))
            changed.add_column(sa.Column("changed_by", sa.Integer(), nullable=True))
            changed.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
            for column in ("stopped_by", "changed_by"):
                changed.create_foreign_key(op.f(f"fk_{table}_{column}_account"), "account", [column], ["id"])
    for table in ("programme", "procedure"):
        with op.batch_alter_table(table) as kept:
            kept.add_column(sa.Column("uuid", sa.String(), nullable=True))
            kept.add_column(sa.Column("digest", sa.String(), nullable=True))
            kept.create_unique_constraint(op.f(f"uq_{table}_patient_id_uuid"), ["patient_id", "uuid"])


def downgrade() -> None:
    for table in ("programme", "procedure"):
        with op.batch_alter_table(table) as kept:
            kept.drop_constraint(op.f(f"uq_{table}_patient_id_uuid"), type_="unique")
            kept.drop_column("digest")
            kept.drop_column("uuid")
    for table in ("medicine", "programme"):
        with op.batch_alter_table(table) as changed:
            for column in ("stopped_by", "changed_by"):
                changed.drop_constraint(op.f(f"fk_{table}_{column}_account"), type_="foreignkey")
            for column in ("changed_at", "changed_by", "stopped_by"):
                changed.drop_column(column)
