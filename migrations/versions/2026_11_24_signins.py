"""A sign-in knows when and how well it was proved, and whether it locks."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_signins"
down_revision = "20261124_list"


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("proved_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE sign_in SET proved_at = created_at")
    with op.batch_alter_table("sign_in") as table:
        table.alter_column("proved_at", nullable=False)
        table.add_column(sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("locks", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sign_in", sa.Column("place", sa.String(), nullable=False, server_default=""))
    # whoever works at a clinic locks from now on
    op.execute("UPDATE sign_in SET locks = true WHERE account_id IN (SELECT account_id FROM membership)")


def downgrade() -> None:
    with op.batch_alter_table("sign_in") as table:
        table.drop_column("place")
        table.drop_column("locks")
        table.drop_column("strong")
        table.drop_column("proved_at")
