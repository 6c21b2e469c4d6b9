"""The outbox in bad weather: a browser that keeps nothing, letters that cannot be read or sent, and what the page shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from companion.diary.model import Entry
from companion.medication.model import Dose
from tests.journeys.conftest import holds, ready_for_no_network, until

pytestmark = pytest.mark.journey
NO_STORAGE = "IDBFactory.prototype.open = () => { throw new DOMException('not here', 'SecurityError'); }"
HANGING_STORAGE = "IDBFactory.prototype.open = () => ({})"
#: as on an address without https that is not this machine's
NOT_SECURE = """delete Crypto.prototype.subtle; delete Crypto.prototype.randomUUID; delete Navigator.prototype.locks;
  delete Navigator.prototype.serviceWorker; Object.defineProperty(self, "isSecureContext", { value: false });"""
#: only the page sends, so that its routes hold
NO_SYNC = "delete ServiceWorkerRegistration.prototype.sync"
PUT = "(letter) => Outbox.put({ owner: document.body.dataset.owner, ...letter })"
FLUSH = (
    "Outbox.flush(document.body.dataset.owner).then((outcomes) => Object.values(outcomes).map(({ status }) => status))"
)
STATES = "Outbox.letters(document.body.dataset.owner).then((letters) => letters.map(({ state }) => state))"
LOSE_THE_KEY = """() => new Promise((resolve) => {
  const opening = indexedDB.open("companion");
  opening.onsuccess = () => {
    const losing = opening.result.transaction("keys", "readwrite");
    losing.objectStore("keys").clear();
    losing.oncomplete = () => { opening.result.close(); resolve(); };
  };
})"""

STOP_AT_THE_END = """() => {
  const { clear } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.clear = function () { return this.name === "keys" ? this.transaction.abort() : clear.call(this); };
}"""


def answering(**statuses):
    """Answers for the outbox by the last word of each letter's address, 201 for others; like ours, it stops where we are away."""

    def answer(route):
        told = []
        for letter in json.loads(route.request.post_data)["letters"]:
            told.append(
                {
                    "status": statuses.get(letter["url"].rsplit("/", 1)[1], 201),
                    "problems": [],
                    "html": "",
                    "location": None,
                }
            )
            if told[-1]["status"] in {401, 429, 502, 503, 504}:
                break
        route.fulfill(json=told)

    return answer


def add_medicine(page):
    """Gabapentin, when she needs it."""
    page.goto("/medication/new")
    page.get_by_label("Name", exact=False).first.fill("Gabapentin")
    page.get_by_text("When I need it").click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/medication/"))


def log(page, score):
    page.goto("/diary/log")
    page.locator(f"label.p{score}").click()
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("without", [NO_STORAGE, HANGING_STORAGE, NOT_SECURE], ids=["refused", "hanging", "not secure"])
def test_a_browser_that_keeps_nothing_still_works(someone, store_of, without):
    # Given a browser in which no outbox can be
    page = someone("ana")
    page.add_init_script(without)
    add_medicine(page)
    # When she takes a dose, the plain form carries the button and the time of the tap
    page.goto("/medication/")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Take").click()
    assert re.search(r"\bat=20\d\d-.*\bstatus=taken\b", sent.value.post_data)
    expect(page.get_by_text("Saved.")).to_be_visible()
    [(status, taken_at)] = store_of(select(Dose.status, Dose.taken_at))
    assert status == "taken" and datetime.now(UTC) - taken_at < timedelta(minutes=1)
    # And she logs her pain
    log(page, 4)
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert store_of(select(Entry.pain)) == [(4,)]
    # And nothing is offered that cannot be kept
    page.goto("/plan/")
    expect(page.get_by_role("button", name="Yes, keep it")).to_be_hidden()


