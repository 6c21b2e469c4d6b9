"""Flares with the plan that a person made for them, and what somebody who helps saw."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_flares"
down_revision = "20261124_rest"

TABLES = ("flare", "flare_step", "flare_tick", "seen", "seen_version")
# as in the migration `walls`
OPEN = """
    (SELECT current_setting('companion.records', true)) = '*'
    OR patient_id::text = ANY ((SELECT string_to_array(current_setting('companion.records', true), ','))::text[])
    OR patient_id IN (
        SELECT held.patient_id FROM "grant" AS held
        WHERE held.clinic_id::text = current_setting('companion.clinic', true) AND held.stopped_at IS NULL
    )
"""


def upgrade() -> None:
    _flares()
    _seen()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"CREATE POLICY open_records ON {table} USING ({OPEN})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def _written() -> list[sa.Column]:
    """What each row has that a phone made."""
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.String, nullable=False),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.UniqueConstraint("patient_id", "uuid"),
    ]


def _flares() -> None:
    op.create_table(
        "flare",
        *_written(),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("set_off", sa.JSON, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("words_sealed", sa.LargeBinary),
        sa.Column("joined_id", sa.Integer, sa.ForeignKey("flare.id"), index=True),
    )
    op.create_index("ix_flare_began", "flare", ["patient_id", "began_at"])
    op.create_table(
        "flare_step",
        *_written(),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("former_id", sa.Integer, sa.ForeignKey("flare_step.id"), index=True),
        sa.Column("text_sealed", sa.LargeBinary),
    )
    op.create_table(
        "flare_tick",
        *_written(),
        sa.Column("flare_id", sa.Integer, sa.ForeignKey("flare.id"), nullable=False, index=True),
        sa.Column("step_id", sa.Integer, sa.ForeignKey("flare_step.id"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        *_written(),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("signs", sa.JSON, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_seen_day", "seen", ["patient_id", "day"])
    op.create_table(
        "seen_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("patient.id"), nullable=False, index=True),
        sa.Column("seen_id", sa.Integer, sa.ForeignKey("seen.id"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("said_sealed", sa.LargeBinary),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
