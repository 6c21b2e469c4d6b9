"""Every page: valid, without a finding of axe by day or night, nothing too small to tap, nothing wider than the screen.

The test walks the URL map, so a new page is in it by itself. The record is the demo's, with one of each kind of thing
on top; what lies in folds is open, since half of a page may lie there.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe

from companion import clock, seal, store
from companion.app import create_app
from companion.demo.fill import fill
from companion.identity.model import Clinic, Patient
from companion.identity.signin import start
from companion.settings import Settings
from companion.sharing.invite import invite_patient
from companion.sharing.model import PARTS, Grant, Invitation
from companion.visit.make import make
from tests.house.test_gates import things
from tests.journeys.conftest import DESK, PHONE
from tests.servers.process import Server, free_port

pytestmark = pytest.mark.journey

#: GET routes that show no page
NO_PAGE = {
    "assets.file": "a file", "assets.favicon": "a file", "phone.service_worker": "a file", "phone.manifest": "a file",
    "known.security": "a text", "known.robots": "a text", "identity.here": "nothing", "office.invited": "shown to the browser that made it",
    "seen.new": "for who helps alone", "seen.correct": "for who helps alone",
    "plan.snapshot": "data", "for_plan.snapshot": "data", "home": "leads on", "reminders.open_": "leads on",
    "export.file": "a file", "for_export.file": "a file", "for_visit.pdf": "a file", "visit.pdf": "a file", "visit.patient_pdf": "a file", "visit.shared_pdf": "a file",
}  # fmt: skip
#: what an address alone does not show
MORE = [("patient", f"/plan/day?day={clock.now().date() - timedelta(days=1)}"), ("patient", "/trends/?span=7"), ("patient", "/trends/?span=all"), ("clinician", "/clinic/patients/<patient_id>?span=365"),
        ("clinician", "/clinic/?q=nobody"), ("other clinician", "/clinic/"), ("administrator", "/clinic/invitations"), (None, "/nowhere")]  # fmt: skip
#: who opens what is behind a gate
OPENS = {"anyone": None, "person": "patient", "staff": "clinician", "clinician": "clinician", "admin": "administrator", "care": "clinician",
         "record": "patient"}  # fmt: skip
#: whose things fill the blanks of an address, where they are not the patient's
THEIRS = {
    "clinician": {"programme_id": "clinic_programme_id", "invitation_id": "clinic_invitation_id"},
    "caregiver": {"uuid": "rosas_uuid"},
    "keeper": {
        "patient_id": "kept_patient_id",
        "grant_id": "kept_grant_id",
        "link_id": "kept_link_id",
        "invitation_id": "kept_invitation_id",
    },
}
AXE = Axe()
#: what scrolls under the dock counts as too small for axe; SMALL measures sizes instead
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": False}},
    "resultTypes": ["violations"],
}
#: the rows of a long table or list are alike
ROWS = {"exclude": [["tbody tr:nth-child(n + 4)"], ["li:nth-child(n + 7)"]]}
CONTRAST = f"""axe.run({ROWS}, {{ runOnly: {{ type: "rule", values: ["color-contrast"] }}, resultTypes: ["violations"] }})
  .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) => node.html)))"""
#: where the page can be pushed sideways, what sticks out
WIDER = """(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().left + Math.max(element.offsetWidth, element.scrollWidth) > clientWidth)
  .slice(-3).map((element) => element.outerHTML.slice(0, 120)))(document.documentElement)"""
#: visible things to tap that are less than 44 px high or 24 px wide with their label, links within a sentence aside
SMALL = """[...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")].filter((element) => {
  const box = element.getBoundingClientRect(), label = element.closest("label")?.getBoundingClientRect();
  if (!box.width || !element.checkVisibility({ visibilityProperty: true }) || element.closest("p, small, .vh, .skip, .data, .pt")) return false;
  return Math.max(box.height, label?.height ?? 0) < 43.5 || Math.max(box.width, label?.width ?? 0) < 24;
}).map((element) => element.outerHTML.slice(0, 120))"""
#: words that are torn over two lines, and the names of spans ("30 d"); a code or an address may be
TORN = """(() => {
  const torn = [], range = document.createRange(), nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = nodes.nextNode());) {
    const holder = node.parentElement;
    if (holder.closest(".code-address, svg, option") || !holder.checkVisibility()) continue;
    if ([holder, holder.parentElement].some((box) => box.offsetWidth < 2)) continue;   // only for screen readers
    for (const word of node.data.matchAll(holder.closest("a[href*='span=']") ? /.+/g : /[\\p{L}\\d]+/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) torn.push(word[0]);
    }
  }
  return torn.slice(0, 9);
})()"""
#: a phone whose pages are measured at rest
STILL = {**PHONE, "is_mobile": False, "reduced_motion": "reduce", "service_workers": "block"}
EXPECTED = re.compile("404|blocked by Playwright")
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
#: width of the screen and size of text
SIZES = {"320 px": (320, 100), "200 % text": (390, 200), "320 px and 200 % text": (320, 200)}


def visits():
    app = create_app(Settings(database_url="sqlite://"))
    store.disconnect()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" in rule.methods and rule.endpoint not in NO_PAGE:
            gate = app.view_functions[rule.endpoint].gate
            yield "caregiver" if rule.rule.startswith("/for/") else OPENS[gate.split(":")[0]], rule.rule
    yield from MORE


VISITS = list(visits())


@pytest.fixture(scope="module")
def demo(tmp_path_factory, empty_sqlite):
    """The demo's clinic behind a running server: its origin, a sign-in token for each part, and values for addresses.

    The caregiver is let into all parts, and reads Spanish, so that the pages of a record are seen in both languages.
    """
    home, port = tmp_path_factory.mktemp("demo"), free_port()
    shutil.copy(empty_sqlite, home / "companion.sqlite3")
    store.connect(f"sqlite:///{home / 'companion.sqlite3'}")
    seal.connect(home / "keys")
    with store.work() as db:
        people = fill(clock.now())
        people["caregiver"].language = "es"
        tokens = {part: start(account, "Test", clock.now(), strong=True) for part, account in people.items()}
        patient = db.query(Patient).filter_by(account_id=people["patient"].id).one()
        northmoor, southfell = db.query(Clinic).order_by(Clinic.id)
        for grant in db.query(Grant).filter_by(patient_id=patient.id):
            grant.parts = list(PARTS)
        ids = {"ana": people["patient"].id, "rosa": people["caregiver"].id, "ben": people["clinician"].id}
        ids["abe"] = people["administrator"].id
        values = things(SimpleNamespace(**ids, ana_patient=patient.id, northmoor=northmoor.id))
        db.query(Invitation).update({"expires_at": clock.now() + timedelta(hours=1)})
        days = (clock.now().date() - timedelta(days=90), clock.now().date())
        _link, token = make(
            patient, people["patient"], "Dr Okon", list(PARTS), days, timedelta(hours=1), "", clock.now()
        )
        code = invite_patient(southfell, people["other clinician"], "Ana", clock.now())[1]
    store.disconnect()
    origin = f"http://localhost:{port}"
    environment = {**os.environ, "COMPANION_HOME": str(home), "PORT": str(port), "COMPANION_ORIGIN": origin}
    with Server([str(Path(sys.executable).with_name("companion")), "serve", "--no-clock"], env=environment) as server:
        server.wait_for_port(port, timeout=20)
        yield SimpleNamespace(origin=origin, tokens=tokens, values={**values, "language": "es"}, code=code, token=token)


@pytest.fixture(scope="module")
def pages(chromium, demo):
    """`pages(part)`: one page for each part in the demo, and what it complains about."""
    opened = {}

    def page_of(part):
        if part not in opened:
            context = chromium.new_context(base_url=demo.origin, **STILL)
            if part:
                context.add_cookies([{"name": "companion", "value": demo.tokens[part], "url": demo.origin}])
            page, noise = context.new_page(), []
            page.on("console", lambda message: noise.append((message.type, message.text)))
            opened[part] = page, noise
        return opened[part]

    yield page_of
    for page, _ in opened.values():
        page.context.close()


def arrive(page, part, path, demo):
    """The answer; the page of an invitation wants its code first, and a shown report its link."""
    if path == "/codes/accept":
        page.goto(f"/codes/#{demo.code}")
        page.get_by_role("button", name="Go on").click()
    if path == "/visit/shared":
        page.goto("about:blank")  # from /visit/open itself only the part behind # would change
        page.goto(f"/visit/open#{demo.token}")
        page.get_by_role("button", name="Open the report").click()
        page.wait_for_url("**/visit/shared")
    if path.startswith(tuple(f"/for/<int:patient_id>/{room}/" for room in ("sharing", "visit", "export"))):
        part = "keeper"
    values = demo.values | {blank: demo.values[theirs] for blank, theirs in THEIRS.get(part, {}).items()}
    return page.goto(re.sub(r"<(?:\w+:)?(\w+)>", lambda blank: str(values[blank[1]]), path))


@pytest.mark.parametrize(("part", "path"), VISITS)
def test_a_page_is_whole_valid_accessible_and_fits(pages, demo, part, path):
    page, noise = pages(part)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size((DESK if "/clinic/" in path else PHONE)["viewport"])
    noise.clear()
    answer = arrive(page, part, path, demo)
    assert (answer.status, page.get_by_role("heading", level=1).count()) == (404 if path == "/nowhere" else 200, 1)
    html5lib.HTMLParser(strict=True).parse(answer.text())
    page.evaluate(UNFOLD)
    wrong = {"too wide as it opens": page.evaluate(WIDER), "torn as it opens": page.evaluate(TORN)}
    found = AXE.run(page, context=ROWS, options=RULES).response["violations"]
    wrong["axe"] = [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"][:3]]
    if part != "caregiver":  # who sees the patient's pages, in the same colours
        page.emulate_media(color_scheme="dark")
        wrong["too faint in the dark"] = page.evaluate(CONTRAST)
    for size, (width, text) in SIZES.items():
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        wrong[f"too wide at {size}"] = page.evaluate(WIDER)
        if text == 100:
            wrong["too small"], wrong[f"torn at {size}"] = page.evaluate(SMALL), page.evaluate(TORN)
    wrong["console"] = [text for kind, text in noise if kind in {"error", "warning"} and not EXPECTED.search(text)]
    told = [f"{what}: {cases}" for what, cases in wrong.items() if cases]
    assert not told, "\n".join(told)


def test_the_app_can_be_installed(phone):
    page = phone("ana")
    page.goto("/plan/")
    client = page.context.new_cdp_session(page)
    assert client.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert client.send("Page.getAppManifest")["errors"] == []