@pytest.mark.parametrize("without", [NO_STORAGE, NOT_SECURE], ids=["refused", "not secure"])
def test_a_browser_that_keeps_nothing_signs_out(someone, without):
    page = someone("ana")
    page.add_init_script(without)
    page.goto("/identity/more")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_letter_without_its_key_holds_up_nothing(someone, store_of):
    # Given a letter that nobody can read any more
    page = someone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.evaluate(PUT, {"url": "/diary/entries", "body": "pain=3", "title": "Check-in"})
    page.evaluate(LOSE_THE_KEY)
    page.context.set_offline(False)
    # Then what is written after it is sent
    log(page, 7)
    expect(page.get_by_text("Saved.").first).to_be_visible()
    assert store_of(select(Entry.pain)) == [(7,)]
    # And it asks for a look, and can be thrown away
    page.locator("#outbox").get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is still on this phone")
    row = page.get_by_role("listitem").filter(has_text="An entry that cannot be read any more")
    expect(row).to_contain_text("lost the key")
    expect(row.get_by_role("button", name="Send again")).to_be_hidden()
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Throw away").click()
    expect(row).to_have_count(0)
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_letter_without_its_key_keeps_nobody_from_signing_out(someone):
    page = someone("ana")
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.evaluate(PUT, {"url": "/diary/entries", "body": "pain=3", "title": "Check-in"})
    page.evaluate(LOSE_THE_KEY)
    page.context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_leaves_no_letter_behind_without_its_key(someone):
    # Given a page that is closed in the middle of signing out: here, a database that stops before the last step
    page = someone("ana")
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.evaluate(PUT, {"url": "/diary/entries", "body": "pain=3", "title": "Check-in"})
    page.evaluate(STOP_AT_THE_END)
    assert page.evaluate("Outbox.wipe(document.body.dataset.owner).catch(() => 'stopped')") == "stopped"
    # Then the letter can still be read
    title = (
        "Outbox.letters(document.body.dataset.owner).then(([letter]) => Outbox.open(letter)).then(({ title }) => title)"
    )
    assert page.evaluate(title) == "Check-in"


def test_a_letter_that_breaks_the_server_holds_up_nothing(someone):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.route("**/outbox", answering(breaks=500))
    page.evaluate(PUT, {"url": "/breaks", "body": "a=1"})
    page.evaluate(PUT, {"url": "/diary/entries", "body": "uuid=0f8fad5b-d9cb-469f-a165-70867728950e&pain=3"})
    # The first time, what stands behind it is sent; the third time, it is put aside for a look
    assert page.evaluate(FLUSH) == [500, 201]
    assert page.evaluate(STATES) == ["waiting"]
    assert [page.evaluate(FLUSH), page.evaluate(FLUSH), page.evaluate(FLUSH)] == [[500], [500], []]
    assert page.evaluate(STATES) == ["look"]


@pytest.mark.parametrize("status", [401, 429, 502, 503, 504])
def test_a_letter_waits_while_the_server_is_away(someone, status):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.route("**/outbox", answering(away=status))
    for name in ("first", "second"):
        page.evaluate(PUT, {"url": "/away", "body": f"name={name}"})
    # Nothing else is tried in this round, and it is not given up
    assert [page.evaluate(FLUSH) for _ in range(4)] == [[status, 0]] * 4
    assert page.evaluate(STATES) == ["sign-in" if status == 401 else "waiting", "waiting"]


def test_a_letter_that_is_led_elsewhere_has_not_arrived(someone):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.goto("/identity/more")
    ready_for_no_network(page)
    page.evaluate(PUT, {"url": "/demo", "body": "a=1"})
    page.route("**/outbox", lambda route: route.fulfill(status=303, headers={"Location": "/emergency"}))
    assert page.evaluate(FLUSH) == [0]
    assert page.evaluate(STATES) == ["waiting"]


@pytest.mark.parametrize("status", [400, 404, 413])
def test_what_is_refused_asks_for_a_look_and_promises_nothing(someone, status):
    page = someone("ana")
    page.add_init_script(NO_SYNC)
    page.route("**/outbox", answering(entries=status))
    log(page, 5)
    expect(page.locator("form .flash")).to_have_text("Saved on this phone, but it did not arrive. It needs a look.")
    expect(page.locator("form .flash")).to_be_focused()
    expect(page.locator("#outbox")).to_contain_text("Something needs a look.")
    expect(page.get_by_text("It will send when you are online")).to_have_count(0)


def test_a_dose_gives_the_focus_back(someone):
    page = someone("ana")
    add_medicine(page)
    page.goto("/medication/")
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text("Last taken")).to_be_visible()
    expect(page.get_by_role("heading", name="When you need it")).to_be_focused()


#: what a page does every half minute, when it has been left alone for a while
LATER = "(() => { const now = Date.now; Date.now = () => now() + 6000; dispatchEvent(new Event('online')); })()"
#: wait until it is done
DONE = """async () => {
  for (let n = 0; n < 5; n++) await navigator.locks.request("outbox", () => Outbox.news(0, new Set()));
}"""


def stays(page):
    """Whether it is still the page that was marked, when another half minute is over."""
    page.evaluate(LATER)
    page.evaluate(DONE)
    return page.evaluate("self.marked === true")


