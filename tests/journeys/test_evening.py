"""From the icon to a saved check-in in three taps; an evening that is interrupted and goes on; words said again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from companion.diary.model import Entry

pytestmark = pytest.mark.journey


def test_from_the_icon_to_a_saved_entry_in_three_taps(someone, store_of):
    # Given Ana's phone, whose icon opens the check-in
    page = someone("ana")
    page.goto("/manifest.webmanifest")
    start = re.search(r'"url": ?"([^"]*open=log[^"]*)"', page.content().replace("&amp;", "&"))
    assert start
    taps = 1  # on the icon's shortcut
    page.goto(start[1])
    # When she taps the number that fits, and Save
    for tap in (page.locator("label.p6"), page.get_by_role("button", name="Save")):
        tap.click()
        taps += 1
    # Then it is saved
    expect(page.get_by_text("Saved. Rest now if you need to.")).to_be_visible()
    assert taps <= 3
    assert store_of(select(Entry.pain)) == [(6,)]


def test_an_evening_is_interrupted_and_goes_on(someone, store_of):
    # Given Ana, who looks back on her day, one question at a time
    page = someone("ana")
    page.goto("/diary/evening?day=yesterday")
    expect(question(page)).to_contain_text("How much did pain get in the way")
    choose(page, "impact", 3)
    forth(page)
    forth(page)
    page.get_by_label("How many").fill("25")
    forth(page)
    choose(page, "pain", 4)
    # When somebody calls and the page is gone
    page.goto("about:blank")
    page.goto("/diary/evening?day=yesterday")
    # Then she goes on where she was, with all that she said
    expect(question(page)).to_contain_text("Pain today, on average")
    expect(page.locator("input[name=pain][value='4']")).to_be_checked()
    # And she may stop at any question
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert store_of(select(Entry.kind, Entry.impact, Entry.walked, Entry.pain, Entry.worst, Entry.from_memory)) == [
        ("evening", 3, 25, 4, None, True)
    ]
    # And what is saved is not offered again
    page.goto("/diary/evening?day=yesterday")
    expect(page).to_have_url(re.compile("/correct$"))


def test_words_are_said_again_with_one_tap(someone, store_of):
    page = someone("ana")
    write(page, lambda: (chip(page, "Burning").click(), own(page).fill("like a belt")))
    write(page, lambda: page.get_by_role("button", name="As last time: Burning, like a belt").click())
    assert [row.words for (row,) in store_of(select(Entry))] == [{"feels": ["burning", "like a belt"]}] * 2


def write(page: Page, say) -> None:
    page.goto("/diary/log")
    expect(page.locator("input[name=pain]:checked")).to_have_count(0)
    page.locator("label.p5").click()
    page.get_by_text("What does it feel like?").first.click()
    say()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def chip(page: Page, words: str):
    return page.locator("label.chip", has_text=re.compile(f"^{words}$"))


def own(page: Page):
    return page.locator("#feels-own")


def question(page: Page):
    return page.locator("[data-step]:visible")


def choose(page: Page, name: str, score: int) -> None:
    page.locator("label", has=page.locator(f"input[name={name}][value='{score}']")).click()


def forth(page: Page) -> None:
    page.get_by_role("button", name="Next").click()
