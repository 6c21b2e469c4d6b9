"""Every page: axe finds nothing, nothing overflows at 320 px or at 200 % text, targets are large, HTML is valid."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from companion import clock, store
from companion.demo.fill import fill
from companion.identity.signin import start
from tests.journeys.conftest import DESK, PHONE
from tests.servers.process import Server, free_port

pytestmark = pytest.mark.journey

PATIENT = ("/plan/", "/diary/log", "/diary/", "/medication/", "/medication/new", "/medication/history", "/therapy/", "/therapy/new",
           "/therapy/history", "/trends/", "/trends/?span=all", "/trends/?span=7", "/procedures/", "/sharing/", "/sharing/looks",
           "/sharing/caring", "/sharing/code", "/reminders/", "/identity/more", "/identity/settings", "/identity/sign-ins")  # fmt: skip
STRANGER = ("/identity/sign-in", "/identity/sign-up", "/emergency", "/offline", "/nowhere")
STAFF = ("/clinic/", "/clinic/patients/1", "/clinic/invitations")
CAREGIVER = (
    "/sharing/caring",
    "/for/1/plan/",
    "/for/1/diary/log",
    "/for/1/diary/",
    "/for/1/medication/",
    "/for/1/trends/",
)
VISITS = [
    *(("patient", path) for path in PATIENT),
    *((None, path) for path in STRANGER),
    *(("clinician", path) for path in STAFF),
    *(("caregiver", path) for path in CAREGIVER),
]
AXE = Axe()
#: what scrolls under the dock counts as too small for axe; SMALL measures sizes instead
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": False}},
}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: visible things to tap that are smaller than the 24 px of WCAG 2.5.8 in both directions, links within a sentence aside
SMALL = """[...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")].filter((element) => {
  const box = element.getBoundingClientRect(), label = element.closest("label")?.getBoundingClientRect();
  if (!box.width || !element.checkVisibility({ visibilityProperty: true }) || element.closest("p, small, .vh, .skip, .data, .pt")) return false;
  return Math.max(box.height, label?.height ?? 0) < 43.5;
}).map((element) => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, empty_sqlite):
    """The demo's clinic behind a running server: its origin, and a sign-in token for each part."""
    home, port = tmp_path_factory.mktemp("demo"), free_port()
    shutil.copy(empty_sqlite, home / "companion.sqlite3")
    store.connect(f"sqlite:///{home / 'companion.sqlite3'}")
    with store.work():
        tokens = {part: start(account, "Test", clock.now()) for part, account in fill(clock.now()).items()}
    store.disconnect()
    environment = {
        **os.environ,
        "COMPANION_HOME": str(home),
        "PORT": str(port),
        "COMPANION_ORIGIN": f"http://localhost:{port}",
    }
    with Server([str(Path(sys.executable).with_name("companion")), "serve", "--no-clock"], env=environment) as server:
        server.wait_for_port(port, timeout=20)
        yield SimpleNamespace(origin=f"http://localhost:{port}", tokens=tokens)


@pytest.fixture(scope="module")
def pages(chromium, demo):
    contexts = {}

    def page_of(part, **how):
        key = (part, tuple(sorted(map(str, how.items()))))
        if key not in contexts:
            context = chromium.new_context(base_url=demo.origin, service_workers="block", **{**PHONE, **how})
            if part:
                context.add_cookies([{"name": "companion", "value": demo.tokens[part], "url": demo.origin}])
            contexts[key] = context.new_page()
        return contexts[key]

    yield page_of
    for page in contexts.values():
        page.context.close()


@pytest.mark.parametrize(("part", "path"), VISITS)
def test_a_page_is_whole_valid_and_accessible(pages, part, path):
    page = pages(part, **(DESK if part == "clinician" else {}))
    noise: list[str] = []

    def listen(message):
        if message.type in {"error", "warning"}:
            noise.append(message.text)

    page.on("console", listen)
    answer = page.goto(path)
    assert answer.status == (404 if path == "/nowhere" else 200)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    html5lib.HTMLParser(strict=True).parse(answer.text())
    results = AXE.run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    page.remove_listener("console", listen)
    assert not [text for text in noise if "404" not in text and "blocked by Playwright" not in text], noise


@pytest.mark.parametrize(("part", "path"), VISITS)
def test_a_page_fits_a_small_phone_and_large_text(pages, part, path):
    small = pages(part, viewport={"width": 320, "height": 640}, is_mobile=False)
    small.goto(path)
    assert small.evaluate(WIDER) <= 0, "wider than 320 px"
    assert not small.evaluate(SMALL)
    small.set_viewport_size({"width": 390, "height": 844})
    small.evaluate("document.documentElement.style.fontSize = '200%'")
    assert small.evaluate(WIDER) <= 0, "wider than the phone at 200 % text"
    small.set_viewport_size({"width": 320, "height": 640})


@pytest.mark.parametrize(
    ("part", "path"), [("patient", "/plan/"), ("patient", "/diary/log"), ("clinician", "/clinic/patients/1")]
)
def test_a_page_is_accessible_in_the_dark(pages, part, path):
    page = pages(part, color_scheme="dark", **(DESK if part == "clinician" else {}))
    page.goto(path)
    results = AXE.run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert results.violations_count == 0, results.generate_report()


def test_the_app_can_be_installed(phone):
    page = phone("ana")
    page.goto("/plan/")
    client = page.context.new_cdp_session(page)
    assert client.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert client.send("Page.getAppManifest")["errors"] == []
