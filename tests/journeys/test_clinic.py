"""The clinic's pages in a real browser: finding a name, long words on a small phone, a wrong form without scripts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from companion import clock, store
from companion.identity.model import Account, Clinic, Patient
from companion.medication.model import Medicine
from companion.procedures.record import record, remove
from companion.sharing.model import PARTS, Grant, Invitation
from companion.therapy import plan_it
from tests.journeys.conftest import DESK

pytestmark = pytest.mark.journey
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def long_words(site):
    """A patient of Ben's with words of 80 letters everywhere; the id."""
    store.connect(site.database)
    now, word = clock.now(), "W" * 80
    with store.work() as db:
        patient = Patient(name=word, zone="Europe/Berlin")
        clinic, ben = db.get_one(Clinic, site.cast.northmoor), db.get_one(Account, site.cast.ben)
        db.add(patient)
        db.flush()
        db.add(Grant(patient_id=patient.id, clinic_id=clinic.id, parts=list(PARTS), granted_at=now))
        for code, used_at in (("a", None), ("b", now)):
            lasts = {"made_at": now, "expires_at": now + timedelta(days=1), "used_at": used_at}
            db.add(
                Invitation(code_hash=code, clinic_id=clinic.id, made_by=ben.id, note=word, parts=list(PARTS), **lasts)
            )
        for _ in range(2):
            done, _new = record(patient, clinic, ben, str(uuid4()), "", "esi", word[:40], "left", now.date(), word, now)
            what = ("pt", word, word, 20, [], "")
            plan, _new = plan_it.plan(patient, ben, clinic, *what, now, str(uuid4()), "")
        remove(done, ben, now)
        plan_it.stop(plan, ben, now)
        by = {"added_by": ben.id, "started_on": now.date()}
        db.add(Medicine(patient_id=patient.id, name=word, note=word, as_needed=True, **by))
        number = patient.id
    store.disconnect()
    return number


def test_long_words_fit_a_small_phone_with_large_text(someone, long_words):
    ben, of = someone("ben", viewport={"width": 320, "height": 640}, is_mobile=False), f"/clinic/patients/{long_words}"
    for path in ("/clinic/", of, f"{of}/programmes", "/clinic/invitations"):
        ben.goto(path)
        for fold in ben.locator("summary").all():
            fold.click()
        for size in ("100%", "200%"):
            ben.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert ben.evaluate(WIDER) <= 0, f"{path} at {size}"
    # and no word is set letter by letter
    ben.goto("/clinic/")
    ben.evaluate("document.documentElement.style.fontSize = '200%'")
    cell = ben.get_by_text("not shared").or_(ben.get_by_text("none planned")).first.bounding_box()
    assert cell["width"] > cell["height"]


def test_typing_finds_a_name_and_puts_it_in_no_address(someone, long_words):
    ben, asked = someone("ben", **DESK), []
    ben.on("request", lambda request: asked.append((request.method, request.url)))
    ben.goto("/clinic/?sort=entry")
    expect(ben.locator(".pt")).to_have_count(2)
    ben.get_by_label("Find a patient by name").press_sequentially("áNa", delay=20)
    expect(ben.locator(".pt")).to_have_text(["Ana"])
    expect(ben.get_by_label("Find a patient by name")).to_be_focused()
    expect(ben.locator("th[aria-sort]")).to_have_text("Last entry")
    ben.get_by_role("button", name="Patient").click()
    expect(ben.locator("th[aria-sort]")).to_have_text("Patient")
    expect(ben.locator(".pt")).to_have_text(["Ana"])
    assert ben.url.endswith("/clinic/")
    assert not [url for _, url in asked if "na" in url.split("/clinic/")[-1].lower() and "/clinic/" in url]
    ben.get_by_role("link", name="Show all").click()
    expect(ben.locator(".pt")).to_have_count(2)


def test_without_scripts_a_wrong_procedure_opens_where_it_is_wrong(someone):
    ben = someone("ben", java_script_enabled=False)
    ben.goto("/clinic/")
    ben.get_by_role("link", name="Ana").click()
    ben.get_by_text("Write a procedure down").click()
    ben.locator("#done_on").fill("2091-01-01")
    ben.get_by_role("button", name="Save").click()
    expect(ben.get_by_role("alert")).to_be_in_viewport()
    ben.locator("#done_on").fill("2020-01-01")
    ben.get_by_role("button", name="Save").click()
    expect(ben.get_by_text("Saved.")).to_be_in_viewport()
