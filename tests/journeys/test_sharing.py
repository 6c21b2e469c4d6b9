"""From the patient's thumb to the specialist's screen, and back to nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK

pytestmark = pytest.mark.journey


def log(page, score, path="/diary/log"):
    page.goto(path)
    page.locator(f"label.p{score}").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_clinician_invites_and_the_patient_accepts_looks_are_told_and_sharing_stops(someone):
    # Given Ben, who makes a code for Dora
    ben = someone("ben", **DESK)
    ben.goto("/clinic/")
    expect(ben.get_by_text("Dora")).to_have_count(0)
    ben.get_by_role("link", name=re.compile("Invit")).first.click()
    ben.get_by_label(re.compile("name|whom", re.I)).first.fill("Dora F.")
    ben.get_by_role("button", name=re.compile("code", re.I)).click()
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", ben.locator("main").inner_text())[0]
    expect(ben.locator("svg.qr")).to_be_visible()
    # When Dora opens the code as her camera would, she sees what she shares, and agrees
    dora = someone("dora")
    log(dora, 6)
    dora.goto(f"/codes/#{code}")
    expect(dora.get_by_label("Code", exact=False).first).to_have_value(code)
    dora.get_by_role("button").filter(has_text=re.compile("Go on|Continue|Next|Open", re.I)).first.click()
    expect(dora.get_by_role("heading", level=1)).to_contain_text("Northmoor Pain Clinic")
    dora.get_by_role("button", name="Share my diary").click()
    expect(dora.get_by_text("You share your diary now.")).to_be_visible()
    # Then Ben sees her list row and her trends
    ben.goto("/clinic/")
    ben.get_by_role("link", name="Dora").click()
    expect(ben.get_by_role("heading", level=1)).to_contain_text("Dora")
    address = ben.url
    # And Dora sees that he looked
    dora.goto("/sharing/looks")
    expect(dora.locator("main")).to_contain_text("Ben")
    # When she stops, the very next request finds nothing
    dora.goto("/sharing/")
    dora.get_by_role("button", name="Stop sharing").first.click()
    dora.locator("dialog").get_by_role("button", name="Stop sharing").click()
    expect(dora.get_by_text("Sharing is stopped.")).to_be_visible()
    assert ben.goto(address).status == 404
    # And the code is spent, for her and for every other patient
    ana = someone("ana")
    for patient in (dora, ana):
        patient.goto("/identity/more")
        patient.goto(f"/codes/#{code}")
        patient.get_by_role("button", name="Go on").click()
        expect(patient.get_by_role("alert")).to_contain_text("This code was used before.")
    assert ben.goto(address).status == 404


def test_a_clinician_records_a_procedure_and_plans_pt_that_the_patient_sees(someone):
    ben, ana = someone("ben", **DESK), someone("ana")
    log(ana, 5)
    ben.goto("/clinic/")
    ben.get_by_role("link", name="Ana").click()
    ben.get_by_text("Write a procedure down").click()
    ben.get_by_label("What was done").select_option(label="Epidural steroid injection")
    ben.locator("#level").fill("L4-5")
    ben.get_by_role("button", name="Save").first.click()
    expect(ben.get_by_text("Epidural steroid injection").first).to_be_visible()
    ana.goto("/procedures/")
    expect(ana.get_by_text("Epidural steroid injection, L4-5").first).to_be_visible()


def test_a_caregiver_logs_for_her_with_their_own_name_on_it(someone):
    rosa, ana = someone("rosa"), someone("ana")
    rosa.goto("/")
    rosa.get_by_role("link", name=re.compile("Ana")).first.click()
    expect(rosa.get_by_role("region", name="Whose record is open")).to_contain_text("Ana")
    rosa.get_by_role("link", name=re.compile("Log pain")).first.click()
    rosa.locator("label.p7").click()
    rosa.get_by_role("button", name="Save").click()
    expect(rosa.get_by_text("Saved.")).to_be_visible()
    ana.goto("/diary/")
    expect(ana.locator("main")).to_contain_text("Rosa")


def test_a_patient_lets_a_caregiver_in_narrows_and_stops(someone):
    # Given Ana, who makes a code for Dora, for the days from today on
    ana, dora = someone("ana"), someone("dora")
    ana.goto("/sharing/")
    ana.get_by_label("Their name", exact=True).fill("Dora")
    ana.get_by_text("Which days, and for how long").click()
    ana.get_by_label("First day").fill("2026-03-01")
    ana.get_by_role("button", name="Make a code").click()
    code = ana.locator("p.code").inner_text()
    # When Dora types it, she reads what it opens before she says yes
    dora.goto(f"/codes/#{code}")
    dora.get_by_role("button", name="Go on").click()
    expect(dora.locator("main")).to_contain_text("From March 1, 2026 on")
    dora.get_by_role("button", name="Yes, I help").click()
    expect(dora.get_by_role("region", name="Whose record is open")).to_contain_text("Ana")
    address = dora.url
    # And every page that is open to her has a way to it
    dora.get_by_role("navigation").get_by_role("link", name="More").click()
    dora.get_by_role("link", name="All entries").click()
    expect(dora.get_by_role("region", name="Whose record is open")).to_contain_text("Ana")
    entries = dora.url
    # When Ana closes pain, it is closed at once
    ana.goto("/sharing/")
    ana.get_by_role("link", name="Change Dora").click()
    ana.get_by_label("Pain, where it hurts").uncheck()
    ana.get_by_role("button", name="Save").click()
    expect(ana.get_by_text("Saved.")).to_be_visible()
    assert dora.goto(entries).status == 404
    assert dora.goto(address).status == 200
    # And when she stops, everything is; what was shared when stays readable
    ana.get_by_role("button", name="Stop sharing Dora").click()
    ana.locator("dialog").get_by_role("button", name="Stop sharing").click()
    expect(ana.get_by_text("Sharing is stopped.")).to_be_visible()
    assert dora.goto(address).status == 404
    ana.get_by_text("What was changed, and when").click()
    expect(ana.get_by_text("You stopped sharing with Dora.")).to_be_visible()
