"""An entry may look back on a whole day, in words too; it need not tell of pain then."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_evening"
down_revision = "20261124_walls"

_SCORES = ("worst", "least", "enjoyment", "fatigue", "stress")
_MEASURED = ("walked", "sleep_hours")
_WITH_DEFAULT = {
    "kind": (sa.String(), "now"),
    "from_memory": (sa.Boolean(), sa.false()),
    "walked_in": (sa.String(), ""),
}
#: what cannot be said in the older shape
_NO_PAIN = "SELECT id FROM entry WHERE pain IS NULL"


def upgrade() -> None:
    for name in _SCORES:
        op.add_column("entry", sa.Column(name, sa.Integer()))
    for name in _MEASURED:
        op.add_column("entry", sa.Column(name, sa.Double()))
    op.add_column("entry", sa.Column("words_sealed", sa.LargeBinary()))
    for name, (kind, default) in _WITH_DEFAULT.items():
        op.add_column("entry", sa.Column(name, kind, nullable=False, server_default=default))
    _require(required=False)


def downgrade() -> None:
    for table, of in (("site", "entry_id"), ("revision", "entry_id"), ("entry", "id")):
        op.execute(f"DELETE FROM {table} WHERE {of} IN ({_NO_PAIN})")  # noqa: S608 a constant
    op.execute("DELETE FROM diary_day WHERE pain_low IS NULL OR entries = 0")
    op.execute("DELETE FROM diary_month WHERE pain_low IS NULL OR days = 0")
    _require(required=True)
    for name in (*_SCORES, *_MEASURED, "words_sealed", *_WITH_DEFAULT):
        op.drop_column("entry", name)


def _require(*, required: bool) -> None:
    """Let pain be left out, or not."""
    with op.batch_alter_table("entry") as entry:
        entry.alter_column("pain", existing_type=sa.Integer(), nullable=not required)
    for table in ("diary_day", "diary_month"):
        with op.batch_alter_table(table) as days:
            for name in ("pain_low", "pain_high"):
                days.alter_column(name, existing_type=sa.Integer(), nullable=not required)
