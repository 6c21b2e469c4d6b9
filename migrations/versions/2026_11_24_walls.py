"""PostgreSQL itself keeps records apart: a second net, for a query that forgot whose rows it may read.

A transaction names the records that it may touch in `companion.records`, or a clinic in `companion.clinic`, or `*` for a
job; without either it sees and writes none. SQLite knows no such thing.
"""

from alembic import op

revision = "20261124_walls"
down_revision = "20261124_sealed"

OF_A_PATIENT = (
    "entry", "diary_day", "observed_day", "diary_month", "medicine", "dose", "dose_day", "dose_month", "procedure",
    "programme", "therapy_session", "schedule",
)  # fmt: skip
#: what hangs on an entry is open where that is
OF_AN_ENTRY = ("site", "revision")
OPEN = """
    (SELECT current_setting('companion.records', true)) = '*'
    OR patient_id::text = ANY ((SELECT string_to_array(current_setting('companion.records', true), ','))::text[])
    OR patient_id IN (
        SELECT held.patient_id FROM "grant" AS held
        WHERE held.clinic_id::text = current_setting('companion.clinic', true) AND held.stopped_at IS NULL
    )
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OF_A_PATIENT:
        _wall(table, OPEN)
    for table in OF_AN_ENTRY:
        _wall(table, f"EXISTS (SELECT 1 FROM entry WHERE entry.id = {table}.entry_id)")  # noqa: S608 names of ours


def _wall(table: str, condition: str) -> None:
    op.execute(f"CREATE POLICY open_records ON {table} USING ({condition})")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OF_A_PATIENT, *OF_AN_ENTRY):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY open_records ON {table}")
