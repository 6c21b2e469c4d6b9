"""An outside doctor reads Ana's report by a link, until she takes it back."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import DESK
from tests.visit.pages import pages_of

pytestmark = pytest.mark.journey
#: what lies under the dock counts as too small for axe; test_pages measures sizes
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": False}},
    "resultTypes": ["violations"],
}
AXE = Axe()


def clean(page):
    """No finding of axe."""
    found = AXE.run(page, options=RULES).response["violations"]
    assert [(rule["id"], node["html"][:160]) for rule in found for node in rule["nodes"]] == []


def test_a_link_is_made_opened_read_and_taken_back(someone):
    # Given Ana, who wrote something down
    ana = someone("ana")
    ana.goto("/diary/log")
    ana.locator("label.p6").click()
    ana.get_by_role("button", name="Save").click()
    expect(ana.get_by_text("Saved.")).to_be_visible()
    # When she makes a link with a passphrase, from the page of who sees her diary
    ana.goto("/sharing/")
    ana.get_by_role("link", name="Show a report by a link").click()
    ana.get_by_label("Who is it for?").fill("Dr Okon")
    ana.get_by_label("30 days", exact=True).check(force=True)
    ana.get_by_label("Passphrase").fill("wet moss")
    clean(ana)
    ana.get_by_role("button", name="Make a link").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("A link for Dr Okon")
    expect(ana.locator("svg.qr")).to_be_visible()
    clean(ana)
    address = ana.locator(".code-address").inner_text()
    # Then the doctor's browser, which knows nothing of her, asks for the passphrase
    doctor = someone(None, **DESK)
    asked = []
    doctor.on("request", lambda request: asked.append(request.url))
    doctor.goto(address)
    assert "#" not in doctor.url
    expect(doctor.get_by_label("Link")).to_have_value(address.partition("#")[2])
    clean(doctor)
    doctor.get_by_role("button", name="Open the report").click()
    doctor.get_by_label("Passphrase").fill("dry moss")
    clean(doctor)
    doctor.get_by_role("button", name="Open the report").click()
    expect(doctor.get_by_role("alert")).to_contain_text("This passphrase is not right.")
    clean(doctor)
    doctor.get_by_label("Passphrase").fill("Wet Moss")
    doctor.get_by_role("button", name="Open the report").click()
    # And shows her report, to read
    expect(doctor.get_by_role("heading", level=1)).to_have_text("The report of Ana")
    expect(doctor.get_by_role("heading", name="Pain each day")).to_be_visible()
    clean(doctor)
    doctor.emulate_media(color_scheme="dark")
    clean(doctor)
    pdf = doctor.context.request.get(f"{address.partition('/visit')[0]}/visit/shared/report.pdf")
    assert "Visit report Ana" in pages_of(pdf.body())
    assert not [url for url in asked if address.partition("#")[2] in url.partition("#")[0]]
    # When she sees that it was opened, and takes it back
    ana.goto("/visit/links")
    expect(ana.get_by_text("Opened 1 time")).to_be_visible()
    clean(ana)
    ana.get_by_role("button", name="Withdraw").first.click()
    ana.locator("dialog").get_by_role("button", name="Withdraw it").click()
    expect(ana.get_by_text("The link is withdrawn.")).to_be_visible()
    # Then the very next request of the doctor finds the end of it
    answer = doctor.reload()
    assert answer.status == 404
    expect(doctor.get_by_role("alert")).to_contain_text("No report is open here.")
    clean(doctor)
    doctor.goto(address)
    doctor.get_by_role("button", name="Open the report").click()
    expect(doctor.get_by_role("alert")).to_contain_text("This link opens nothing.")


def test_without_scripts_the_link_is_pasted(site, chromium, someone):
    ana = someone("ana")
    ana.goto("/visit/links")
    ana.get_by_label("Who is it for?").fill("Dr Okon")
    ana.get_by_role("button", name="Make a link").click()
    address = ana.locator(".code-address").inner_text()
    context = chromium.new_context(base_url=site.origin, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Link").fill(address)
    page.get_by_role("button", name="Open the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Ana"))
    page.get_by_role("button", name="Close the report").click()
    expect(page).to_have_url(f"{site.origin}/visit/open")
    assert page.goto("/visit/shared").status == 404
    context.close()
