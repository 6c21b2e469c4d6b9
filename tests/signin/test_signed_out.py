"""What a person did while they were no longer signed in."""

import re
from html import unescape

from sqlalchemy import select

from companion.sharing.model import Grant
from companion.store import db
from tests.cast import PASSWORD
from tests.conftest import ORIGIN


def fields(page):
    """The hidden fields of the page, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def sign_in(browser, page, email="ana@example.org"):
    """Sign in on the page that answered the lost form."""
    return browser.post("/signin/", {**fields(page), "email": email, "password": PASSWORD})


def test_what_was_typed_is_kept_through_the_first_right_password(app, visit):
    browser = visit(None)
    lost = browser.post("/identity/settings", {"name": "Ana <b>Morel</b>", "theme": "dark"})
    assert lost.status_code == 401
    assert "What you wrote is still here." in lost.text
    again = sign_in(browser, lost)
    assert again.status_code == 200
    assert 'action="/identity/settings"' in again.text
    assert fields(again)["name"] == "Ana <b>Morel</b>"


def test_it_is_kept_through_a_wrong_password_too(app, visit):
    browser = visit(None)
    lost = browser.post("/identity/settings", {"name": "Anita"})
    wrong = browser.post("/signin/", {**fields(lost), "email": "ana@example.org", "password": "not this one"})
    assert wrong.status_code == 422
    assert fields(sign_in(browser, wrong))["name"] == "Anita"


def test_the_address_is_kept_with_its_question(app, visit):
    browser = visit(None)
    lost = browser.post("/therapy/1/sessions?wall=08:00", {"note": "went well"})
    assert 'action="/therapy/1/sessions?wall=08:00"' in sign_in(browser, lost).text


def test_a_button_leads_back_to_its_page_which_says_that_it_was_not_done(app, visit, cast):
    browser = visit(None)
    path = f"/sharing/grants/{db.scalars(select(Grant.id).filter_by(account_id=cast.rosa)).one()}/stop"
    lost = browser.post(path, {}, headers={"Referer": f"{ORIGIN}/sharing/?a=1&said=saved"})
    assert lost.status_code == 401
    assert "So this was not done." in lost.text
    assert "Sign in, and you can save it." not in lost.text
    answer = sign_in(browser, lost)
    assert (answer.status_code, answer.location) == (303, "/sharing/?a=1&said=undone")
    assert "You were signed out, so this was not done." in browser.get(answer.location).text
    assert db.scalars(select(Grant.stopped_at).filter_by(account_id=cast.rosa)).one() is None


def test_a_button_of_no_known_page_leads_to_a_page_that_says_so(app, visit):
    browser, path = visit(None), "/sharing/grants/1/stop"
    for referrer in (
        None,
        "https://evil.example/sharing/",
        f"{ORIGIN}/sharing/invitations",
        f"{ORIGIN}//evil.example/",
    ):
        lost = browser.post(path, {}, headers={"Referer": referrer} if referrer else {})
        assert fields(lost)["next"] == "/identity/more?said=undone"
    assert "so this was not done" in visit("ben").get("/identity/more?said=undone").text


def test_no_password_stands_in_a_page(app, visit):
    form = {"password": "an old secret of mine", "new_password": "a new secret of mine", "email": "ana@example.org"}
    browser = visit(None)
    lost = browser.post("/signin/password", form)
    assert "secret" not in lost.text
    assert "secret" not in sign_in(browser, lost).text


def test_both_of_two_open_tabs_can_sign_in(app, visit):
    browser = visit(None)
    first, second = browser.get("/signin/"), browser.get("/signin/")
    assert sign_in(browser, first).status_code == 303
    assert sign_in(browser, second).status_code == 303


def test_words_of_one_person_are_not_offered_to_another(app, visit, cast):
    browser = visit(None)
    first = browser.get("/signin/")
    browser.post("/signin/", {**fields(first), "email": "ana@example.org", "password": PASSWORD})
    browser.client.delete_cookie("companion")
    lost = browser.post("/identity/settings", {"name": "Secret of Ana"})
    assert fields(lost)["whose"] == str(cast.ana)
    other = sign_in(browser, lost, "dora@example.org")
    assert (other.status_code, other.location) == (303, "/identity/more?said=not_yours")
    assert "belongs to another account" in browser.get(other.location).text
    assert "Secret" not in browser.get("/identity/settings").text


def test_words_of_a_person_are_offered_to_them(app, visit, cast):
    browser = visit(None)
    first = browser.get("/signin/")
    browser.post("/signin/", {**fields(first), "email": "ana@example.org", "password": PASSWORD})
    browser.client.delete_cookie("companion")
    lost = browser.post("/identity/settings", {"name": "Anita"})
    assert fields(sign_in(browser, lost))["name"] == "Anita"
