"""Somebody new at the clinic: a password from the operator, then a passkey, in a Chromium with a virtual authenticator."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from companion.signin.model import Passkey
from tests.journeys.conftest import DESK, holds

pytestmark = pytest.mark.journey


#: how often the page has asked for a passkey
COUNTED = """
    window.questions = 0;
    const ask = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (...how) => { const asked = ask(...how); window.questions += 1; return asked; };
"""


def with_authenticator(page):
    """A phone or computer that holds passkeys and knows its person by the face."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    # for `look`: whether the person looks at their phone when they are asked to
    page.look = lambda at: session.send("WebAuthn.setAutomaticPresenceSimulation", {**made, "enabled": at})
    return page


def test_a_new_colleague_gets_a_password_and_then_needs_none(site, someone, store_of):
    # Given Nora, whom the operator let in
    command = [str(Path(sys.executable).with_name("companion")), "user", "nora@example.org", "--name", "Nora",
               "--clinic", "Northmoor Pain Clinic"]  # fmt: skip
    told = subprocess.run(command, env=site.environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    told = told.stdout
    password = re.search(r"the password (\S+)", told)[1]
    # When she signs in with it
    page = with_authenticator(someone(None, **DESK))
    page.goto("/")
    page.get_by_text("Use a password").click()
    page.get_by_label("Email").fill("nora@example.org")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign in").click()
    # Then she is told why that is not enough
    expect(page.get_by_role("heading", level=1)).to_have_text("One more thing before you start.")
    # When she adds a passkey
    page.get_by_role("button", name="Add a passkey").click()
    # Then she is where she wanted to be
    expect(page).to_have_url(re.compile(r"^[^?]*/clinic/$"))
    # When she signs out, and in again with her face
    # (the field for the email offers the passkey already, and lets the button have its turn)
    page.look(False)
    page.add_init_script(COUNTED)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Email")).to_be_visible()
    holds(page, "window.questions === 1")
    page.look(True)
    page.get_by_role("button", name="Use face, finger or PIN").click()
    expect(page).to_have_url(re.compile(r"^[^?]*/clinic/$"))
    ((key,),) = store_of(select(Passkey))
    assert key.name == "Chrome · Linux" and key.used_at is not None


def test_a_patient_whose_phone_has_no_passkey_is_told_calmly(someone):
    page = someone(None)
    page.context.new_cdp_session(page).send("WebAuthn.enable")
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))")
    page.goto("/signin/")
    page.get_by_role("button", name="Use face, finger or PIN").click()
    expect(page.get_by_text("That did not work. You can try once more, or use another way.")).to_be_visible()


def test_phones_of_before_2025_read_and_write_no_json(someone):
    page = with_authenticator(someone("ana"))
    page.add_init_script("""
        delete PublicKeyCredential.parseCreationOptionsFromJSON;
        delete PublicKeyCredential.parseRequestOptionsFromJSON;
        delete PublicKeyCredential.prototype.toJSON;
    """)
    page.goto("/signin/factors")
    if "again" in page.url:
        page.get_by_label("Password").fill("lichen and heather")
        page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Added. You can use it from now on.")).to_be_visible()
    page.goto("/signin/again?next=/plan/")
    page.get_by_role("button", name="Use face, finger or PIN").click()
    expect(page).to_have_url(re.compile(r"/plan/$"))


def test_the_field_for_the_email_offers_the_passkey(someone, store_of):
    page = with_authenticator(someone("ana"))
    page.goto("/signin/factors")
    if "again" in page.url:
        page.get_by_label("Password").fill("lichen and heather")
        page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Added. You can use it from now on.")).to_be_visible()
    page.goto("/identity/more")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.context.clear_cookies(name="whose")
    page.goto("/signin/")
    expect(page.locator("#email")).to_have_attribute("autocomplete", "username webauthn")
    assert store_of(select(Passkey.used_at)) == [(None,)], "nothing is asked before the field can be seen"
    page.get_by_text("Use a password").click()
    # the authenticator is touched for the person, as if they chose what the field offers
    expect(page).to_have_url(re.compile(r"/plan/$"))
    assert store_of(select(Passkey.used_at)) != [(None,)]
