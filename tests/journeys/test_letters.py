"""What is on the phone and not yet sent: a list that shows, opens, mends and removes; and that many letters arrive once."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import func, select

from companion.diary.model import Entry
from tests.bench.offline import soak
from tests.journeys.conftest import holds, ready_for_no_network, until
from tests.journeys.test_no_network import log_without_network
from tests.journeys.test_outbox import FLUSH, NO_SYNC, PUT
from tests.journeys.test_pages import RULES, SIZES, SMALL, TORN, WIDER

pytestmark = pytest.mark.journey
EMPTY = "Outbox.letters(document.body.dataset.owner).then((letters) => letters.length === 0)"
TITLES = "[...document.querySelectorAll('[data-letters] h3')].map((title) => title.textContent)"
#: letters of check-ins, one request of the store for all of them
MANY = """async (many) => {
  const owner = document.body.dataset.owner;
  await Promise.all([...Array(many).keys()].map((n) => Outbox.put({ owner, url: "/diary/entries", title: `Check-in ${n}`,
    body: new URLSearchParams({ uuid: crypto.randomUUID(), at: new Date().toISOString(), pain: n % 11 }).toString() })));
}"""
#: begin to send, and do not wait
BEGIN = "() => { Outbox.flush(document.body.dataset.owner); }"


@pytest.fixture
def offline(someone):
    """Ana's phone on the page for no network, without one; only the page sends."""
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/plan/")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.goto("/plan/")
    expect(page.get_by_role("heading", name="How strong is your pain now?")).to_be_visible()
    return page


def rows(page):
    return page.locator("[data-letters] > li")


def back(page):
    """The network is there again, and all that can be sent is."""
    page.context.set_offline(False)
    page.evaluate(FLUSH)


def test_a_letter_is_opened_corrected_and_removed_before_it_is_sent(offline, store_of):
    # Given two check-ins, the first with all that can be said
    offline.get_by_text("Add a note").click()
    offline.get_by_label("Your note").fill("Sat too long.")
    offline.get_by_text("Where is it?").click()
    offline.locator("input[value=back-lower-neck]").check()
    log_without_network(offline, 8)
    offline.get_by_role("link", name="Write another").click()
    log_without_network(offline, 3)
    offline.get_by_role("link", name="Write another").click()
    expect(rows(offline)).to_have_count(2)
    expect(rows(offline).first).to_contain_text("Waiting to be sent")
    # When she opens the first one, it says what it said, and she corrects it
    rows(offline).first.get_by_role("button", name="Open", exact=True).click()
    expect(offline.locator("[data-changing]")).to_be_focused()
    expect(offline.get_by_label("Your note")).to_have_value("Sat too long.")
    expect(offline.locator("input[value=back-lower-neck]")).to_be_checked()
    offline.get_by_label("Your note").fill("Sat too long, twice.")
    log_without_network(offline, 7)
    # And throws the other one away
    offline.get_by_role("link", name="Write another").click()
    expect(rows(offline)).to_have_count(2)
    offline.once("dialog", lambda dialog: dialog.accept())
    rows(offline).last.get_by_role("button", name="Throw away").click()
    expect(rows(offline)).to_have_count(1)
    # Then one arrives, with her last words
    back(offline)
    assert [(row.pain, row.note) for (row,) in store_of(select(Entry))] == [(7, "Sat too long, twice.")]


def test_a_correction_keeps_the_time_of_the_tap(offline, store_of):
    offline.clock.set_fixed_time("2026-11-20T10:00:00Z")
    log_without_network(offline, 8)
    told = offline.evaluate(
        "Outbox.letters(document.body.dataset.owner).then(([letter]) => Outbox.open(letter)).then(({ body }) => body)"
    )
    offline.clock.set_fixed_time("2026-11-20T12:00:00Z")
    offline.get_by_role("link", name="Write another").click()
    rows(offline).first.get_by_role("button", name="Open", exact=True).click()
    log_without_network(offline, 7)
    now = offline.evaluate(
        "Outbox.letters(document.body.dataset.owner).then(([letter]) => Outbox.open(letter)).then(({ body }) => body)"
    )
    said = [dict(pair.split("=") for pair in body.split("&")) for body in (told, now)]
    assert (said[0]["at"], said[0]["uuid"]) == (said[1]["at"], said[1]["uuid"]) and said[1]["pain"] == "7"


def test_a_refusal_is_told_in_the_servers_words_and_can_be_mended(offline, store_of):
    # Given a letter that the server will not take, and one behind it
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    offline.evaluate(PUT, {"url": "/diary/entries", "body": f"uuid={uuid}&pain=11&note=Kept", "title": "Check-in"})
    offline.evaluate(PUT, {"url": "/diary/entries", "body": f"uuid=1{uuid[1:]}&pain=2", "title": "Check-in"})
    back(offline)
    assert store_of(select(Entry.pain)) == [(2,)]
    offline.goto("/offline")
    expect(rows(offline)).to_have_count(1)
    expect(rows(offline)).to_contain_text("Needs a look")
    expect(rows(offline)).to_contain_text("Pain: Please choose a number from 0 to 10.")
    # When she sends it again, the page asks, and the letter stays until it is mended
    offline.get_by_role("button", name="Send again").click()
    expect(offline.get_by_role("alert")).to_contain_text("Please choose a number from 0 to 10.")
    assert not offline.evaluate(EMPTY)
    offline.locator("label.p6").click()
    offline.get_by_role("button", name="Save").click()
    expect(offline.get_by_text("Saved. Rest now")).to_be_visible()
    # Then it has arrived with the rest of what it said
    assert [(row.pain, row.note) for (row,) in store_of(select(Entry).order_by(Entry.id))] == [(2, ""), (6, "Kept")]
    assert offline.evaluate(EMPTY)


