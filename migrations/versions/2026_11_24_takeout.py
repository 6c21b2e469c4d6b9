"""Take-outs with their sealed pieces, when an account is erased, and when a record was closed, by whom and why."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_takeout"
down_revision = "20261124_links"


def upgrade() -> None:
    op.add_column("account", sa.Column("erases_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_closing_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_closing_closed_by_account")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_closing_patient_id_patient")),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_closing_undone_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
    )
    op.create_index(op.f("ix_closing_patient_id"), "closing", ["patient_id"])
    op.create_table(
        "take_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_take_out_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_take_out")),
        sa.UniqueConstraint("account_id", name=op.f("uq_take_out_account_id")),
    )
    op.create_table(
        "take_out_piece",
        sa.Column("take_out_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["take_out_id"], ["take_out.id"], name=op.f("fk_take_out_piece_take_out_id_take_out")),
        sa.PrimaryKeyConstraint("take_out_id", "number", name=op.f("pk_take_out_piece")),
    )


def downgrade() -> None:
    op.drop_table("take_out_piece")
    op.drop_table("take_out")
    op.drop_table("closing")
    op.drop_column("patient", "closed_at")
    op.drop_column("account", "erased_at")
    op.drop_column("account", "erases_at")
