"""The app on a real database, and the cast in front of it.

`app` runs every test that asks for it on SQLite and on PostgreSQL; `sqlite_app` only on SQLite, for tests in which the
database has no part.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from companion import clock, migrate, seal, store
from companion.app import create_app
from companion.settings import Settings
from tests.cast import NOW, Cast, gather
from tests.servers.postgres import new_database, postgres

ORIGIN = "http://localhost"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys last: from the first one on, Playwright's event loop holds this thread, and `asyncio.run` refuses."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is not None)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL; its admin address."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A migrated database on it, emptied by each test that uses it."""
    url = new_database(postgres_server)
    migrate.upgrade(url)
    return url


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock stands at the cast's Tuesday; `set_clock` moves it."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put the clock to an instant."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "companion.sqlite3"
    shutil.copy(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of either kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    url = request.getfixturevalue("postgres_url")
    _empty(url)
    return url


def _empty(url: str) -> None:
    engine = create_engine(url)
    tables = ", ".join(f'"{table.name}"' for table in store.Base.metadata.sorted_tables)
    with engine.begin() as connection:
        # events stay as they are, but for those of tests
        connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        connection.execute(text("ALTER TABLE audit_event ENABLE TRIGGER USER"))
    engine.dispose()


@lru_cache(maxsize=1)
def _made() -> Flask:
    """One app for all tests: to put its 200 routes together takes longer than most tests."""
    return create_app(Settings(database_url="sqlite://", origin=ORIGIN))


def _make(url: str, home: Path) -> Flask:
    app = _made()
    settings = Settings(home=home, database_url=url, origin=ORIGIN, contact="mailto:clinic@example.org")
    app.config.update(SETTINGS=settings, TESTING=True)
    store.connect(url, settings.threads)
    seal.connect(settings.key_file)
    return app


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on SQLite, then on PostgreSQL."""
    yield _make(database_url, tmp_path)
    store.disconnect()


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on SQLite."""
    yield _make(sqlite_url, tmp_path)
    store.disconnect()


@pytest.fixture
def cast(request: pytest.FixtureRequest, now: datetime) -> Cast:
    """The cast, in the database of whichever app the test uses."""
    name = "app" if "app" in request.fixturenames else "sqlite_app"
    request.getfixturevalue(name)
    try:
        return gather()
    finally:
        store.db.remove()


@pytest.fixture
def visit(request: pytest.FixtureRequest, cast: Cast) -> Any:
    """`visit("ana")`: a browser in which Ana is signed in; `visit(None)`: a stranger's."""
    app: Flask = request.getfixturevalue("app" if "app" in request.fixturenames else "sqlite_app")

    def browser(name: str | None) -> Browser:
        return Browser(app, cast.tokens[name] if name else None)

    return browser


class Browser:
    """A browser without scripts: keeps cookies, says that its posts come from our own pages."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client: FlaskClient = app.test_client()
        if token:
            self.client.set_cookie("companion", token)

    def get(self, path: str, **kwargs: Any) -> Any:
        """GET `path`."""
        return self.client.get(path, base_url=ORIGIN, **kwargs)

    def post(self, path: str, data: Any = None, headers: dict[str, str] | None = None, **kwargs: Any) -> Any:
        """POST a form to `path`."""
        return self.client.post(
            path, data=data, base_url=ORIGIN, headers={"Origin": ORIGIN, **(headers or {})}, **kwargs
        )
