"""What others enter for a patient is rolled up apart from the patient's own."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_observed"
down_revision = "20261124_parts"

_MONTH = {"sqlite": "date(day, 'start of month')", "postgresql": "CAST(date_trunc('month', day) AS DATE)"}
_OBSERVED = """
INSERT INTO observed_day (patient_id, day, entries, pain_sum)
SELECT entry.patient_id, entry.day, count(*), sum(entry.pain) FROM entry JOIN patient ON patient.id = entry.patient_id
WHERE entry.removed_at IS NULL AND entry.author_id <> patient.account_id GROUP BY entry.patient_id, entry.day
"""
_TOUCHED = "(patient_id, day) IN (SELECT patient_id, day FROM observed_day)"
_DAYS = """
INSERT INTO diary_day (patient_id, day, entries, pain_sum, pain_low, pain_high,
    impact_sum, impact_count, sleep_sum, sleep_count, mood_sum, mood_count)
SELECT patient_id, day, count(*), sum(pain), min(pain), max(pain), coalesce(sum(impact), 0), count(impact),
    coalesce(sum(sleep), 0), count(sleep), coalesce(sum(mood), 0), count(mood)
FROM entry WHERE removed_at IS NULL AND {touched} {own} GROUP BY patient_id, day
"""
_OWN = "AND author_id = (SELECT account_id FROM patient WHERE patient.id = entry.patient_id)"
_MONTHS = """
INSERT INTO diary_month
SELECT patient_id, {month}, count(*), sum(CAST(pain_sum AS FLOAT) / entries), min(pain_low), max(pain_high),
    coalesce(sum(CAST(impact_sum AS FLOAT) / nullif(impact_count, 0)), 0), count(nullif(impact_count, 0)),
    coalesce(sum(CAST(sleep_sum AS FLOAT) / nullif(sleep_count, 0)), 0), count(nullif(sleep_count, 0)),
    coalesce(sum(CAST(mood_sum AS FLOAT) / nullif(mood_count, 0)), 0), count(nullif(mood_count, 0))
FROM diary_day GROUP BY patient_id, {month}
"""


def upgrade() -> None:
    op.create_table(
        "observed_day",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("pain_sum", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_observed_day_patient_id_patient")),
        sa.PrimaryKeyConstraint("patient_id", "day", name=op.f("pk_observed_day")),
    )
    op.execute(_OBSERVED)
    _count_anew(_OWN)


def downgrade() -> None:
    _count_anew("")
    op.drop_table("observed_day")


def _count_anew(own: str) -> None:
    """The days on which others wrote, and all months."""
    op.execute(f"DELETE FROM diary_day WHERE {_TOUCHED}")  # noqa: S608 a constant
    op.execute(_DAYS.format(touched=_TOUCHED, own=own))
    op.execute("DELETE FROM diary_month")
    op.execute(_MONTHS.format(month=_MONTH[op.get_bind().dialect.name]))
