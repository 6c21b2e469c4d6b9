"""Ana takes everything out, proves who she is, thinks of leaving, and stays; a phone that was away forgets."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select, update

from companion import seal
from companion.diary.model import Entry
from companion.export.erase import erase_due
from companion.identity.model import Account, SignIn
from companion.store import db
from tests.cast import PASSWORD
from tests.journeys.conftest import holds, ready_for_no_network

pytestmark = pytest.mark.journey
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "rules": {"target-size": {"enabled": False}}}  # fmt: skip


def no_finding(page):
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def change(query):
    db.execute(query)
    db.commit()
    db.remove()


def long_ago(cast):
    """The proof of who she is has grown old."""
    change(update(SignIn).where(SignIn.account_id == cast.ana).values(proved_at=datetime.now(UTC) - timedelta(hours=1)))


def erase(site):
    """Ana's week is over."""
    now = datetime.now(UTC)
    seal.connect(site.home / "keys")
    change(update(Account).where(Account.id == site.cast.ana).values(erases_at=now))
    assert erase_due(now) == 1


def prove(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")


def test_ana_takes_everything_out_and_stays(someone, site, store_of, tmp_path):
    ana = someone("ana")
    ana.goto("/identity/more")
    # When she asks for everything
    ana.get_by_role("link", name="Take everything out").click()
    no_finding(ana)
    ana.get_by_role("button", name="Make my file").click()
    # Then the page says how far it is, and that it is ready, by itself
    expect(ana.get_by_role("heading", name="Your file")).to_be_visible()
    expect(ana.get_by_role("link", name="Fetch my file")).to_be_visible(timeout=20000)
    no_finding(ana)
    # And she is asked who she is before she gets it
    long_ago(site.cast)
    ana.get_by_role("link", name="Fetch my file").click()
    expect(ana.get_by_label("Password")).to_be_visible()
    with ana.expect_download() as coming:
        prove(ana)
    coming.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        assert {"README.txt", "record.json", "diary.csv", "fhir.json"} <= {*archive.namelist()}
    # When she thinks of leaving
    ana.goto("/identity/more")
    ana.get_by_role("link", name="Erase my account").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("Erase my account")
    no_finding(ana)
    ana.get_by_label(re.compile("write the word")).fill("erase")
    ana.get_by_role("button", name="Erase my account in 7 days").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Your account will be erased on")
    no_finding(ana)
    # Then each page says so, and she can stay
    ana.goto("/plan/")
    ana.get_by_role("button", name="Keep it instead").click()
    expect(ana.get_by_text("Your account stays.")).to_be_visible()
    assert store_of(select(Account.erases_at).where(Account.id == site.cast.ana)) == [(None,)]


def test_a_phone_that_was_away_forgets_what_was_erased(someone, site, store_of):
    # Given Ana, who wrote something without a network
    ana = someone("ana")
    ana.context.add_cookies([{"name": "whose", "value": str(site.cast.ana), "url": site.origin}])
    ana.goto("/diary/log")
    ready_for_no_network(ana)
    ana.context.set_offline(True)
    ana.locator("label.p5").click()
    ana.get_by_role("button", name="Save").click()
    holds(ana, f"Outbox.letters('{site.cast.ana}').then((letters) => letters.length === 1)")
    # When her account is erased meanwhile
    erase(site)
    ana.context.set_offline(False)
    # Then the phone hears it, says so, and keeps nothing
    expect(ana.get_by_role("heading", level=1)).to_have_text("This account was erased")
    no_finding(ana)
    holds(ana, f"Outbox.letters('{site.cast.ana}').then((letters) => letters.length === 0)")
    holds(ana, "Outbox.fact('owner').then((owner) => owner === undefined)")
    assert store_of(select(Entry.id)) == []


def test_an_open_page_hears_it_when_it_sends(someone, site, store_of):
    ana = someone("ana")
    ana.goto("/diary/log")
    ready_for_no_network(ana)
    erase(site)
    ana.locator("label.p5").click()
    ana.get_by_role("button", name="Save").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("This account was erased")
    holds(ana, f"Outbox.letters('{site.cast.ana}').then((letters) => letters.length === 0)")
