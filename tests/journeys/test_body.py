"""The body map: by finger, by keyboard alone, larger for shaky hands, and the same places as last time."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from companion.diary.model import Entry, Site
from tests.journeys.conftest import PHONE
from tests.journeys.test_pages import CONTRAST, RULES, SIZES, SMALL, TORN, WIDER

pytestmark = pytest.mark.journey

SPINE, HIP, THIGH = "back-lower-spine", "front-hip-r", "back-thigh-r"
#: what is drawn of a region, in px, both ways
BOX = "(region) => { const box = region.getBoundingClientRect(); return [box.width, box.height]; }"
STILL = {**PHONE, "is_mobile": False, "reduced_motion": "reduce"}


@pytest.fixture
def opened(someone):
    """Ana's check-in with the body map open."""

    def at_the_map(**how):
        page = someone("ana", **how)
        page.goto("/diary/log")
        page.get_by_text("Where is it?").click()
        expect(page.get_by_role("button", name="Larger")).to_be_visible()
        return page

    return at_the_map


def region(page, code):
    return page.locator(f'[data-region="{code}"]')


def show(page, side):
    page.locator(".where .segs label", has_text=side).click()


def save(page):
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/plan/?said=logged")


def test_it_is_marked_by_finger(opened, store_of):
    page = opened()
    page.locator(".dial label", has_text="6").click()
    region(page, SPINE).tap()
    expect(region(page, SPINE)).to_have_class("reg is-on")
    expect(page.locator(".region-list li:visible")).to_have_text([re.compile("Lower spine")])
    region(page, SPINE).tap()
    strength = page.get_by_label("How strong: Lower spine")
    expect(strength).to_be_focused()
    strength.select_option("7")
    expect(region(page, SPINE)).to_have_class("reg is-on p7")
    region(page, THIGH).tap()
    page.get_by_label("It spreads to here: Back of right thigh").check()
    show(page, "Front")
    expect(region(page, SPINE)).to_be_hidden()
    region(page, HIP).tap()
    # taken away again beside the drawing: the keys go on where another can be marked
    page.get_by_role("checkbox", name="Right hip", exact=True).uncheck()
    expect(page.locator('[name="side"][value="front"]')).to_be_focused()
    expect(page.locator(".where summary .value")).to_have_text("Lower spine, Back of right thigh")
    expect(page.locator(".where .segs")).to_have_text("What to tapFrontBack, 2List")
    save(page)
    assert store_of(select(Site.region, Site.intensity, Site.spreads).order_by(Site.region)) == [
        (SPINE, 7, False),
        (THIGH, None, True),
    ]
    ((uuid,),) = store_of(select(Entry.uuid))
    page.goto(f"/diary/entries/{uuid}")
    expect(page.get_by_text("Lower spine (7 of 10). Spreads to: Back of right thigh")).to_be_visible()
    expect(region(page, SPINE)).to_have_class("reg is-on p7")
    expect(region(page, THIGH)).to_have_class("reg is-on is-there")
    page.goto("/diary/log")
    again = page.get_by_label("Same places as last time")
    again.check(force=True)
    page.get_by_text("Where is it?").click()
    expect(page.locator("[name=where]:checked:not([data-again])")).to_have_count(2)
    # places, and nothing else
    expect(region(page, SPINE)).to_have_class("reg is-on")
    page.get_by_role("checkbox", name="Lower spine", exact=True).uncheck()
    expect(again).not_to_be_checked()
    page.locator(".dial label", has_text="3").click()
    save(page)
    assert store_of(select(Site.region).join(Entry).where(Entry.pain == 3)) == [(THIGH,)]


def test_it_is_marked_by_keys_alone(opened, store_of):
    page = opened()
    page.locator('[name="pain"][value="4"]').focus()
    page.keyboard.press("Space")
    page.locator('[name="side"]:checked').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[name="side"][value="list"]')).to_be_focused()
    expect(page.locator(".bodymap:visible")).to_have_count(0)
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Left jaw")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("How strong: Left jaw")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/?said=logged")
    assert store_of(select(Site.region, Site.intensity, Site.spreads)) == [("front-jaw-l", 5, True)]


def test_it_can_be_drawn_larger_and_moved(opened):
    page = opened()
    wide, high = region(page, SPINE).evaluate(BOX)
    assert min(wide, high) > 22
    whole = page.locator(".bodymap").last
    larger, smaller, up, down, left = (page.get_by_role("button", name=name) for name in ("Larger", "Smaller", "Move up", "Move down", "Move left"))  # fmt: skip
    expect(smaller).to_have_attribute("aria-disabled", "true")
    expect(down).to_have_attribute("aria-disabled", "true")
    larger.click()
    assert region(page, SPINE).evaluate(BOX) == pytest.approx([2 * wide, 2 * high], rel=0.02)
    larger.click()
    expect(larger).to_have_attribute("aria-disabled", "true")
    larger.dispatch_event("click")
    assert region(page, SPINE).evaluate(BOX) == pytest.approx([3 * wide, 3 * high], rel=0.02)
    x, y, *size = map(int, whole.get_attribute("viewBox").split())
    # the other side shows the same part
    assert page.locator(".bodymap").first.get_attribute("viewBox") == whole.get_attribute("viewBox")
    down.click()
    assert whole.get_attribute("viewBox") == f"{x} {y + size[1] // 2} {size[0]} {size[1]}"
    for _ in range(5):
        down.dispatch_event("click")
        left.dispatch_event("click")
    expect(down).to_have_attribute("aria-disabled", "true")
    expect(left).to_have_attribute("aria-disabled", "true")
    expect(up).to_have_attribute("aria-disabled", "false")
    region(page, "back-sole-l").click()
    expect(page.locator('[value="back-sole-l"]')).to_be_checked()
    smaller.click()
    smaller.click()
    assert whole.get_attribute("viewBox").startswith("0 0 ")


@pytest.mark.parametrize("side", ["Back", "List"])
def test_it_is_accessible_and_fits(opened, side):
    page = opened(**STILL)
    for code in (SPINE, THIGH):
        region(page, code).click()
    page.get_by_label("How strong: Lower spine").select_option("10")
    show(page, side)
    found = Axe().run(page, options=RULES).response["violations"]
    wrong = {"axe": [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"][:3]]}
    page.emulate_media(color_scheme="dark")
    wrong["too faint in the dark"] = page.evaluate(CONTRAST)
    for size, (width, text) in SIZES.items():
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        wrong[f"too wide at {size}"] = page.evaluate(WIDER)
        if text == 100:
            wrong["too small"], wrong["torn"] = page.evaluate(SMALL), page.evaluate(TORN)
    assert {what: cases for what, cases in wrong.items() if cases} == {}