def test_an_id_that_is_used_again_keeps_both_and_one_tap_sends_the_other(offline, store_of):
    # Given one phone that has sent an entry, and another with other words by the same id
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for pain in (4, 9):
        offline.evaluate(PUT, {"url": "/diary/entries", "body": f"uuid={uuid}&pain={pain}", "title": "Check-in"})
        back(offline)
        offline.context.set_offline(True)
    offline.context.set_offline(False)
    assert store_of(select(Entry.pain)) == [(4,)]
    offline.goto("/offline")
    expect(rows(offline)).to_contain_text("Something else was saved from this page before.")
    offline.get_by_role("button", name="Send as a new entry").click()
    expect(rows(offline)).to_have_count(0)
    assert store_of(select(Entry.pain).order_by(Entry.id)) == [(4,), (9,)]


def test_a_letter_that_may_have_arrived_says_so(offline, store_of):
    # Given a letter whose answer was lost
    offline.context.set_offline(False)
    offline.goto("/offline")
    offline.route("**/outbox", lambda route: route.abort())
    offline.route("**/outbox", lambda route: (route.fetch(), route.abort()), times=1)
    offline.evaluate(MANY, 1)
    assert offline.evaluate(FLUSH) == [0]
    offline.reload()
    expect(rows(offline)).to_contain_text("It may have arrived already.")
    # When she changes it, both are kept
    rows(offline).get_by_role("button", name="Open", exact=True).click()
    log_without_network(offline, 9)
    offline.unroute("**/outbox")
    offline.evaluate(FLUSH)
    offline.reload()
    offline.get_by_role("button", name="Send as a new entry").click()
    expect(rows(offline)).to_have_count(0)
    assert store_of(select(Entry.pain).order_by(Entry.id)) == [(0,), (9,)]


def test_a_month_of_letters_is_a_list_in_pieces_and_arrives_in_order(offline, site, store_of):
    offline.evaluate(MANY, 120)
    # A clock that is put back, and an update of the app, change nothing
    offline.clock.set_fixed_time("2020-01-01T00:00:00Z")
    offline.evaluate(
        PUT, {"url": "/diary/entries", "body": "uuid=0f8fad5b-d9cb-469f-a165-70867728950e&pain=10", "title": "Last"}
    )
    site.environment["COMPANION_EMERGENCY"] = "112"
    site.restart()
    offline.reload()
    expect(rows(offline)).to_have_count(25)
    offline.get_by_role("button", name="Show more (96)").click()
    expect(rows(offline)).to_have_count(121)
    assert offline.evaluate(TITLES) == [*(f"Check-in {n}" for n in range(120)), "Last"]
    # Two tabs and the worker send at once
    other = offline.context.new_page()
    other.goto("/offline")
    offline.context.set_offline(False)
    for page in (offline, other):
        page.evaluate(BEGIN)
    holds(offline, EMPTY)
    sent = [pain for (pain,) in store_of(select(Entry.pain).order_by(Entry.id))]
    assert sent == [*(n % 11 for n in range(120)), 10]


def test_a_server_that_dies_in_the_middle_of_answering_gets_each_letter_once(someone, site, store_of):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.evaluate(MANY, 200)
    page.evaluate(BEGIN)
    until(lambda: store_of(select(func.count(Entry.id)))[0][0] > 5)
    site.server.stop(9)
    assert not page.evaluate(EMPTY)
    site.restart()
    page.evaluate(FLUSH)
    holds(page, EMPTY)
    assert [pain for (pain,) in store_of(select(Entry.pain).order_by(Entry.id))] == [n % 11 for n in range(200)]


def test_a_network_that_breaks_loses_and_doubles_nothing(someone, store_of):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/identity/more")
    ready_for_no_network(page)
    assert soak(page, runs=3, many=12) == (0, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_list_is_for_everybody(offline, scheme, size):
    width, text = SIZES[size]
    offline.set_viewport_size({"width": width, "height": 844})
    offline.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    offline.evaluate(PUT, {"url": "/diary/entries", "body": f"uuid={uuid}&pain=11", "title": "Check-in"})
    back(offline)
    offline.evaluate(MANY, 2)
    offline.route("**/outbox", lambda route: route.abort())
    offline.goto("/offline")
    expect(rows(offline)).to_have_count(3)
    if text != 100:
        offline.evaluate("document.documentElement.style.fontSize = '200%'")
    found = Axe().run(offline, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert offline.evaluate(SMALL) == offline.evaluate(WIDER) == offline.evaluate(TORN) == []
