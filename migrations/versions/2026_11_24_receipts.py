"""What a phone did with a push is kept once a kind."""

from alembic import op

revision = "20261124_receipts"
down_revision = "20261124_observed"


def upgrade() -> None:
    op.execute("DELETE FROM receipt WHERE id NOT IN (SELECT min(id) FROM receipt GROUP BY delivery_id, kind)")
    with op.batch_alter_table("receipt") as receipt:
        receipt.drop_index("ix_receipt_delivery_id")
        receipt.create_unique_constraint(op.f("uq_receipt_delivery_id_kind"), ["delivery_id", "kind"])


def downgrade() -> None:
    with op.batch_alter_table("receipt") as receipt:
        receipt.drop_constraint(op.f("uq_receipt_delivery_id_kind"), type_="unique")
        receipt.create_index("ix_receipt_delivery_id", ["delivery_id"])
