"""The portal is left alone: nobody reads it, and its person finds it as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from companion import clock, store
from companion.identity.model import SignIn
from companion.sharing.model import Invitation
from tests.cast import PASSWORD
from tests.journeys.conftest import DESK

pytestmark = pytest.mark.journey
AWAY = timedelta(minutes=16)


@pytest.fixture
def left_alone(site, store_of):
    """`left_alone(page)`: nobody touches anything for sixteen minutes."""

    def wait(page):
        seen = update(SignIn).where(SignIn.account_id == site.cast.ben).values(seen_at=clock.now() - AWAY)
        store.db.execute(seen)
        store.db.commit()
        page.clock.fast_forward(AWAY.total_seconds() * 1000)

    return wait


def test_a_page_that_was_left_alone_is_covered_and_comes_back_as_it_was(someone, left_alone, store_of):
    # Given Ben in the middle of a form
    ben = someone("ben", **DESK)
    ben.clock.install()
    ben.goto("/clinic/invitations")
    note = ben.get_by_label("For whom")
    note.fill("M. from Tuesday")
    # When he is away for a quarter of an hour
    left_alone(ben)
    # Then nothing can be read, and the page asks whether it is him
    locked = ben.get_by_role("dialog", name="Locked")
    expect(locked).to_be_visible()
    expect(note).not_to_be_visible()
    ben.keyboard.press("Escape")
    expect(locked).to_be_visible()
    locked.get_by_label("Password", exact=True).fill("somebody else's guess")
    locked.get_by_role("button", name="Go on").click()
    expect(locked.get_by_text("This is not your password now. Please check it.", exact=True)).to_be_visible()
    expect(note).not_to_be_visible()
    # And he finds what he wrote, and saves it
    locked.get_by_label("Password", exact=True).fill(PASSWORD)
    locked.get_by_role("button", name="Go on").click()
    expect(locked).to_be_hidden()
    expect(note).to_have_value("M. from Tuesday")
    ben.get_by_role("button", name="Make a code").click()
    expect(ben.get_by_text("M. from Tuesday")).to_be_visible()
    assert [row.note for (row,) in store_of(select(Invitation))] == ["M. from Tuesday"]


def test_another_tab_that_is_in_use_keeps_this_one_open(someone, site, store_of):
    ben = someone("ben", **DESK)
    ben.clock.install()
    ben.goto("/clinic/")
    heading = ben.get_by_role("heading", level=1)
    with ben.expect_response("**/identity/here") as asked:
        ben.clock.fast_forward(AWAY.total_seconds() * 1000)
    assert asked.value.status == 204
    expect(heading).to_be_visible()
    expect(ben.get_by_role("dialog", name="Locked")).to_be_hidden()


def test_without_scripts_a_locked_form_is_asked_for_and_offered_again(someone, left_alone, site, store_of):
    ben = someone("ben", java_script_enabled=False, **DESK)
    ben.goto("/clinic/invitations")
    ben.get_by_label("For whom").fill("M. from Tuesday")
    seen = update(SignIn).where(SignIn.account_id == site.cast.ben).values(seen_at=clock.now() - AWAY)
    store.db.execute(seen)
    store.db.commit()
    ben.get_by_role("button", name="Make a code").click()
    expect(ben.get_by_role("heading", name="Is it you?")).to_be_visible()
    ben.get_by_label("Password", exact=True).fill(PASSWORD)
    ben.get_by_role("button", name="Go on").click()
    ben.get_by_role("button", name="Save").click()
    expect(ben.get_by_text("M. from Tuesday")).to_be_visible()
