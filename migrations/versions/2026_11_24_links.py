"""Links for outside doctors, and their uses. Down, they are gone with their tables; nothing else is touched."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_links"
down_revision = "20261124_trust"


def upgrade() -> None:
    op.create_table(
        "visit_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("passphrase_hash", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name="fk_visit_link_made_by_account"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_visit_link_patient_id_patient"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_link"),
        sa.UniqueConstraint("token_hash", name="uq_visit_link_token_hash"),
    )
    op.create_index("ix_visit_link_patient_id", "visit_link", ["patient_id"])
    op.create_table(
        "visit_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["visit_link.id"], name="fk_visit_use_link_id_visit_link"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_use"),
    )
    op.create_index("ix_visit_use_link", "visit_use", ["link_id", "used_at"])


def downgrade() -> None:
    op.drop_index("ix_visit_use_link", "visit_use")
    op.drop_table("visit_use")
    op.drop_index("ix_visit_link_patient_id", "visit_link")
    op.drop_table("visit_link")
