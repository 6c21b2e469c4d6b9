"""Going: Back after it shows nothing of what was there, no link leads elsewhere, and without a network nobody half goes.

Playwright switches the back-forward cache off; here it is on, as in everybody's browser.
"""

import re
import sqlite3

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from sqlalchemy import select

from companion.medication.model import Medicine
from companion.web.pages import local
from tests.journeys.conftest import PHONE, enter, holds, ready_for_no_network
from tests.servers.browser import launch

pytestmark = pytest.mark.journey

#: what stands on the page of the settings about Ana
PERSONAL = re.compile(r"Ana|example\.org")
OUR_ORIGIN = "https://diary.example"


@pytest.fixture(scope="module")
def keeping(playwright):
    """A Chromium that keeps the pages one has left."""
    browser = launch(playwright, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


@pytest.fixture
def ana(keeping, site):
    """Ana's page in it."""
    context = keeping.new_context(base_url=site.origin, **PHONE)
    context.add_init_script(NOTED)
    yield enter(context, site, "ana", None)
    context.close()


#: notes each time a page is shown: whether it was kept, and what of it can be seen at that moment
NOTED = """addEventListener("pageshow", ({ persisted }) => {
  const seen = document.body.checkVisibility() ? document.body.innerText + [...document.querySelectorAll("input")].map(({ value }) => value) : "";
  sessionStorage.noted = JSON.stringify([...JSON.parse(sessionStorage.noted ?? "[]"), { persisted, seen }]);
})"""


def noted(page):
    """What pages have shown when they came, since the last time this was asked."""
    return page.evaluate("(({ noted }) => (delete sessionStorage.noted, JSON.parse(noted ?? '[]')))(sessionStorage)")


def back(page):
    page.evaluate("history.back()")


def test_a_page_that_was_kept_comes_back_blank_and_is_asked_for_anew(ana, site):
    """So that a session which ended elsewhere, or with time, shows nothing either. It also proves that the cache is on."""
    ana.goto("/identity/settings")
    expect(ana.get_by_label("Your name")).to_have_value("Ana")
    ana.wait_for_load_state("networkidle")  # one that is still asking for something is not kept
    ana.goto("/emergency")
    assert any(PERSONAL.search(page["seen"]) for page in noted(ana))
    back(ana)
    holds(ana, "(sessionStorage.noted ?? '').includes('true')")
    assert [page["seen"] for page in noted(ana) if page["persisted"]] == [""]
    expect(ana.get_by_label("Your name")).to_have_value("Ana")


def test_back_after_sign_out_shows_nothing_personal(ana, site):
    for path in ("/identity/settings", "/plan/", "/identity/more"):
        ana.goto(path)
    ana.get_by_role("button", name="Sign out").click()
    expect(ana.get_by_role("heading", name="Sign in")).to_be_visible()
    noted(ana)
    for _ in range(3):
        back(ana)
        expect(ana.get_by_role("heading", name="Sign in")).to_be_visible()
        assert not PERSONAL.search(ana.content())
    assert not any(PERSONAL.search(page["seen"]) for page in noted(ana))
    # not even from a disk: the browser was told to keep no copy
    assert (
        ana.evaluate(
            "fetch('/identity/settings', { cache: 'force-cache', redirect: 'manual' }).then(({ type }) => type)"
        )
        == "opaqueredirect"
    )


def test_back_after_the_session_ended_elsewhere_shows_nothing_personal(ana, site):
    ana.goto("/identity/settings")
    ana.goto("/emergency")
    noted(ana)
    end_all(site)
    back(ana)
    expect(ana.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not any(PERSONAL.search(page["seen"]) for page in noted(ana))
    assert not PERSONAL.search(ana.content())


def end_all(site):
    """Everybody's sign-in ends, as from another device or with time."""
    with sqlite3.connect(site.home / "companion.sqlite3", timeout=10) as database:
        database.execute("DELETE FROM sign_in")


def without_a_server(page):
    """Nothing answers any more, though the phone believes that there is a network."""
    page.route("**/*", lambda route: route.abort())


@pytest.mark.parametrize("cut", ["no network", "no server"])
def test_what_is_typed_in_a_plain_form_stays_without_a_network(someone, store_of, cut):
    page = someone("ana", service_workers="block")
    page.clock.install()
    page.goto("/medication/new")
    page.get_by_text("When I need it").click()
    page.locator("#name").fill("Amitriptyline")
    page.context.set_offline(True) if cut == "no network" else without_a_server(page)
    page.clock.fast_forward(6000)  # it is a while since the server was heard of
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#live")).to_contain_text("What you wrote is still here")
    expect(page.locator("#name")).to_have_value("Amitriptyline")
    assert page.url.endswith("/medication/new")
    page.get_by_label("Note").fill("With food")
    expect(page.locator("#live")).to_be_empty()
    page.context.set_offline(False)
    page.unroute_all()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert store_of(select(Medicine.name)) == [("Amitriptyline",)]


def test_nobody_signs_out_without_a_network(phone, site):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.goto("/identity/more")
    owner = page.evaluate("document.body.dataset.owner")
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#live")).to_contain_text("you are still signed in")
    assert page.evaluate("Outbox.fact('owner')") == owner
    page.context.set_offline(False)
    page.goto("/plan/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana")
    page.goto("/identity/more")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("Outbox.fact('owner')") is None


#: what browsers, proxies and templates read in more than one way
TRICKY = st.text(st.sampled_from("/\\.:@?#;%&=\t\n\r \0\x0b\x7f\u2028\u3000／＼。evil5c2f09"), max_size=24)
ADDRESSES = st.one_of(
    TRICKY, TRICKY.map("/".__add__), TRICKY.map("/evil.example".__add__), st.text(max_size=12).map("/".__add__)
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(ADDRESSES, min_size=60, max_size=60))
def resolved_by_a_browser(page, addresses):
    kept = [address for address in addresses if local(address) is not None]
    # lone surrogates cannot come in by HTTP
    kept = [
        address
        for address in kept
        if address.isprintable() or not any("\ud800" <= sign <= "\udfff" for sign in address)
    ]
    script = (
        "(all) => all.map((address) => { const a = document.createElement('a'); a.href = address; return a.href; })"
    )
    for address, href in zip(kept, page.evaluate(script, kept), strict=True):
        assert href.startswith(f"{OUR_ORIGIN}/"), f"{address!r} leads to {href}"


def test_no_address_that_we_keep_leads_elsewhere(chromium):
    """What `local` lets pass stays on our origin in a browser's own reading of it."""
    page = chromium.new_page(base_url=OUR_ORIGIN)
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html><title>here</title>", content_type="text/html"))
    page.goto("/signin/")
    resolved_by_a_browser(page)
    page.close()
    # and the strategy does reach what leads elsewhere
    find(ADDRESSES, lambda address: address.startswith("/") and local(address) is None)
