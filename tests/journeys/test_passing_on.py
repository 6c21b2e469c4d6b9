"""A code is passed on, and the dock in the longer words of Spanish."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

#: the boxes of the words in the dock, from left to right
WORDS = """[...document.querySelectorAll(".nav a span")].map((word) => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return range.getBoundingClientRect().toJSON();
})"""


def make_code(page):
    page.goto("/sharing/")
    page.locator("#name").fill("Gus")
    page.get_by_role("button", name="Make a code").click()
    return page.locator(".code-address").inner_text()


def test_the_address_of_a_code_is_copied_or_sent(someone):
    page = someone("ana")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("navigator.share = async (what) => { window.sent = what; }")
    address = make_code(page)
    assert re.search(r"/codes/#[A-Z0-9]{4}-[A-Z0-9]{4}$", address)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.get_by_role("button", name="Send").click()
    assert page.evaluate("sent.url") == address
    # nothing lies over it
    assert page.locator(".code-address").evaluate(
        "(p) => { const box = p.getBoundingClientRect();"
        " return document.elementFromPoint(box.x + 9, box.bottom - 9) === p; }"
    )


def test_without_a_clipboard_the_address_is_marked(someone):
    page = someone("ana")
    page.add_init_script(
        "delete Navigator.prototype.share; Object.defineProperty(navigator, 'clipboard', {value: null})"
    )
    address = make_code(page)
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    page.get_by_role("button", name="Copy").click()
    assert page.evaluate("getSelection().toString()") == address


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_words_of_the_dock_stand_apart_in_spanish(someone, width):
    page = someone("dora", viewport={"width": width, "height": 844})
    page.goto("/identity/settings")
    page.get_by_label("Español").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".nav")).to_contain_text("Tendencias")
    words = page.evaluate(WORDS)
    assert len({word["top"] for word in words}) == 1
    assert min(right["left"] - left["right"] for left, right in pairwise(words)) >= 6
