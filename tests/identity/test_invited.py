"""Signing up and signing in with somebody's code."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Clinic, Patient
from companion.sharing import invite
from companion.sharing.terms import Terms
from companion.store import db
from tests.cast import NOW
from tests.signin.test_sign_in import sign_in, token

FORM = {"name": "Gus", "email": "gus@example.org", "password": "a quiet morning", "language": "en"}


def code_of_ana(cast, now=NOW):
    _row, told = invite.invite_caregiver(
        db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ana), "Gus", Terms(("pain",), True), now
    )
    db.commit()
    db.remove()
    return told


def code_of_clinic(cast):
    _row, told = invite.invite_patient(db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.ben), "Gus", NOW)
    db.commit()
    db.remove()
    return told


def open_code(browser, told):
    """Follow the invitation to the page that asks a stranger to sign up."""
    page = browser.get(browser.post("/codes/", {"code": told}).location)
    assert page.status_code == 200
    return page


def sign_up(browser, page, **more):
    form = {**FORM, "form_token": token(page), "next": "/codes/accept", **more}
    return browser.post("/identity/sign-up", form)


def gus():
    db.remove()
    return db.scalars(select(Account).where(Account.email.is_(FORM["email"]))).one()


def test_a_caregiver_signs_up_to_help_and_is_made_no_patient(app, visit, cast):
    browser = visit(None)
    page = open_code(browser, code_of_ana(cast))
    assert "Ana invites you to help." in page.text
    assert "Make my account" in page.text
    assert "A diary of your own" not in page.text
    assert 'name="zone"' not in page.text
    assert sign_up(browser, page).location == "/signin/first?next=/codes/accept"
    assert gus().patient is None
    assert "Ana lets you in." in browser.get("/codes/accept").text
    assert browser.post("/codes/accept").location == f"/for/{cast.ana_patient}/plan/"
    # the next start of the app
    assert browser.get("/").location == "/caring/"
    assert "Open" in browser.get("/caring/").text


def test_a_patient_of_a_clinic_starts_a_diary_and_reads_for_whom(app, visit, cast):
    browser = visit(None)
    page = open_code(browser, code_of_clinic(cast))
    assert "Northmoor Pain Clinic invites you." in page.text
    assert sign_up(browser, page, zone="Europe/Berlin").location == "/signin/first?next=/codes/accept"
    assert gus().patient.name == "Gus"


def test_the_way_in_names_the_invitation(app, visit, cast):
    browser = visit(None)
    browser.post("/codes/", {"code": code_of_ana(cast)})
    page = browser.get("/signin/").text
    assert "You have an invitation" in page
    assert "Ana would like your help" in page
    assert sign_in(browser, "rosa@example.org").location == "/"
    browser = visit(None)
    browser.post("/codes/", {"code": code_of_ana(cast)})
    assert 'name="next" value="/codes/accept"' in browser.get("/signin/").text
    assert "invitation" not in visit(None).get("/signin/").text


def test_a_caregiver_may_start_a_diary_later(app, visit, cast):
    rosa = visit("rosa")
    assert 'href="/identity/diary"' in rosa.get("/identity/more").text
    assert "Make my diary" in rosa.get("/identity/diary").text
    refused = rosa.post("/identity/diary", {"zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert "Please choose a time zone" in refused.text
    for _tap in range(2):
        assert rosa.post("/identity/diary", {"zone": "Europe/Madrid"}).location == "/plan/"
    patient = db.scalars(select(Patient).where(Patient.account_id == cast.rosa)).one()
    assert (patient.name, patient.zone) == ("Rosa", "Europe/Madrid")
    assert rosa.get("/").location == "/plan/"
    assert rosa.get("/identity/diary").location == "/plan/"
    assert 'href="/identity/diary"' not in rosa.get("/identity/more").text
    assert visit(None).get("/identity/diary").location == "/signin/?next=/identity/diary"


def test_who_already_keeps_a_diary_keeps_it(app, visit, cast):
    assert visit("ana").post("/identity/diary", {"zone": "Europe/Madrid"}).location == "/plan/"
    assert db.get_one(Patient, cast.ana_patient).zone == "Europe/Berlin"


@pytest.fixture
def closed(app):
    """Nobody signs up without a code."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], open_signup=False)


@pytest.mark.parametrize("cookie", ["x", "K7QD-2MXP", None])
def test_a_closed_house_opens_to_no_made_up_code(app, closed, visit, cast, cookie):
    browser = visit(None)
    page = browser.get("/signin/")
    if cookie:
        browser.client.set_cookie("code", cookie)
    assert browser.get("/identity/sign-up").location == "/codes/"
    assert sign_up(browser, page, zone="Europe/Berlin").status_code == 404
    assert db.scalars(select(Account).where(Account.email.is_(FORM["email"]))).first() is None


def test_a_closed_house_opens_to_a_code_that_is_open(app, closed, visit, cast, set_clock):
    browser = visit(None)
    page = open_code(browser, code_of_ana(cast))
    set_clock(NOW + timedelta(days=2))
    assert sign_up(browser, page).status_code == 404
    set_clock(NOW)
    assert sign_up(browser, page).status_code == 303
    second = visit(None)
    second.client.set_cookie("code", browser.client.get_cookie("code").value)
    browser.post("/codes/accept")
    assert second.get("/identity/sign-up").location == "/codes/"
