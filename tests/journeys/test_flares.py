"""A flare from its beginning without a network to its end; and what Rosa saw beside what Ana felt."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select, update

from companion.diary.model import DiaryDay
from companion.flares.model import Flare, FlareTick
from companion.sharing.model import Grant
from companion.store import work
from tests.journeys.conftest import ready_for_no_network
from tests.journeys.test_pages import RULES, WIDER

pytestmark = pytest.mark.journey
AXE = Axe()


def sound(page):
    """No finding of axe by day or night, and nothing wider than a small phone."""
    page.set_viewport_size({"width": 320, "height": 640})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = AXE.run(page, options=RULES).response["violations"]
        assert not [(scheme, rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"][:3]]
    assert page.evaluate(WIDER) == []


def test_ana_begins_a_flare_without_a_network_and_ends_it(phone, store_of):
    # Given Ana's plan of one step, and the page for a flare, open when the network goes
    page = phone("ana")
    page.goto("/flares/plan")
    page.get_by_label("Add a step").fill("Lie down with a warm pack")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Lie down with a warm pack")).to_be_visible()
    page.goto("/flares/new")
    ready_for_no_network(page)
    page.context.set_offline(True)
    # When she says yes to a sign that must not wait
    page.locator("input[name=flag-weak][value=yes]").check(force=True)
    # Then the page says at once whom to call, with her clinic's number
    call = page.locator("dialog[open]")
    expect(call.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(call.get_by_role("link", name="Call Northmoor Pain Clinic")).to_have_attribute("href", "tel:555-0100")
    sound(page)
    # And so does the page that a cold start brings
    page.goto("/flares/new")
    page.get_by_text("Start a flare").click()
    page.locator("input[name=flag-weak][value=yes]").check(force=True)
    expect(call.get_by_role("heading", name="Please get help now.")).to_be_visible()
    sound(page)
    call.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()
    # When the network is back, she ticks off the step and ends it
    page.context.set_offline(False)
    page.goto("/plan/")
    expect(page.get_by_text("A flare goes on since")).to_be_visible()
    page.get_by_role("link", name="Open my flare plan").click()
    sound(page)
    page.get_by_role("button", name="Done Lie down with a warm pack").click()
    expect(page.get_by_text("Done at")).to_be_visible()
    page.get_by_role("button", name="The flare is over").click()
    expect(page.get_by_role("heading", name="This flare is over.")).to_be_visible()
    # Then it is kept once, with what she answered, and trends show it
    [(flags, ended_at)] = store_of(select(Flare.flags, Flare.ended_at))
    assert flags == {"weak": "yes"} and ended_at is not None and len(store_of(select(FlareTick.id))) == 1
    page.goto("/trends/?span=7")
    expect(page.get_by_text("1 flare, on 1 day.")).to_be_visible()


def test_rosa_writes_what_she_saw_and_anas_numbers_stay(someone, site, store_of):
    # Given Ana's own number, and Rosa, to whom pain and notes are open
    with work() as db:
        db.execute(update(Grant).where(Grant.account_id == site.cast.rosa).values(parts=["pain", "notes"]))
    ana, rosa = someone("ana"), someone("rosa")
    ana.goto("/diary/log")
    ana.locator("label.p4").click()
    ana.get_by_role("button", name="Save").click()
    expect(ana.locator(".glance")).to_contain_text("4 of 10")
    numbers = store_of(select(DiaryDay.entries, DiaryDay.pain_sum))
    # When Rosa goes from what she was told to what she saw
    rosa.goto(f"/for/{site.cast.ana_patient}/diary/log")
    rosa.get_by_role("link", name="I saw it").click()
    sound(rosa)
    rosa.get_by_text("Limped", exact=True).click()
    rosa.get_by_label("In your own words").fill("Held on to the rail")
    rosa.get_by_role("button", name="Save").click()
    expect(rosa).to_have_url(re.compile("/plan/"))
    # Then Ana reads it beside her own, and nothing of hers has changed
    ana.goto("/plan/")
    expect(ana.get_by_text("Limped · Held on to the rail")).to_be_visible()
    expect(ana.locator(".glance")).to_contain_text("4 of 10")
    assert store_of(select(DiaryDay.entries, DiaryDay.pain_sum)) == numbers == [(1, 4)]
    sound(ana)
    # And may take it out of view
    ana.get_by_role("link", name="Rosa saw").click()
    sound(ana)
    ana.get_by_role("button", name="Remove").click()
    expect(ana.get_by_role("heading", name="This is removed.")).to_be_visible()
