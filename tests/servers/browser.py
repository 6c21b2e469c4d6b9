"""Chromium for journeys, and the push events that a machine without a push network has to make itself.

Here `pushManager.subscribe()` never answers, so `fake_subscription` stands in for it, `deliver_push` hands a payload
to the service worker as the push network would, and `click_notification` is the thumb.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright, Worker

from tests.servers.push_record import Subscription

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PLAYWRIGHTS_OWN = "from playwright.sync_api import sync_playwright as s; print(s().start().chromium.executable_path)"
SCRIPTS = Path(__file__).parent
STEP_MS = 20


def chromium_path() -> str:
    """A Chromium on this machine; where there is none, one that Playwright or, as root, apt installs now."""
    tried: list[str] = []
    for install in ([], *_ways_to_install()):
        if install:
            tried.append(_try(install))
        path = next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()
        if path:
            return path
    raise RuntimeError("no Chromium here and none could be installed:\n" + "\n".join(tried))


def _ways_to_install() -> Iterator[list[str]]:
    yield [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield ["sh", "-c", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium"]


def _try(command: list[str]) -> str:
    """Run an installer and say how it went."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{' '.join(command)}: {error}"
    last = (done.stderr or done.stdout).strip().splitlines()[-1:]
    return f"{' '.join(command)}: ended with {done.returncode} {' '.join(last)}"


def _playwrights_own() -> str | None:
    """The browser that Playwright has downloaded. Asked in a child, since a second driver cannot run in this thread."""
    asked = subprocess.run(
        [sys.executable, "-c", PLAYWRIGHTS_OWN], capture_output=True, text=True, timeout=60, check=False
    )
    path = Path(asked.stdout.strip() or "/nowhere")
    return str(path) if path.is_file() else None


def launch(playwright: Playwright, **options: Any) -> Browser:
    """A headless Chromium that leaves the network alone; `options` go to Playwright."""
    return playwright.chromium.launch(**_options(options))


def persistent(playwright: Playwright, folder: str | Path, **options: Any) -> BrowserContext:
    """A context with its profile in `folder`, for what a private window cannot do, such as being installed."""
    return playwright.chromium.launch_persistent_context(str(folder), **_options(options))


def _options(options: dict[str, Any]) -> dict[str, Any]:
    return {"executable_path": chromium_path(), **options, "args": [*FLAGS, *options.get("args", [])]}


def fake_subscription(
    context: BrowserContext, subscription: Subscription, permission: str = "default", choice: str = "granted"
) -> None:
    """Let pages of `context` subscribe to `subscription`, which belongs to the local push service.

    `permission` is where a page starts and `choice` what the person answers when asked. Whether the page is
    subscribed is kept in localStorage, so it outlasts a page and dies with the site's data, as the real one does.
    Only pages are fooled: a service worker that calls subscribe() itself still waits for ever.
    """
    given = {**subscription.info, "permission": permission, "choice": choice}
    script = (SCRIPTS / "fake_push.js").read_text("utf-8")
    context.add_init_script(f"({script})({json.dumps(given)})")
    if "denied" not in (permission, choice):
        context.grant_permissions(["notifications"])


def deliver_push(where: BrowserContext | Page, origin: str, payload: str | dict[str, Any], timeout: float = 10) -> None:
    """Hand `payload` to the active service worker of `origin`, as soon as there is one.

    The worker then runs by itself: wait for what it does, for instance with `notifications(page, at_least=1)`.
    """
    data = payload if isinstance(payload, str) else json.dumps(payload)
    page = where if isinstance(where, Page) else _any_page(where)
    with _cdp(page) as session:
        registration = _active_registration(page, session, origin, timeout)
        session.send(
            "ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": data}
        )


def _any_page(context: BrowserContext) -> Page:
    return context.pages[0] if context.pages else context.new_page()


@contextmanager
def _cdp(page: Page) -> Iterator[CDPSession]:
    session = page.context.new_cdp_session(page)
    try:
        yield session
    finally:
        session.detach()


def _active_registration(page: Page, session: CDPSession, origin: str, timeout: float) -> str:
    """The id of the registration of `origin` that has an activated worker."""
    scopes: dict[str, str] = {}
    active: set[str] = set()

    def note_registrations(event: dict[str, Any]) -> None:
        scopes.update((one["registrationId"], one["scopeURL"]) for one in event["registrations"])

    def note_versions(event: dict[str, Any]) -> None:
        active.update(one["registrationId"] for one in event["versions"] if one["status"] == "activated")

    session.on("ServiceWorker.workerRegistrationUpdated", note_registrations)
    session.on("ServiceWorker.workerVersionUpdated", note_versions)
    session.send("ServiceWorker.enable")
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        for registration in active:
            if scopes.get(registration, "").startswith(f"{origin}/"):
                return registration
        page.wait_for_timeout(STEP_MS)  # Playwright hears events only while it is being asked something
    raise AssertionError(f"no active service worker at {origin} after {timeout} s, only {sorted(scopes.values())}")


def notifications(page: Page, at_least: int = 0, timeout: float = 5) -> list[dict[str, Any]]:
    """What the service worker of `page` shows, as soon as there are `at_least` so many: title, body, tag, data, ..."""
    script = (SCRIPTS / "notifications.js").read_text("utf-8")
    shown: list[dict[str, Any]] = page.evaluate(script, {"atLeast": at_least, "patience": timeout * 1000})
    if len(shown) < at_least:
        raise AssertionError(f"{len(shown)} of {at_least} notifications after {timeout} s: {shown}")
    return shown


@dataclass(frozen=True)
class Click:
    """What a click on a notification led to: windows that the worker asked to open or to focus, and its errors."""

    opened: list[str]
    focused: list[str]
    errors: list[str]


def click_notification(context: BrowserContext, action: str = "", tag: str = "", origin: str = "") -> Click:
    """Tap the notification `tag` (empty: any), or its button `action`, and wait until the worker is done with it.

    A tap made by a script may not open or focus windows, so these calls are noted instead of made.
    """
    worker = _worker(context, origin)
    return Click(**worker.evaluate((SCRIPTS / "click.js").read_text("utf-8"), {"action": action, "tag": tag}))


def _worker(context: BrowserContext, origin: str) -> Worker:
    """The active service worker of `origin`; of any origin if that is empty."""
    for worker in reversed(context.service_workers):
        if worker.url.startswith(origin) and worker.evaluate("self.registration.active !== null"):
            return worker
    raise AssertionError(f"no service worker of {origin or 'any origin'} runs in this context")
