"""Signing up, and settings."""

import pytest

from companion.identity.model import Account
from companion.store import db
from tests.signin.test_sign_in import sign_in, token

FORM = {
    "name": "Eva",
    "email": "Eva@Example.org",
    "password": "a quiet morning",
    "language": "es",
    "zone": "Europe/Madrid",
}


def sign_up(browser, **more):
    page = browser.get("/identity/sign-up")
    return browser.post("/identity/sign-up", {**FORM, "form_token": token(page), **more})


def test_it_makes_an_account_with_a_record(app, visit):
    browser = visit(None)
    assert sign_up(browser).location == "/signin/first"
    assert browser.get("/").location == "/plan/"
    account = db.query(Account).where(Account.email.is_("eva@example.org")).one()
    assert (account.name, account.language, account.patient.zone) == ("Eva", "es", "Europe/Madrid")
    assert account.password_hash.startswith("$argon2id$")
    assert 'lang="es"' in browser.get("/identity/more").text
    assert sign_in(visit(None), "eva@example.org", FORM["password"]).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Please fill this in."),
        ("email", "eva", "Please write an e-mail address"),
        ("email", "ana@example.org", "This email has an account"),
        ("password", "short", "at least 12"),
        ("zone", "Mars/Olympus", "Please choose a time zone"),
        ("language", "tlh", "Please choose a language"),
        ("name", "x" * 81, "This is too long"),
    ],
)
def test_it_refuses_in_plain_words_and_keeps_what_was_typed(app, visit, field, value, sentence):
    answer = sign_up(visit(None), **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'aria-describedby="{field}-error' in answer.text
    kept = {**FORM, field: value}
    if field != "name":
        assert f'value="{kept["name"]}"' in answer.text
    assert f'value="{kept["password"]}"' not in answer.text
    assert db.query(Account).where(Account.email.is_("eva@example.org")).first() is None


def test_the_way_in_speaks_the_chosen_language(app, visit):
    browser = visit(None)
    assert browser.post("/identity/language", {"language": "es"}).status_code == 303
    assert 'lang="es"' in browser.get("/signin/").text
    assert browser.post("/identity/language", {"language": "tlh"}).status_code == 400


def test_a_second_tap_signs_in(app, visit):
    browser, other = visit(None), visit(None)
    assert sign_up(browser).status_code == 303
    assert sign_up(other).status_code == 303
    assert other.get("/identity/more").status_code == 200
    assert db.query(Account).where(Account.email.is_("eva@example.org")).count() == 1
    assert sign_up(visit(None), password="another password").status_code == 422
