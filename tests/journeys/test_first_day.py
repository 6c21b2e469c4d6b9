"""Somebody new: signs up, logs, adds a medicine, reads their trends, corrects an entry."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from companion.diary.model import Entry

pytestmark = pytest.mark.journey


def test_a_new_patient_signs_up_and_logs_in_two_taps(someone):
    # Given Eva, who has never been here
    page = someone(None)
    page.goto("/")
    page.get_by_role("link", name="I am new here").click()
    # Then the phone's own zone is chosen for her
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    # When she signs up
    page.get_by_label("Your name").fill("Eva")
    page.get_by_label("Email").fill("eva@example.org")
    page.get_by_label("Password").fill("a quiet morning")
    page.get_by_role("button", name="Make my diary").click()
    # Then a passkey is offered, which she leaves for later
    page.get_by_role("link", name="Not now").click()
    # Then Today helps her on
    expect(page.get_by_role("heading", level=1)).to_contain_text("Eva")
    # When she taps Log, a number, and Save
    page.get_by_role("link", name="Log pain now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How strong is your pain now?")
    page.locator("label.p6").click()
    page.get_by_role("button", name="Save").click()
    # Then it is saved, and said calmly
    expect(page.get_by_text("Saved. Rest now if you need to.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/plan/$"))
    expect(page.locator(".glance")).to_contain_text("6 of 10")
    # And the rating page does not show it
    page.get_by_role("link", name="Log pain now").click()
    expect(page.locator("input[name=pain]:checked")).to_have_count(0)


def test_she_marks_where_it_hurts_on_the_drawing_and_in_the_list(someone):
    page = someone("ana")
    page.goto("/diary/log")
    page.locator("label.p4").click()
    page.get_by_text("Where is it?").click()
    page.locator("label", has=page.locator("input[value=back]")).click()
    page.locator("[data-region=back-lower-back-r]").first.click()
    # the list says the same as the drawing
    expect(page.locator("input[value=back-lower-back-r]")).to_be_checked()
    expect(page.locator("[data-region=back-lower-back-r]").first).to_have_class(re.compile("is-on"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/diary/")
    expect(page.get_by_text("Right lower back").first).to_be_visible()


def test_she_corrects_an_entry_and_the_original_is_kept(someone):
    page = someone("ana")
    page.goto("/diary/log")
    page.locator("label.p3").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/diary/")
    page.locator("a[href*='/diary/entries/']").first.click()
    page.get_by_role("link", name="Correct").click()
    page.locator("label.p5").click()
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/diary/entries/[0-9a-f-]+"))
    expect(page.locator("main .disc.p5").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("3")
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("button", name="Bring it back")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("It is back.")).to_be_visible()


def test_a_mistake_is_told_beside_the_field_and_nothing_typed_is_lost(someone):
    page = someone("ana")
    page.goto("/diary/log")
    page.locator("label.p4").click()
    page.get_by_text("Add a note").click()
    page.get_by_label("Your note").fill("A long walk today.")
    page.get_by_text("When", exact=False).filter(has=page.locator("svg")).first.click()
    page.locator("input[type=datetime-local]").fill("2999-01-01T10:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is still to come").first).to_be_visible()
    expect(page.get_by_label("Your note")).to_have_value("A long walk today.")
    expect(page.locator("input[name=pain]:checked")).to_have_value("4")
    # nothing waits in the outbox: the words are on the page
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_double_tap_is_one_entry(someone, store_of):

    page = someone("ana")
    page.goto("/diary/log")
    page.locator("label.p4").click()
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert store_of(select(func.count()).select_from(Entry)) == [(1,)]


def test_without_scripts_a_person_signs_in_logs_and_reads(someone):
    page = someone(None, java_script_enabled=False)
    page.goto("/")
    page.get_by_text("Use a password").click()
    page.get_by_label("Email").fill("ana@example.org")
    page.get_by_label("Password").fill("lichen and heather")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Log pain now").click()
    page.locator("label.p7").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/diary/")
    expect(page.locator("main .disc.p7")).to_be_visible()


def test_back_after_sign_out_shows_nothing(someone):
    page = someone("ana")
    page.goto("/identity/settings")
    page.goto("/identity/more")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_count(0)
