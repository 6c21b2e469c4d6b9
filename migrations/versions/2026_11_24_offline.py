"""An entry whose time is a guess knows the time that the phone told."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_offline"
down_revision = "20261124_sealing"


def upgrade() -> None:
    op.add_column("entry", sa.Column("doubtful_at", sa.DateTime(timezone=True)))
    few = sa.text("doubtful_at IS NOT NULL")
    op.create_index("ix_entry_doubtful", "entry", ["patient_id"], sqlite_where=few, postgresql_where=few)


def downgrade() -> None:
    op.drop_index("ix_entry_doubtful", "entry")
    op.drop_column("entry", "doubtful_at")
