"""Writing without a network: nothing is lost, everything arrives once, and nothing personal is left for others."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from companion.diary.model import Entry
from companion.medication.model import Dose
from companion.therapy.model import Session
from companion.words import say_day
from tests.journeys.conftest import cookie, holds, ready_for_no_network, until

pytestmark = pytest.mark.journey


def log_without_network(page, score):
    page.locator(f"label.p{score}").click()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()


def test_a_check_in_survives_a_closed_browser_and_arrives_once(phone, site, store_of):
    # Given Ana's phone, which has been online once
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    # When the network goes away while she logs, and the browser is closed
    page.context.set_offline(True)
    log_without_network(page, 8)
    expect(page.locator("#outbox")).to_contain_text("1 entry saved on this phone.")
    page.context.close()
    assert store_of(select(Entry.pain)) == []
    # Then it is still there after a restart without a network; a browser that starts with one sends it by itself
    site.server.stop()
    page = phone()
    page.context.set_offline(True)
    page.goto("/diary/log")
    expect(page.get_by_role("heading", level=1)).to_have_text("No network right now.")
    expect(page.locator("#outbox")).to_contain_text("1 entry saved on this phone.")
    # When the network is back
    site.restart()
    page.context.set_offline(False)
    page.goto("/plan/")
    expect(page.locator("#outbox")).to_be_hidden()
    page.reload()
    expect(page.locator(".glance")).to_contain_text("8 of 10")
    # Then it has arrived exactly once
    assert store_of(select(Entry.pain)) == [(8,)]


def test_the_offline_page_takes_a_check_in_from_a_cold_start(phone, store_of):
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.goto("/diary/log")
    expect(page.get_by_role("heading", name="How strong is your pain now?")).to_be_visible()
    log_without_network(page, 5)
    page.context.set_offline(False)
    page.goto("/plan/")
    expect(page.locator(".glance")).to_contain_text("5 of 10")
    assert store_of(select(Entry.pain)) == [(5,)]


def test_a_dose_and_a_session_are_written_without_a_network(phone, store_of):
    # Given a medicine and a programme of Ana's, and her consent to keep the list on this phone
    page = phone("ana")
    page.goto("/medication/new")
    page.get_by_label("Name", exact=False).first.fill("Gabapentin")
    page.get_by_text("When I need it").click()
    page.get_by_role("button", name="Save").click()
    page.goto("/therapy/new")
    page.get_by_label("Name", exact=True).fill("Walk to the park")
    for box in page.locator("input[name=weekdays]").all():
        box.check(force=True)
    page.locator("input[type=time]").first.fill("03:59")
    page.get_by_role("button", name="Save").click()
    page.goto("/plan/")
    page.get_by_role("button", name="Yes, keep it").click()
    expect(page.get_by_role("button", name="Yes, keep it")).to_be_hidden()
    holds(page, "Outbox.fact('snapshot').then((kept) => kept !== undefined)")
    ready_for_no_network(page)
    # When she opens the app without a network
    page.context.set_offline(True)
    page.goto("/plan/")
    page.get_by_role("listitem").filter(has_text="Gabapentin").get_by_role("button", name="Take").click()
    page.get_by_role("listitem").filter(has_text="Walk to the park").get_by_role("button", name="Done").click()
    expect(page.locator("#outbox")).to_contain_text("2 entries saved on this phone.")
    # Then both arrive once the network is back
    page.context.set_offline(False)
    page.goto("/plan/")
    holds(page, "Outbox.letters(document.body.dataset.owner).then((letters) => letters.length === 0)")
    assert store_of(select(Dose.status)) == [("taken",)]
    assert store_of(select(Session.status)) == [("done",)]


def test_a_list_of_another_day_says_which_day_it_was(phone):
    # Given today's list on Ana's phone
    page = phone("ana")
    page.goto("/therapy/new")
    page.get_by_label("Name", exact=True).fill("Walk to the park")
    for box in page.locator("input[name=weekdays]").all():
        box.check(force=True)
    page.locator("input[type=time]").first.fill("03:59")
    page.get_by_role("button", name="Save").click()
    page.goto("/plan/")
    page.get_by_role("button", name="Yes, keep it").click()
    holds(page, "Outbox.fact('snapshot').then((kept) => kept !== undefined)")
    ready_for_no_network(page)
    kept = page.evaluate("Outbox.unseal('snapshot')")
    # When she opens it without a network on that day
    page.context.set_offline(True)
    page.goto("/plan/")
    expect(page.get_by_role("heading", name="Walk to the park")).to_be_visible()
    expect(page.get_by_text("As of")).to_be_hidden()
    # And when the day is over
    page.clock.set_fixed_time(datetime.fromisoformat(kept["until"]))
    page.goto("/plan/")
    expect(page.get_by_text(f"As of {say_day(date.fromisoformat(kept['day']))}")).to_be_visible()


def test_an_answer_that_got_lost_on_the_way_makes_no_second_entry(phone, site, store_of):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())  # the server has it, the phone never hears
            route.abort()
        else:
            route.continue_()

    page.route("**/outbox", lose)
    page.locator("label.p6").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("form .flash")).to_contain_text("Saved on this phone.")
    page.goto("/plan/")
    expect(page.locator("#outbox")).to_be_hidden()
    assert [each["status"] for each in lost[0].json()] == [201]
    assert store_of(select(Entry.pain)) == [(6,)]


def test_a_server_that_is_down_loses_nothing(phone, site, store_of):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    site.server.stop()
    log_without_network(page, 9)
    site.restart()
    page.goto("/plan/")
    expect(page.locator(".glance")).to_contain_text("9 of 10")
    assert store_of(select(Entry.pain)) == [(9,)]


def test_an_expired_sign_in_keeps_the_words_until_she_is_back(phone, site, store_of):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.context.clear_cookies()
    log_without_network(page, 4)
    page.locator("#outbox").get_by_role("link", name="Sign in to send them.").click()
    page.get_by_text("Use a password").click()
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password").fill("lichen and heather")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana")
    holds(page, "Outbox.letters(document.body.dataset.owner).then((letters) => letters.length === 0)")
    assert store_of(select(Entry.pain, Entry.author_id)) == [(4, site.cast.ana)]


def test_another_person_on_the_same_phone_sends_nothing_of_hers(phone, site, store_of):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.context.set_offline(True)
    log_without_network(page, 7)
    page.context.add_cookies([cookie(site, "dora")])
    page.context.set_offline(False)
    page.goto("/plan/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dora")
    expect(page.locator("#outbox")).to_be_hidden()
    holds(page, "Outbox.fact('owner').then((owner) => owner === document.body.dataset.owner)")
    assert store_of(select(Entry.pain)) == []
    # and when Ana is back, hers is still there
    page.context.add_cookies([cookie(site, "ana")])
    page.goto("/plan/")
    holds(page, "Outbox.letters(document.body.dataset.owner).then((letters) => letters.length === 0)")
    assert store_of(select(Entry.pain, Entry.author_id)) == [(7, site.cast.ana)]


def test_sign_out_warns_and_leaves_nothing(phone, site):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.goto("/identity/more")
    owner = page.evaluate("document.body.dataset.owner")
    page.evaluate("Outbox.put({ owner: document.body.dataset.owner, url: '/nowhere-that-fails', body: 'pain=3' })")
    page.route("**/outbox", lambda route: route.abort())
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Sign out").click()
    until(lambda: page.evaluate("true") and asked)
    assert page.evaluate("Outbox.letters(document.body.dataset.owner).then((letters) => letters.length)") == 1
    assert "not sent yet" in asked[0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(f"Outbox.letters({owner!r}).then((letters) => letters.length)") == 0
    assert page.evaluate("Outbox.fact('owner')") is None


def test_what_is_kept_on_the_phone_says_nothing_about_anybody(phone):
    page = phone("ana")
    for path in ("/plan/", "/diary/log", "/trends/", "/medication/", "/sharing/", "/identity/more"):
        page.goto(path)
    ready_for_no_network(page)
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) found.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
          }
          return found;
        }"""
    )
    assert kept
    assert all(path.startswith(("/assets/", "/offline/", "/emergency/")) for path, _ in kept)
    assert not [path for path, text in kept if "Ana" in text]
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('history-cache'))") == []


