"""Bring a database to the newest shape, or back to an older one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, make_url, pool

from companion.settings import ROOT


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`; there is no alembic.ini."""
    alembic = Config()
    alembic.set_main_option("script_location", str(ROOT / "migrations"))
    alembic.attributes["url"] = url
    return alembic


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`; raises ValueError for one that is not known."""
    _run(command.upgrade, url, revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take back every migration down to `revision`; raises ValueError for one that is not known."""
    _run(command.downgrade, url, revision)


def _run(step: Callable[[Config, str], object], url: str, revision: str) -> None:
    try:
        step(config(url), revision)
    except CommandError as problem:
        raise ValueError(str(problem)) from problem


def is_newest(url: str) -> bool:
    """Whether the database at `url` has the shape that this version works with; an SQLite file is not made by looking."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(config(url)).get_heads())
