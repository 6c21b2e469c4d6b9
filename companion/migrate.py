"""Bring a database to the newest shape, or back to an older one."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from companion.settings import ROOT


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`; there is no alembic.ini."""
    alembic = Config()
    alembic.set_main_option("script_location", str(ROOT / "migrations"))
    alembic.attributes["url"] = url
    return alembic


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take back every migration down to `revision`."""
    command.downgrade(config(url), revision)
