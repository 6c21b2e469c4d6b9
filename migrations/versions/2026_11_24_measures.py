"""Questionnaires: what is on for a patient, what was answered, what asks to be looked at, and what a clinic loaded."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_measures"
down_revision = "20261124_evening"

#: as in `walls`
OPEN = """
    (SELECT current_setting('companion.records', true)) = '*'
    OR patient_id::text = ANY ((SELECT string_to_array(current_setting('companion.records', true), ','))::text[])
    OR patient_id IN (
        SELECT held.patient_id FROM "grant" AS held
        WHERE held.clinic_id::text = current_setting('companion.clinic', true) AND held.stopped_at IS NULL
    )
"""
OF_A_PATIENT = ("measure_plan", "measure_answer", "measure_signal")


def upgrade() -> None:
    instant, to = sa.DateTime(timezone=True), sa.ForeignKey
    op.create_table(
        "measure_plan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("patient_id", sa.Integer, to("patient.id"), nullable=False),
        sa.Column("instrument", sa.String, nullable=False),
        sa.Column("every_days", sa.Integer, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("added_by", sa.Integer, to("account.id"), nullable=False),
        sa.Column("clinic_id", sa.Integer, to("clinic.id")),
        sa.Column("added_at", instant, nullable=False),
        sa.Column("stopped_at", instant),
        sa.Column("stopped_by", sa.Integer, to("account.id")),
    )
    op.create_index("ix_measure_plan_patient_id", "measure_plan", ["patient_id"])
    op.create_table(
        "measure_answer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.String, nullable=False),
        sa.Column("patient_id", sa.Integer, to("patient.id"), nullable=False),
        sa.Column("plan_id", sa.Integer, to("measure_plan.id"), nullable=False),
        sa.Column("author_id", sa.Integer, to("account.id"), nullable=False),
        sa.Column("instrument", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("said_sealed", sa.LargeBinary),
        sa.Column("score", sa.Double),
        sa.Column("answered_at", instant, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("removed_at", instant),
        sa.Column("removed_by", sa.Integer, to("account.id")),
        sa.UniqueConstraint("patient_id", "uuid", name="uq_measure_answer_patient_id_uuid"),
    )
    op.create_index("ix_measure_answer_day", "measure_answer", ["patient_id", "instrument", "day"])
    op.create_table(
        "measure_signal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("patient_id", sa.Integer, to("patient.id"), nullable=False),
        sa.Column("answer_id", sa.Integer, to("measure_answer.id"), nullable=False),
        sa.Column("clinic_id", sa.Integer, to("clinic.id"), nullable=False),
        sa.Column("raised_at", instant, nullable=False),
        sa.Column("seen_at", instant),
        sa.Column("seen_by", sa.Integer, to("account.id")),
        sa.UniqueConstraint("answer_id", "clinic_id", name="uq_measure_signal_answer_id_clinic_id"),
    )
    op.create_index("ix_measure_signal_open", "measure_signal", ["clinic_id", "seen_at"])
    op.create_table(
        "measure_form",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("clinic_id", sa.Integer, to("clinic.id"), nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("added_by", sa.Integer, to("account.id"), nullable=False),
        sa.Column("added_at", instant, nullable=False),
        sa.Column("stopped_at", instant),
        sa.UniqueConstraint("code", "version", name="uq_measure_form_code_version"),
    )
    op.create_index("ix_measure_form_clinic_id", "measure_form", ["clinic_id"])
    op.create_table(
        "measure_reading",
        sa.Column("clinic_id", sa.Integer, to("clinic.id"), primary_key=True),
        sa.Column("reader", sa.String, nullable=False),
        sa.Column("hours", sa.String, nullable=False),
        sa.Column("changed_by", sa.Integer, to("account.id"), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in OF_A_PATIENT:
            op.execute(f"CREATE POLICY open_records ON {table} USING ({OPEN})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in ("measure_reading", "measure_form", "measure_signal", "measure_answer", "measure_plan"):
        op.drop_table(table)
