"""Bytes over the wire: the first visit of Today with everything it loads, headers and the worker's keeping included, and
what other pages cost after it.
"""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from companion import store
from tests.bench.row import Row, home, serving
from tests.cast import gather
from tests.servers.browser import launch


class Counter:
    """A proxy on loopback that counts what the server sends."""

    def __init__(self, origin: str) -> None:
        self.target, self.bytes = urlsplit(origin), 0
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self._pipe, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, out = await asyncio.open_connection("127.0.0.1", self.target.port)
        await asyncio.gather(self._copy(reader, out, counted=False), self._copy(back, writer, counted=True))

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, counted: bool) -> None:
        while data := await source.read(65536):
            self.bytes += len(data) if counted else 0
            sink.write(data)
            await sink.drain()
        sink.close()


def rows() -> list[Row]:
    with home() as (folder, url), serving(folder) as origin:
        store.connect(url)
        cast = gather()
        store.disconnect()
        counter = Counter(origin)
        with sync_playwright() as playwright, launch(playwright) as browser:
            context = browser.new_context(
                base_url=f"http://localhost:{counter.port}", viewport={"width": 390, "height": 844}
            )
            context.add_cookies(
                [{"name": "companion", "value": cast.tokens["ana"], "url": f"http://localhost:{counter.port}"}]
            )
            page = context.new_page()
            page.goto("/plan/")
            page.wait_for_load_state("networkidle")
            first = counter.bytes
            page.goto("/trends/")
            page.wait_for_load_state("networkidle")
            second = counter.bytes - first
            log, today = (_again(page, counter, path) for path in ("/diary/log", "/plan/"))
    note = "with the worker's offline pages"
    return [
        Row("Today, first visit, KB on the wire", first / 1024, 60, note=note),
        Row("the next page, KB on the wire", second / 1024, 15),
        Row("Log page over Today, KB", (log - today) / 1024, 25),
    ]


def _again(page: Page, counter: Counter, path: str) -> int:
    """Bytes of a page where everything that it shares with others is there already."""
    before = counter.bytes
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return counter.bytes - before
