"""A marked place knows how strong it is there, and whether the pain spreads to it."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_body"
down_revision = "20261124_measures"


def upgrade() -> None:
    op.add_column("site", sa.Column("intensity", sa.Integer(), nullable=True))
    op.add_column("site", sa.Column("spreads", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("site", "spreads")
    op.drop_column("site", "intensity")
