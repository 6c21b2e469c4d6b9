"""A person in a real Chromium, in front of the real server with its clock and worker, on SQLite.

Every test gets a fresh home with the cast in it. A phone is 390 x 844 and has touch.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic, time
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from companion import seal, store
from tests.cast import Cast, gather
from tests.servers.browser import fake_subscription, launch, persistent
from tests.servers.process import Server, free_port
from tests.servers.push_service import PushService

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "en-US",
                         "timezone_id": "Europe/Berlin"}  # fmt: skip
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", "timezone_id": "Europe/Berlin"}
expect.set_options(timeout=8000)
SCRIPT_ERRORS: list[str] = []


@pytest.fixture(autouse=True)
def no_script_errors() -> Iterator[None]:
    """A script that fails on a page fails the test."""
    SCRIPT_ERRORS.clear()
    yield
    assert not SCRIPT_ERRORS


def until(true: Callable[[], Any], what: str = "it did not come", seconds: float = 12) -> None:
    """Ask again until it is so: for what happens in another process, or in a page whose policy forbids waiting scripts."""
    pause, deadline = Event(), monotonic() + seconds
    while not true():
        assert monotonic() < deadline, what
        pause.wait(0.1)


def holds(page: Page, expression: str) -> None:
    """Wait until a script expression is true on the page."""

    def asked() -> Any:
        try:
            return page.evaluate(expression)
        except Error as away:
            # the page is just being loaded anew
            if "context was destroyed" in str(away):
                return False
            raise

    until(asked, expression)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def push_service() -> Iterator[PushService]:
    service = PushService.start()
    yield service
    service.stop()


@dataclass
class Site:
    """The running product: where it is, where its files are, and who is in it."""

    origin: str
    home: Path
    cast: Cast
    server: Server
    environment: dict[str, str]

    @property
    def database(self) -> str:
        return f"sqlite:///{self.home / 'companion.sqlite3'}"

    def restart(self) -> None:
        """Start it again after it was stopped."""
        if self.server is not None:
            self.server.__exit__(None, None, None)
        self.server = Server(
            [str(Path(sys.executable).with_name("companion")), "serve"], env=self.environment
        ).__enter__()
        self.server.wait_for_port(int(self.environment["PORT"]), timeout=20)


@pytest.fixture
def site(tmp_path: Path, empty_sqlite: Path, push_service: PushService) -> Iterator[Site]:
    """The product with the cast, in processes of its own."""
    push_service.reset()
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    shutil.copy(empty_sqlite, home / "companion.sqlite3")
    seal.connect(home / "keys")
    store.connect(f"sqlite:///{home / 'companion.sqlite3'}")
    cast = gather()
    store.disconnect()
    environment = {
        **os.environ,
        "COMPANION_HOME": str(home),
        "PORT": str(port),
        "COMPANION_ORIGIN": f"http://localhost:{port}",
        "COMPANION_CONTACT": "mailto:clinic@example.org",
        "COMPANION_PUSH_HOSTS": push_service.origin,
        "COMPANION_TICK_SECONDS": "1",
    }
    running = Site(f"http://localhost:{port}", home, cast, None, environment)  # type: ignore[arg-type]
    running.restart()
    yield running
    running.server.__exit__(None, None, None)


@pytest.fixture
def someone(site: Site, chromium: Browser) -> Iterator[Any]:
    """`someone("ana")`: a page in which Ana is signed in on a phone; a stranger for None."""
    contexts: list[BrowserContext] = []

    def arrives(name: str | None, subscription: Any = None, **how: Any) -> Page:
        context = chromium.new_context(base_url=site.origin, **{**PHONE, **how})
        contexts.append(context)
        return enter(context, site, name, subscription)

    yield arrives
    for context in contexts:
        context.close()


@pytest.fixture
def phone(site: Site, playwright: Playwright, tmp_path: Path) -> Iterator[Any]:
    """`phone("ana")`: a phone whose browser profile lasts, so that it can be closed and opened again."""
    contexts: list[BrowserContext] = []

    def switched_on(name: str | None = None, subscription: Any = None, **how: Any) -> Page:
        context = persistent(playwright, tmp_path / "phone", base_url=site.origin, **{**PHONE, **how})
        contexts.append(context)
        return enter(context, site, name, subscription)

    yield switched_on
    for context in contexts:
        context.close()


def enter(context: BrowserContext, site: Site, name: str | None, subscription: Any) -> Page:
    """A page whose script errors fail the test, with the sign-in cookie of `name`."""
    if name:
        context.add_cookies([cookie(site, name)])
    if subscription:
        fake_subscription(context, subscription)
        context.grant_permissions(["notifications"], origin=site.origin)
    page = context.new_page()
    page.set_default_timeout(8000)
    page.on("pageerror", lambda error: SCRIPT_ERRORS.append(str(error)))
    return page


def cookie(site: Site, name: str) -> Any:
    """The sign-in cookie of `name`, which outlasts the browser as the real one does."""
    lasts = {"httpOnly": True, "sameSite": "Lax", "expires": int(time()) + 86400}
    return {"name": "companion", "value": site.cast.tokens[name], "url": site.origin, **lasts}


def ready_for_no_network(page: Page) -> None:
    """Wait until the service worker keeps what it needs and holds the page."""
    holds(page, "navigator.serviceWorker.controller !== null")
    holds(page, "self.Outbox?.fact('owner').then((owner) => owner !== undefined)")


@pytest.fixture
def store_of(site: Site) -> Iterator[Any]:
    """Look into the database of the running product."""
    store.connect(site.database)

    def ask(query: Any) -> Any:
        try:
            return store.db.execute(query).all()
        finally:
            store.db.remove()

    yield ask
    store.disconnect()
