"""A grant opens days, may end by itself and keeps its history; invitations of every kind; records opened in an emergency."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_trust"
down_revision = "20261124_audit"

_OPEN = sa.text("stopped_at IS NULL")
_LIST = ["clinic_id", "list_name", "patient_id"]
_INSTANT = sa.DateTime(timezone=True)
#: what each grant says now, as of its beginning; and the end of those that were stopped
_BEGUN = """
INSERT INTO grant_version (grant_id, changed_at, changed_by, parts, may_log, stopped)
SELECT g.id, g.granted_at, p.account_id, g.parts, g.may_log, false FROM "grant" g JOIN patient p ON p.id = g.patient_id
ORDER BY g.id
"""
_ENDED = """
INSERT INTO grant_version (grant_id, changed_at, changed_by, parts, may_log, stopped)
SELECT id, stopped_at, NULL, parts, may_log, true FROM "grant" WHERE stopped_at IS NOT NULL ORDER BY id
"""


def upgrade() -> None:
    # no batch: SQLite would make the table anew, and alembic would lose its check on the way
    op.add_column("grant", sa.Column("keeps", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("since_on", "until_on"):
        op.add_column("grant", sa.Column(column, sa.Date()))
    op.add_column("grant", sa.Column("ends_at", _INSTANT))
    op.add_column("grant", sa.Column("consent", sa.String(), nullable=False, server_default=""))
    op.drop_index("ix_grant_list", table_name="grant")
    op.create_index("ix_grant_list", "grant", [*_LIST, "ends_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    _keep_versions()
    for column in ("since_on", "until_on", "ends_on"):
        op.add_column("invitation", sa.Column(column, sa.Date()))
    op.add_column("invitation", sa.Column("consent", sa.String(), nullable=False, server_default=""))
    op.add_column("invitation", sa.Column("role", sa.String()))
    op.add_column("invitation", sa.Column("kind", sa.String()))
    op.execute("UPDATE invitation SET kind = CASE WHEN clinic_id IS NULL THEN 'caregiver' ELSE 'patient' END")
    with op.batch_alter_table("invitation") as table:
        table.alter_column("kind", existing_type=sa.String(), nullable=False)
    _open_glasses()


def _keep_versions() -> None:
    op.create_table(
        "grant_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("grant_id", sa.Integer(), sa.ForeignKey("grant.id"), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("changed_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("may_log", sa.Boolean(), nullable=False),
        sa.Column("since_on", sa.Date()),
        sa.Column("until_on", sa.Date()),
        sa.Column("ends_at", _INSTANT),
        sa.Column("stopped", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_grant_version_grant_id", "grant_version", ["grant_id"])
    op.execute(_BEGUN)
    op.execute(_ENDED)


def _open_glasses() -> None:
    op.create_table(
        "glass",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("clinic_id", sa.Integer(), sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("reviewed_at", _INSTANT),
        sa.Column("reviewed_by", sa.Integer(), sa.ForeignKey("account.id")),
    )
    op.create_index("ix_glass_opened", "glass", ["patient_id", "account_id", "ends_at"])
    op.create_index("ix_glass_clinic_id", "glass", ["clinic_id"])
    with op.batch_alter_table("look") as table:
        table.add_column(sa.Column("glass_id", sa.Integer()))
        table.create_foreign_key("fk_look_glass_id_glass", "glass", ["glass_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("look") as table:
        table.drop_constraint("fk_look_glass_id_glass", type_="foreignkey")
        table.drop_column("glass_id")
    op.drop_table("glass")
    # only these two were known before
    op.execute("DELETE FROM invitation WHERE kind NOT IN ('patient', 'caregiver')")
    with op.batch_alter_table("invitation") as table:
        for column in ("kind", "role", "consent", "ends_on", "until_on", "since_on"):
            table.drop_column(column)
    op.drop_table("grant_version")
    # what ends by itself or opens only some days must not become open without end
    op.execute(
        'UPDATE "grant" SET stopped_at = coalesce(ends_at, CURRENT_TIMESTAMP) WHERE stopped_at IS NULL AND '
        "(ends_at IS NOT NULL OR since_on IS NOT NULL OR until_on IS NOT NULL)"
    )
    op.drop_index("ix_grant_list", table_name="grant")
    op.create_index("ix_grant_list", "grant", _LIST, sqlite_where=_OPEN, postgresql_where=_OPEN)
    for column in ("consent", "ends_at", "until_on", "since_on", "keeps"):
        op.drop_column("grant", column)
