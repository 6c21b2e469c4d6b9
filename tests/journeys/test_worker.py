"""The service worker: what it keeps is never old, and it gives up on a network that does not answer, but not on us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from companion.reminders.model import Device
from tests.journeys.conftest import holds, ready_for_no_network, until

pytestmark = pytest.mark.journey


class Stub(ThreadingHTTPServer):
    """In the place of the product: answers after `seconds` with `status`; after None never."""

    daemon_threads = True
    seconds: float | None = 0
    status = 200

    def __init__(self, port: int) -> None:
        self.closing = threading.Event()
        self.taken: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), Answer)

    def get_request(self) -> tuple[socket.socket, object]:
        taken, address = super().get_request()
        self.taken.append(taken)
        return taken, address

    def hang_up(self) -> None:
        """Also on connections that a browser has made in advance, which would answer later on."""
        for taken in self.taken:
            with suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A browser that has gone is no news."""


class Answer(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        self.server.closing.wait(self.server.seconds)
        body = b"<!doctype html><title>Slow</title><h1>Slow but living</h1>"
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 as http.server calls it

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def in_its_place(site) -> Iterator[Stub]:
    """A stub at the product's address, which is stopped."""
    site.server.stop()
    with Stub(int(site.environment["PORT"])) as stub:
        thread = threading.Thread(target=stub.serve_forever)
        thread.start()
        try:
            yield stub
        finally:
            stub.closing.set()
            stub.shutdown()
            stub.hang_up()
            thread.join()


def test_a_new_emergency_number_reaches_installed_phones(phone, site):
    # Given a phone that keeps the page
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    # When the clinic changes the number, and the app is opened, closed, and opened again
    site.environment["COMPANION_EMERGENCY"] = "112"
    site.restart()
    page.goto("/plan/")
    holds(page, "navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null)")
    page.context.close()
    page = phone()
    page.goto("/plan/")
    ready_for_no_network(page)
    # Then it says the new one without a network
    page.context.set_offline(True)
    page.goto("/emergency")
    expect(page.get_by_role("link", name="Call 112")).to_be_visible()


def test_a_network_that_does_not_answer_gives_the_offline_page_and_a_slow_one_is_waited_for(phone, site):
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    with in_its_place(site) as stub:
        # When nothing answers, the forms come
        stub.seconds = None
        page.goto("/plan/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Companion does not answer right now.")
        expect(page.get_by_role("heading", name="How strong is your pain now?")).to_be_visible()
        # When it is only slow, asking again waits for it, and then all pages are waited for
        stub.seconds = 4.6
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Slow but living")
        page.goto("/diary/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Slow but living")
        # In an emergency nobody waits
        page.goto("/emergency")
        expect(page.get_by_role("link", name="Call 911")).to_be_visible()


def test_a_proxy_without_us_gives_the_offline_page(phone, site):
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    with in_its_place(site) as stub:
        for status, path in ((502, "/plan/"), (503, "/diary/"), (504, "/diary/log")):
            stub.status = status
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_have_text("Companion does not answer right now.")
    site.restart()
    page.request.get("/diary/log")
    page.get_by_role("link", name="Try again").click()
    expect(page).to_have_url(f"{site.origin}/diary/log")
    expect(page.get_by_role("heading", level=1)).to_have_text("How strong is your pain now?")


def test_another_subscription_is_told_at_once(phone, push_service, store_of):
    # Given a phone that has said today where it listens
    first, second = push_service.subscribe(), push_service.subscribe()
    page = phone("ana", subscription=first)
    page.goto("/reminders/")
    page.get_by_role("button", name="Turn on reminders").click()
    expect(page.get_by_text("Reminders are on for this phone.")).to_be_visible()
    page.goto("/plan/")
    holds(page, "Outbox.fact('confirmed').then((known) => known !== undefined)")
    page.context.close()
    # When the browser has made another subscription without a word
    page = phone("ana", subscription=second)
    page.goto("/plan/")
    hashed = sha256(second.endpoint.encode()).hexdigest()
    until(lambda: (hashed,) in store_of(select(Device.endpoint_hash)))
