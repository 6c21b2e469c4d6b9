"""How often a wrong code may be tried."""

from datetime import timedelta

import pytest

from companion.sharing import code
from companion.sharing.accept import WRONG
from companion.store import db
from companion.web.limit import Bucket
from tests.cast import NOW
from tests.sharing.codes import from_ana, from_clinic

GUESS = "K7QD-2MXP"


def guess(browser, typed=GUESS):
    return browser.post("/codes/", {"code": typed}).status_code


def test_a_right_code_takes_no_try(app, visit, cast):
    told, stranger = from_clinic(cast), visit(None)
    assert {guess(stranger, told) for _ in range(60)} == {303}
    assert db.query(Bucket).count() == 0


def test_a_browser_that_guesses_is_stopped_and_the_others_are_not(app, visit, cast):
    told, guesser = from_ana(cast), visit(None)
    guesser.get("/codes/")
    assert [guess(guesser) for _ in range(11)] == [422] * 10 + [429]
    answer = guesser.post("/codes/", {"code": told})
    assert answer.status_code == 429
    assert "Please wait some minutes" in answer.text
    assert guess(visit(None), told) == 303


def test_an_account_that_guesses_is_stopped_in_every_browser(app, visit, cast):
    assert [guess(visit("dora")) for _ in range(11)] == [422] * 10 + [429]


def test_an_address_that_guesses_is_stopped_whoever_it_says_it_is(app, visit, cast, set_clock):
    told = from_ana(cast)
    assert [guess(visit(None)) for _ in range(41)] == [422] * 40 + [429]
    assert guess(visit(None), told) == 429
    assert guess(visit("dora"), told) == 429
    set_clock(NOW + timedelta(minutes=1))
    assert guess(visit("dora"), told) == 303


def test_who_has_ipv6_has_no_more_tries(sqlite_app, visit, cast):
    statuses = [
        visit(None)
        .post("/codes/", {"code": GUESS}, environ_overrides={"REMOTE_ADDR": f"2001:db8:0:1::{n:x}"})
        .status_code
        for n in range(41)
    ]
    assert statuses == [422] * 40 + [429]


@pytest.mark.parametrize("path", ["/codes/accept", "/identity/sign-up", "/signin/"])
def test_a_cookie_that_guesses_is_counted_too(app, visit, cast, path):
    told, browser = from_ana(cast), visit("dora" if path == "/codes/accept" else None)
    for _ in range(40):
        browser.client.set_cookie("code", code.new())
        browser.get(path)
        browser.client.delete_cookie("form")
    browser.client.set_cookie("code", told)
    page = browser.get(path).text
    assert "Ana lets you in" not in page
    assert "invit" not in page
    assert guess(visit("rosa"), told) == (429 if path != "/codes/accept" else 303)


def test_what_cannot_be_a_code_is_no_guess(app, visit, cast):
    stranger = visit(None)
    assert {guess(stranger, "K7QD") for _ in range(50)} == {422}
    assert str(WRONG) in stranger.post("/codes/", {"code": "K7QD"}).text
