"""A month row beside the day rows of diary and medicines, for trends over years."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_months"
down_revision = "20261124_first"

_MONTH = {"sqlite": "date(day, 'start of month')", "postgresql": "CAST(date_trunc('month', day) AS DATE)"}
_DIARY = """
INSERT INTO diary_month
SELECT patient_id, {month}, count(*), sum(CAST(pain_sum AS FLOAT) / entries), min(pain_low), max(pain_high),
    coalesce(sum(CAST(impact_sum AS FLOAT) / nullif(impact_count, 0)), 0), count(nullif(impact_count, 0)),
    coalesce(sum(CAST(sleep_sum AS FLOAT) / nullif(sleep_count, 0)), 0), count(nullif(sleep_count, 0)),
    coalesce(sum(CAST(mood_sum AS FLOAT) / nullif(mood_count, 0)), 0), count(nullif(mood_count, 0))
FROM diary_day GROUP BY patient_id, {month}
"""
_DOSES = """
INSERT INTO dose_month
SELECT patient_id, {month}, medicine_id, sum(taken), sum(skipped) FROM dose_day GROUP BY patient_id, {month}, medicine_id
"""


def upgrade() -> None:
    op.create_table(
        "diary_month",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("pain_sum", sa.Double(), nullable=False),
        sa.Column("pain_low", sa.Integer(), nullable=False),
        sa.Column("pain_high", sa.Integer(), nullable=False),
        sa.Column("impact_sum", sa.Double(), nullable=False),
        sa.Column("impact_days", sa.Integer(), nullable=False),
        sa.Column("sleep_sum", sa.Double(), nullable=False),
        sa.Column("sleep_days", sa.Integer(), nullable=False),
        sa.Column("mood_sum", sa.Double(), nullable=False),
        sa.Column("mood_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_diary_month_patient_id_patient")),
        sa.PrimaryKeyConstraint("patient_id", "month", name=op.f("pk_diary_month")),
    )
    op.create_table(
        "dose_month",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("medicine_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicine.id"], name=op.f("fk_dose_month_medicine_id_medicine")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_dose_month_patient_id_patient")),
        sa.PrimaryKeyConstraint("patient_id", "month", "medicine_id", name=op.f("pk_dose_month")),
    )
    month = _MONTH[op.get_bind().dialect.name]
    op.execute(_DIARY.format(month=month))
    op.execute(_DOSES.format(month=month))


def downgrade() -> None:
    op.drop_table("dose_month")
    op.drop_table("diary_month")
