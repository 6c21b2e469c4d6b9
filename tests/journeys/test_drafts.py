"""A form half filled outlasts a reload, an empty battery and a sign-in that ended, and is gone once it is saved."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from companion.diary.model import Entry
from tests.journeys.conftest import cookie, holds, ready_for_no_network
from tests.journeys.test_no_network import log_without_network

pytestmark = pytest.mark.journey
#: a draft is written
KEPT = """Outbox.unseal(`draft ${document.body.dataset.owner} ${new URL(document.querySelector('[data-behaviour~=draft]').action).pathname}`)
  .then((draft) => Boolean(draft?.said.some(([, value]) => value === "%s")))"""
#: every name under which something is kept, and the bytes of it
NAMES = """() => new Promise((resolve) => {
  const opening = indexedDB.open("companion");
  opening.onsuccess = () => {
    const asking = opening.result.transaction("facts").objectStore("facts").getAllKeys();
    asking.onsuccess = () => { opening.result.close(); resolve(asking.result.filter((name) => name.startsWith("draft "))); };
  };
})"""


def begin(page, score=6, note="Half a sentence"):
    page.goto("/diary/log")
    ready_for_no_network(page)
    page.locator(f"label.p{score}").click()
    page.get_by_text("Add a note").click()
    page.get_by_label("Your note").fill(note)
    holds(page, KEPT % note)


def begun(page):
    return page.locator("[data-begun]")


def test_a_closed_browser_and_an_ended_sign_in_lose_nothing(phone, site, store_of):
    # Given a check-in half filled, and a battery that is empty
    page = phone("ana")
    begin(page)
    page.context.close()
    page = phone()
    page.context.clear_cookies()
    page.goto("/diary/log")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # When she has signed in again
    page.context.add_cookies([cookie(site, "ana")])
    page.goto("/diary/log")
    expect(begun(page)).to_contain_text("You had begun this on")
    expect(page.locator("label.p6 input")).not_to_be_checked()
    page.get_by_role("button", name="Go on").click()
    # Then all of it is there, in an open fold, and what is saved is offered no more
    expect(page.locator("label.p6 input")).to_be_checked()
    expect(page.get_by_label("Your note")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Rest now")).to_be_visible()
    assert [(row.pain, row.note) for (row,) in store_of(select(Entry))] == [(6, "Half a sentence")]
    page.goto("/diary/log")
    assert page.evaluate(NAMES) == []
    expect(begun(page)).to_be_hidden()


def test_start_anew_forgets_it_and_what_is_typed_meanwhile_stands_beside_it(someone):
    page = someone("ana")
    begin(page)
    page.reload()
    # When she types without an answer, and the page is loaded anew
    page.locator("label.p2").click()
    holds(page, KEPT % 2)
    page.reload()
    page.get_by_role("button", name="Start anew").click()
    # Then the first one is still there
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Your note")).to_have_value("Half a sentence")
    holds(page, KEPT % "Half a sentence")
    page.reload()
    page.get_by_role("button", name="Start anew").click()
    expect(begun(page)).to_be_hidden()
    holds(
        page, "Outbox.fact(`draft ${document.body.dataset.owner} /diary/entries`).then((draft) => draft === undefined)"
    )


def test_a_draft_of_yesterday_keeps_its_time(someone, store_of):
    page = someone("ana")
    page.clock.install(time=datetime.now(UTC) - timedelta(hours=26))
    begin(page)
    page.clock.set_fixed_time(datetime.now(UTC))
    page.goto("/diary/log")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("When was it?")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Rest now")).to_be_visible()
    [(felt_at,)] = store_of(select(Entry.felt_at))
    assert timedelta(hours=25) < datetime.now(UTC) - felt_at < timedelta(hours=27)


def test_a_plain_form_is_forgotten_once_it_is_saved_and_not_before(someone):
    page = someone("ana")
    page.goto("/therapy/new")
    ready_for_no_network(page)
    page.get_by_label("Name", exact=True).fill("Walk to the park")
    holds(page, KEPT % "Walk to the park")
    # Refused: what was typed stands in the form, and is not offered beside it
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Please check this")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Walk to the park")
    expect(begun(page)).to_be_hidden()
    page.goto("/therapy/new")
    page.get_by_role("button", name="Go on").click()
    page.locator("input[name=weekdays]").first.check(force=True)
    page.locator("input[type=time]").first.fill("10:00")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/therapy/"))
    holds(page, "Outbox.fact(`draft ${document.body.dataset.owner} /therapy/`).then((draft) => draft === undefined)")
    page.goto("/therapy/new")
    assert page.evaluate(NAMES) == []


def test_a_draft_is_sealed_and_goes_at_sign_out(someone):
    page = someone("ana")
    begin(page, note="heather")
    raw = page.evaluate(
        "Outbox.fact(`draft ${document.body.dataset.owner} /diary/entries`).then(({ sealed }) => new TextDecoder('latin1').decode(sealed))"
    )
    assert "heather" not in raw
    page.goto("/identity/more")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(NAMES) == []


def test_another_person_on_this_phone_is_offered_nothing(someone, site):
    page = someone("ana")
    begin(page)
    page.context.add_cookies([cookie(site, "dora")])
    page.goto("/diary/log")
    holds(page, "Outbox.fact('owner').then((owner) => owner === document.body.dataset.owner)")
    expect(begun(page)).to_be_hidden()


def test_a_computer_of_a_clinic_keeps_no_draft(someone):
    page = someone("ben")
    page.goto("/clinic/")
    page.evaluate("""() => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: "/somewhere" });
      form.dataset.behaviour = "draft";
      form.innerHTML = "<input name=note><div data-begun hidden></div>";
      document.querySelector("main").append(form);
      htmx.trigger(form, "htmx:load", { elt: form });
    }""")
    page.locator("input[name=note]").fill("A word")
    page.goto("/clinic/")
    assert page.evaluate(NAMES) == []


def test_a_check_in_begun_without_a_network_is_kept_too(someone):
    page = someone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.context.set_offline(True)
    page.goto("/plan/")
    page.get_by_text("Add a note").click()
    page.get_by_label("Your note").fill("Half a sentence")
    holds(page, KEPT % "Half a sentence")
    page.reload()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Your note")).to_have_value("Half a sentence")
    log_without_network(page, 3)
    page.get_by_role("link", name="Write another").click()
    expect(page.locator("[data-letters] > li")).to_have_count(1)
    expect(begun(page)).to_be_hidden()