def test_what_waits_is_sealed(phone):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.get_by_text("Add a note").click()
    page.get_by_label("Your note").fill("heather on the hill")
    log_without_network(page, 2)
    raw = page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("companion");
          opening.onsuccess = () => {
            const asking = opening.result.transaction("letters").objectStore("letters").getAll();
            asking.onsuccess = () => resolve(asking.result.map((letter) => JSON.stringify({ ...letter,
              sealed: new TextDecoder("latin1").decode(letter.sealed) })).join());
          };
        })"""
    )
    assert "/diary/entries" in raw and "heather" not in raw
    refused = page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("companion");
          opening.onsuccess = () => {
            const asking = opening.result.transaction("keys").objectStore("keys").get("seal");
            asking.onsuccess = () => crypto.subtle.exportKey("raw", asking.result).then(() => resolve("exported"), (error) => resolve(error.name));
          };
        })"""
    )
    assert refused == "InvalidAccessError"


def test_what_is_left_is_sent_when_no_page_is_open(phone, store_of):
    page = phone("ana")
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.context.set_offline(True)
    log_without_network(page, 3)
    # The browser stays, the app is closed
    page.context.new_page()
    page.close()
    page.context.set_offline(False)
    until(lambda: store_of(select(Entry.pain)) == [(3,)])


def test_emergency_words_are_there_without_a_network_and_before_sign_in(phone):
    page = phone(None)
    page.goto("/signin/")
    holds(page, "navigator.serviceWorker.ready.then((registration) => registration.active !== null)")
    page.context.set_offline(True)
    page.goto("/emergency")
    expect(page.get_by_role("link", name="Call 911")).to_be_visible()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
