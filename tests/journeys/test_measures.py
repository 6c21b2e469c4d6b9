"""Questionnaires on a phone: one question a screen, a break, no network; and whom to call at once."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from companion import store
from companion.measures.model import Answer, Signal
from tests.journeys.conftest import holds, ready_for_no_network, until
from tests.journeys.test_pages import RULES, WIDER
from tests.measures.given import put_on, read_there

pytestmark = pytest.mark.journey
DRAFT = "Outbox.fact(`draft ${document.body.dataset.owner} measure 1 1`).then((kept) => kept !== undefined)"


@pytest.fixture
def asked(site):
    """`asked("peg")`: Ben's clinic asks it of Ana."""

    def on(code):
        store.connect(site.database)
        read_there(site.cast)
        plan = put_on(site.cast, code)
        store.db.remove()
        return f"/measures/{plan}/new"

    yield on
    store.disconnect()


def sound(page):
    """Nothing wrong by day and night, at 320 px and with text of twice the size."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=RULES).response["violations"]
        assert not [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]]
    page.set_viewport_size({"width": 320, "height": 640})
    assert not page.evaluate(WIDER)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not page.evaluate(WIDER)
    page.evaluate("document.documentElement.style.fontSize = ''")


def choose(page, number):
    page.locator(f"fieldset.step:visible input[value='{number}']").check()


def test_ana_breaks_off_comes_back_and_finishes_without_a_network(phone, asked, store_of):
    # Given the weekly questions on Ana's list
    asked("peg")
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.get_by_role("link", name="Answer Pain and daily life (PEG)").click()
    # When she answers two of them, one a screen, and the phone is put away
    expect(page.get_by_text("1 of 3")).to_be_visible()
    expect(page.locator("fieldset:visible")).to_have_count(1)
    sound(page)
    choose(page, 7)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("fieldset:focus legend")).to_contain_text("enjoyment of life")
    choose(page, 4)
    page.get_by_role("button", name="Back").click()
    expect(page.locator("fieldset:visible input:checked")).to_have_value("7")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    holds(page, DRAFT)
    page.context.close()
    # Then she goes on where she was
    page = phone()
    page.goto("/measures/1/new")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    # When the network goes away before she saves
    page.context.set_offline(True)
    choose(page, 6)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()
    assert store_of(select(Answer.id)) == []
    # Then it arrives with the network, once, and what it comes to is said; no draft is left
    page.context.set_offline(False)
    page.goto("/plan/")
    until(lambda: store_of(select(Answer.score)) == [(pytest.approx(17 / 3),)])
    holds(page, f"{DRAFT}.then((kept) => !kept)")
    page.reload()
    page.get_by_role("link", name="Pain and daily life (PEG)").click()
    expect(page.get_by_text("On average your answers are 5.7 of 10.")).to_be_visible()


def test_whom_to_call_is_there_at_once_and_the_clinic_is_told(phone, someone, asked, store_of):
    # Given the nine questions, and no network from the first of them on
    path = asked("phq9")
    page = phone("ana")
    page.goto(path)
    ready_for_no_network(page)
    expect(page.get_by_text("Nobody watches these answers live.")).to_be_visible()
    page.context.set_offline(True)
    for _ in range(8):
        page.get_by_text("Not at all", exact=True).locator("visible=true").click()
        page.get_by_role("button", name="Next").click()
    # When the last one is answered with more than "not at all"
    page.get_by_text("Several days", exact=True).locator("visible=true").click()
    # Then nothing but whom to call is on the screen
    help_ = page.get_by_role("dialog", name="You do not have to carry this alone.")
    expect(help_).to_be_visible()
    expect(help_.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    sound(page)
    # When she goes on and saves, and the network comes back
    help_.get_by_role("button", name="Go on with the questions").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()
    page.context.set_offline(False)
    page.goto("/plan/")
    until(lambda: store_of(select(Signal.seen_at)) == [(None,)])
    # Then Ben is told, until he has seen it
    desk = someone("ben", viewport={"width": 1280, "height": 900}, is_mobile=False)
    desk.goto("/clinic/")
    expect(desk.get_by_text("Please look now")).to_be_visible()
    desk.get_by_role("link", name="Ana").click()
    desk.get_by_role("button", name="I have seen it and go on from here").click()
    desk.goto("/clinic/")
    expect(desk.get_by_text("Please look now")).to_have_count(0)


def test_without_scripts_the_questions_are_one_form(someone, asked):
    page = someone("ana", java_script_enabled=False)
    page.goto(asked("phq9"))
    expect(page.locator("fieldset:visible")).to_have_count(9)
    for question in page.locator("fieldset").all():
        question.get_by_text("Several days", exact=True).click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You do not have to carry this alone.")
    expect(page.get_by_text("Your answers add up to 9 of 27.")).to_be_visible()


def test_the_page_for_no_network_asks_what_is_on(phone, asked, store_of):
    # Given one that is on, and Ana's consent to keep the list on this phone
    asked("peg")
    page = phone("ana")
    page.goto("/plan/")
    ready_for_no_network(page)
    page.get_by_role("button", name="Yes, keep it").click()
    holds(page, "Outbox.fact('snapshot').then((kept) => kept !== undefined)")
    # When there is no network from the start
    page.context.set_offline(True)
    page.goto("/plan/")
    expect(page.locator("details[data-measure]:visible")).to_have_count(1)
    page.get_by_text("Pain and daily life (PEG)").click()
    for number in (7, 4, 6):
        choose(page, number)
        page.locator("[data-measure] .btn-primary:visible").click()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()
    # Then it arrives with the network
    page.context.set_offline(False)
    page.goto("/plan/")
    until(lambda: store_of(select(Answer.score)) == [(pytest.approx(17 / 3),)])
