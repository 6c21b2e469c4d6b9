"""A record says of each of its parts when it changed, instead of one time for all."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_parts"
down_revision = "20261124_months"

#: the latest of the four, or the time of going back where nothing was ever written
_LATEST = """
UPDATE patient SET changed_at = coalesce((
    SELECT max(at) FROM (
        SELECT diary_at AS at UNION ALL SELECT medicines_at UNION ALL SELECT therapy_at UNION ALL SELECT procedures_at
    ) AS parts
), CURRENT_TIMESTAMP)
"""
_PARTS = ("diary_at", "medicines_at", "therapy_at", "procedures_at")


def upgrade() -> None:
    with op.batch_alter_table("patient") as patient:
        for part in _PARTS:
            patient.add_column(sa.Column(part, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE patient SET diary_at = changed_at, medicines_at = changed_at, "
        "therapy_at = changed_at, procedures_at = changed_at"
    )
    with op.batch_alter_table("patient") as patient:
        patient.drop_column("changed_at")


def downgrade() -> None:
    with op.batch_alter_table("patient") as patient:
        patient.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_LATEST)
    with op.batch_alter_table("patient") as patient:
        patient.alter_column("changed_at", nullable=False)
        for part in _PARTS:
            patient.drop_column(part)
