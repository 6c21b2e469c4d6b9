"""A clinic's list is read in order from one index: a grant holds the folded name of its patient."""

from unicodedata import combining, normalize

import sqlalchemy as sa
from alembic import op

revision = "20261124_list"
down_revision = "20261124_who"


def upgrade() -> None:
    # no batch: SQLite would make the table anew, and alembic would lose its check on the way
    op.add_column("grant", sa.Column("list_name", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT id, name FROM patient")).all()
    if names:
        of = sa.text('UPDATE "grant" SET list_name = :name WHERE patient_id = :id')
        connection.execute(of, [{"id": number, "name": _folded(name)} for number, name in names])
    op.drop_index("ix_grant_clinic_open", table_name="grant")
    only = sa.text("stopped_at IS NULL")
    columns = ["clinic_id", "list_name", "patient_id"]
    op.create_index("ix_grant_list", "grant", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    op.drop_index("ix_grant_list", table_name="grant")
    op.create_index("ix_grant_clinic_open", "grant", ["clinic_id", "stopped_at"])
    op.drop_column("grant", "list_name")


def _folded(name: str) -> str:
    """As companion.identity.names said when this was written."""
    bare = "".join(sign for sign in normalize("NFKD", name) if not combining(sign))
    return " ".join(bare.casefold().split())
