"""A person changes their password."""

import pytest

from companion.identity.model import Account, SignIn
from companion.store import db
from tests.cast import PASSWORD
from tests.signin.test_sign_in import sign_in

NEW = "a stone wall in the rain"


def change(browser, password=PASSWORD, new_password=NEW):
    return browser.post("/signin/password", {"password": password, "new_password": new_password})


def test_it_is_found_under_settings(app, visit):
    for name in ("ana", "rosa", "ben", "abe"):
        assert 'href="/signin/factors"' in visit(name).get("/identity/settings").text
        assert 'href="/signin/password"' in visit(name).get("/signin/factors").text
        page = visit(name).get("/signin/password").text
        assert 'autocomplete="current-password"' in page and 'autocomplete="new-password"' in page


def test_it_changes_it_and_signs_the_others_out(app, visit, cast):
    browser, other = visit("ana"), visit(None)
    sign_in(other)
    before = browser.client.get_cookie("companion").value
    answer = change(browser)
    assert answer.status_code == 303 and answer.location == "/signin/sign-ins?said=saved"
    assert "on one device" in browser.get(answer.location).text
    assert other.get("/identity/more").status_code == 303
    assert browser.client.get_cookie("companion").value != before
    assert db.query(SignIn).where(SignIn.account_id == cast.ana).count() == 1
    assert db.query(SignIn).where(SignIn.account_id == cast.dora).count() == 1
    assert sign_in(visit(None)).status_code == 422
    assert sign_in(visit(None), password=NEW).status_code == 303


def test_a_wrong_old_password_is_said_at_its_field(app, visit):
    browser, other = visit("ana"), visit(None)
    sign_in(other)
    answer = change(browser, password="not this one")
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text and "not your password now" in answer.text
    assert "not this one" not in answer.text and NEW not in answer.text
    assert other.get("/identity/more").status_code == 200
    assert sign_in(visit(None)).status_code == 303


@pytest.mark.parametrize("wanted", ["", "short", "x" * 1001])
def test_it_demands_what_sign_up_demands(app, visit, wanted):
    answer = change(visit("ana"), new_password=wanted)
    assert answer.status_code == 422 and 'id="new_password-error"' in answer.text
    assert sign_in(visit(None)).status_code == 303


def test_it_stops_guessing(app, visit):
    browser = visit("ana")
    answers = [change(browser, password=f"guess number {n}").status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert change(browser).status_code == 429
    assert "wait some minutes" in change(browser).text
    assert change(visit("dora")).status_code == 303


def test_somebody_of_the_demo_has_none_yet(app, visit, cast):
    db.query(Account).where(Account.id == cast.ana).update({"password_hash": None})
    db.commit()
    assert "current-password" not in visit("ana").get("/signin/password").text
    assert visit("ana").post("/signin/password", {"new_password": NEW}).status_code == 303
    assert sign_in(visit(None), password=NEW).status_code == 303


def test_a_stranger_is_sent_to_sign_in(app, visit):
    assert visit(None).get("/signin/password").status_code == 303
    assert change(visit(None)).status_code == 401