def test_today_shows_what_others_sent_and_leaves_its_own_tap_alone(someone):
    # Given a dose on Today
    page = someone("ana")
    page.goto("/medication/new")
    page.get_by_label("Name", exact=False).first.fill("Gabapentin")
    at = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=2)
    page.locator("input[type=time]").first.fill(f"{at:%H:%M}")
    page.get_by_role("button", name="Save").click()
    page.goto("/plan/")
    ready_for_no_network(page)
    page.evaluate("self.marked = true")
    # When she takes it, the page stays as it is
    page.get_by_role("button", name="Take").first.click()
    expect(page.locator("#thread")).to_contain_text("Taken")
    expect(page.get_by_role("heading", name="Your plan today")).to_be_focused()
    assert stays(page)
    # When another page of this phone has sent something, this one shows it
    other = page.context.new_page()
    log(other, 8)
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.evaluate(LATER)
    holds(page, "self.marked === undefined")
    expect(page.locator(".glance")).to_contain_text("8 of 10")


def test_today_waits_while_somebody_is_in_the_middle_of_something(someone):
    page = someone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.evaluate("self.marked = true")
    # An open question, while another page of this phone sends something
    page.evaluate("document.body.append(Object.assign(document.createElement('dialog'), { open: true }))")
    other = page.context.new_page()
    log(other, 8)
    expect(other.get_by_text("Saved.")).to_be_visible()
    assert stays(page)
    # The place of the keyboard
    page.get_by_role("main").get_by_role("link").first.focus()
    page.keyboard.press("Shift")
    page.evaluate("document.querySelector('dialog').remove()")
    assert stays(page)
    # A finger on the screen a moment ago
    page.evaluate(
        "dispatchEvent(new Event('pointerdown')); document.activeElement.blur(); dispatchEvent(new Event('online'))"
    )
    page.evaluate(DONE)
    assert page.evaluate("self.marked === true")
    # What is typed
    page.evaluate("dispatchEvent(new Event('input'))")
    assert stays(page)


def test_what_did_not_work_is_said(someone):
    page = someone("ana")
    page.goto("/diary/")
    ask = "(address) => { htmx.ajax('GET', address, { target: '#main' }).catch(() => undefined); }"
    page.evaluate(ask, "/nowhere")
    expect(page.locator("#live")).to_have_text("That did not work. Please try again in a minute.")
    expect(page.locator("#live")).to_be_visible()
    page.route("**/diary/?away", lambda route: route.abort())
    page.evaluate(ask, "/diary/?away")
    expect(page.locator("#live")).to_have_text("We cannot be reached right now. Please try again in a minute.")
    page.evaluate(ask, "/diary/")
    expect(page.locator("#live")).to_have_text("")


def test_a_letter_that_the_worker_sent_first_is_not_called_unsent(someone):
    # Given a worker that is faster than the page
    page = someone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.evaluate("""() => {
      const flush = Outbox.flush;
      Outbox.flush = async (owner) => { await flush(owner); return {}; };
    }""")
    page.locator("label.p4").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Rest now")).to_be_visible()


def test_a_dose_that_may_be_there_twice_is_asked_about(someone, store_of):
    # Given a dose that was taken, and the same tap once more, sent while nobody looked
    page = someone("ana")
    add_medicine(page)
    page.goto("/medication/")
    action = page.locator("form[action$='/doses']").first.get_attribute("action")
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text("Last taken")).to_be_visible()
    now = datetime.now(UTC).isoformat()
    letter = {"url": action, "body": f"uuid={uuid4()}&status=taken&at={quote(now)}", "title": "Gabapentin"}
    page.evaluate(PUT, letter)
    page.evaluate(FLUSH)
    assert len(store_of(select(Dose.id))) == 1
    # When she opens what needs a look and sends it again
    page.goto("/offline")
    page.get_by_role("button", name="Send again").click()
    # Then she is asked, and one tap writes it
    expect(page.get_by_text("Did you take it again?")).to_be_visible()
    page.get_by_role("button", name="I took one more").click()
    until(lambda: len(store_of(select(Dose.id))) == 2)
    expect(page).not_to_have_url(re.compile("/offline"))
    page.goto("/plan/")
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_second_tap_on_a_button_sends_nothing(someone):
    page = someone("ana")
    page.goto("/medication/new")
    page.get_by_label("Name", exact=False).first.fill("Gabapentin")
    page.get_by_text("When I need it").click()
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    page.get_by_role("button", name="Save").dblclick()
    expect(page).to_have_url(re.compile(r"/medication/\d*\??"))
    expect(page.get_by_text("on your list already")).to_have_count(0)
    assert len(posts) == 1


def test_the_second_half_of_a_double_tap_on_save_opens_nothing(someone):
    page = someone("ana")
    page.clock.install()
    page.goto("/plan/")
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.goto("/plan/?said=logged")
    page.get_by_role("link", name="Log pain now").click()
    expect(page).to_have_url(re.compile(r"/plan/$"))
    page.clock.fast_forward(1000)
    page.get_by_role("link", name="Log pain now").click()
    expect(page).to_have_url(re.compile(r"/diary/log$"))
