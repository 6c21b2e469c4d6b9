"""The outbox in Chromium with its processor four times slower: a month of letters, one tap, and a network that breaks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright
from sqlalchemy import select

from companion import store
from companion.diary.model import Entry
from companion.store import db
from tests.bench.row import Row, home, serving
from tests.cast import gather
from tests.servers.browser import launch

MANY, RUNS, SLOWER = 500, 20, 4
#: so many check-ins, one a minute; their ids
WRITE = """async (many) => {
  const owner = document.body.dataset.owner, ids = [];
  for (let n = 0; n < many; n++) {
    const uuid = crypto.randomUUID(), at = new Date(Date.now() - (many - n) * 60000).toISOString();
    await Outbox.put({ owner, url: "/diary/entries", body: new URLSearchParams({ uuid, at, pain: n % 11, note: "Sat too long." }).toString() });
    ids.push(uuid);
  }
  return ids;
}"""
FLUSH = "Outbox.flush(document.body.dataset.owner).catch(() => undefined)"
LEFT = "Outbox.letters(document.body.dataset.owner).then((letters) => letters.length)"
#: milliseconds from a tap on Save to the line that says so
TAP = """() => new Promise((resolve) => {
  document.querySelector("label.p4 input").checked = true;
  const form = document.querySelector("#check-in"), start = performance.now();
  new MutationObserver(() => form.querySelector(".flash") && resolve(performance.now() - start)).observe(form, { childList: true });
  document.querySelector("[form=check-in]").click();
})"""


@contextmanager
def phone() -> Iterator[tuple[Page, str]]:
    """Ana's phone on her check-in, and the address of its database; only the page sends."""
    with (
        home() as (folder, url),
        serving(folder) as origin,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        store.connect(url)
        token = gather().tokens["ana"]
        context = browser.new_context(base_url=origin, viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": "companion", "value": token, "url": origin}])
        context.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
        page = context.new_page()
        page.goto("/diary/log")
        page.wait_for_load_state("networkidle")
        try:
            yield page, url
        finally:
            store.disconnect()


def slow(page: Page, times: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def flushed(page: Page) -> float:
    """Seconds."""
    page.evaluate(WRITE, MANY)
    slow(page, SLOWER)
    start = perf_counter()
    page.evaluate(FLUSH)
    took = perf_counter() - start
    slow(page, 1)
    assert page.evaluate(LEFT) == 0
    return took


def tapped(page: Page) -> float:
    """Milliseconds, the median of several."""
    times = []
    slow(page, SLOWER)
    for _ in range(9):
        page.goto("/diary/log")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        times.append(page.evaluate(TAP))
        page.context.set_offline(False)
    slow(page, 1)
    return median(times)


def soak(page: Page, runs: int, many: int, seed: int = 4) -> tuple[int, int]:
    """So many runs in which every other request is lost before or after the server has it: letters lost, and doubled."""
    chance, ids = random.Random(seed), []

    def unlucky(route: Route) -> None:
        luck = chance.random()
        if luck < 0.25:
            return route.abort()
        answer = route.fetch()
        return route.abort() if luck < 0.5 else route.fulfill(response=answer)

    page.route("**/outbox", unlucky)
    for _ in range(runs):
        ids += page.evaluate(WRITE, many)
        while page.evaluate(LEFT):
            page.evaluate(FLUSH)
    page.unroute("**/outbox")
    db.remove()
    kept: Any = Counter(db.scalars(select(Entry.uuid)))
    return sum(uuid not in kept for uuid in ids), sum(kept[uuid] > 1 for uuid in ids)


def rows() -> list[Row]:
    with phone() as (page, _url):
        took, tap = flushed(page), tapped(page)
        lost, doubled = soak(page, RUNS, 60)
    slower = f"processor {SLOWER} times slower"
    return [
        Row(f"{MANY} letters flushed, s", took, 5, note=slower),
        Row("a check-in without a network, ms to 'saved on this phone'", tap, 100, note=slower),
        Row(
            f"letters lost or doubled in {RUNS} runs that break",
            lost + doubled,
            0,
            note=f"{lost} lost, {doubled} doubled",
        ),
    ]
