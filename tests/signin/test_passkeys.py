"""Passkeys: made, used, named, removed; and whatever is wrong with an answer is refused."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Patient, SignIn
from companion.signin.model import Passkey
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.signin.authenticator import Authenticator, add, asked
from tests.signin.test_sign_in import sign_in, token


def enter(browser, authenticator, **more):
    """Sign in by passkey on the sign-in page."""
    page = browser.get("/signin/")
    answer = authenticator.sign(asked(browser, "enter"))
    return browser.post("/signin/passkey", {"for": "enter", "form_token": token(page), "credential": answer, **more})


def keys(account_id):
    db.remove()
    return db.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def test_one_is_added_and_signs_in_where_nobody_is_known(app, visit, cast):
    authenticator = add(visit("ana"))
    stranger = visit(None)
    answer = enter(stranger, authenticator, next="/trends/")
    assert (answer.status_code, answer.location) == (303, "/trends/")
    assert stranger.get("/identity/more").status_code == 200
    row = db.scalars(select(SignIn).where(SignIn.account_id == cast.ana).order_by(SignIn.id.desc())).first()
    assert row.strong
    (key,) = keys(cast.ana)
    assert (key.uses, key.used_at, key.name) == (1, NOW, "A passkey")


def test_the_options_ask_for_a_passkey_that_is_found_and_opened_by_its_person(app, visit, cast):
    ana = visit("ana")
    made = asked(ana, "add")
    assert made["rp"] == {"name": "Companion", "id": "localhost"}
    chosen = made["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert "ana" not in made["user"]["id"]
    stranger = visit(None)
    stranger.get("/signin/")
    got = asked(stranger, "enter")
    assert (got["rpId"], got["userVerification"], got.get("allowCredentials", [])) == ("localhost", "required", [])
    authenticator = add(ana)
    again = asked(ana, "add")
    assert [each["id"] for each in again["excludeCredentials"]] == [json.loads(authenticator.sign(got))["id"]]


def test_the_sign_in_page_offers_it_first(app, visit):
    page = visit(None).get("/signin/").text
    assert page.index("Use face, finger or PIN") < page.index("Use a password")
    form = re.search(r'<form[^>]*action="/signin/passkey"[^>]*>', page)[0]
    assert 'data-behaviour="passkey"' in form and form.endswith(" hidden>"), (
        "without scripts there is only the password"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        Authenticator(origin="https://evil.example"),
        Authenticator(origin="http://localhost:81"),
        Authenticator(verifies=False),
    ],
    ids=["another site", "another port", "nobody verified"],
)
def test_none_is_made_elsewhere_or_by_nobody(app, visit, cast, wrong):
    ana = visit("ana")
    answer = ana.post("/signin/passkeys", {"credential": wrong.make(asked(ana, "add"))})
    assert answer.status_code == 422 and "That did not work." in answer.text
    assert keys(cast.ana) == []


@pytest.mark.parametrize("how", [{"origin": "https://evil.example"}, {"verifies": False}])
def test_none_is_used_elsewhere_or_by_nobody(app, visit, how):
    authenticator = add(visit("ana"))
    vars(authenticator).update(how)
    answer = enter(visit(None), authenticator)
    assert answer.status_code == 422 and "That did not work." in answer.text


def test_a_challenge_is_used_once_and_here_only_and_soon(app, visit, set_clock):
    authenticator = add(visit("ana"))
    browser, other = visit(None), visit(None)
    page = browser.get("/signin/")
    form = {"for": "enter", "form_token": token(page), "credential": authenticator.sign(asked(browser, "enter"))}
    elsewhere = other.get("/signin/")
    asked(other, "enter")
    refused = other.post("/signin/passkey", {**form, "form_token": token(elsewhere)})
    assert refused.status_code == 422
    assert browser.post("/signin/passkey", form).status_code == 303
    browser.client.delete_cookie("companion")
    again = browser.post("/signin/passkey", form)
    assert again.status_code == 422 and "open for a long time" in again.text
    late = authenticator.sign(asked(browser, "enter"))
    set_clock(NOW + timedelta(minutes=11))
    assert browser.post("/signin/passkey", {**form, "credential": late}).status_code == 422


def test_a_count_that_went_back_is_refused_and_said(app, visit, cast):
    authenticator = add(visit("ana"))
    assert enter(visit(None), authenticator).status_code == 303
    authenticator.uses = 0
    answer = enter(visit(None), authenticator)
    assert answer.status_code == 422 and "may have been copied" in answer.text
    assert keys(cast.ana)[0].uses == 1


def test_one_that_never_counts_is_no_copy(app, visit):
    authenticator = add(visit("ana"), Authenticator(counts=False))
    for _time in range(2):
        assert enter(visit(None), authenticator).status_code == 303


def test_an_unknown_one_is_said_to_be_unknown(app, visit):
    answer = enter(visit(None), Authenticator())
    assert answer.status_code == 422 and "We do not know this passkey." in answer.text


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"rawId": 3}', "x" * 20_000, '{"rawId": "AAAA", "response": 1}']
)
def test_no_nonsense_breaks_it(app, visit, cast, answer):
    browser, ana = visit(None), visit("ana")
    page = browser.get("/signin/")
    asked(browser, "enter")
    form = {"for": "enter", "form_token": token(page), "credential": answer}
    assert browser.post("/signin/passkey", form).status_code == 422
    asked(ana, "add")
    assert ana.post("/signin/passkeys", {"credential": answer}).status_code == 422


@pytest.mark.parametrize("purpose", ["", "everything", "add", "again", "second"])
def test_a_stranger_gets_no_options_for_what_is_not_theirs(app, visit, purpose):
    browser = visit(None)
    browser.get("/signin/")
    assert browser.post("/signin/options", {"for": purpose}).status_code in {303, 400}


def test_a_browser_without_cookies_gets_none(app, visit):
    assert visit(None).post("/signin/options", {"for": "enter"}).status_code == 400


def test_several_are_named_and_removed(app, visit, cast):
    ana = visit("ana")
    add(ana), add(ana)
    first, second = keys(cast.ana)
    assert ana.post(f"/signin/passkeys/{first.id}/name", {"name": "Old phone"}).status_code == 303
    assert "Old phone" in ana.get("/signin/factors").text
    empty = ana.post(f"/signin/passkeys/{first.id}/name", {"name": " "})
    assert empty.status_code == 422 and "Please fill this in." in empty.text
    assert ana.post(f"/signin/passkeys/{first.id}/removal").status_code == 303
    assert [key.id for key in keys(cast.ana)] == [second.id]


def test_the_same_one_is_added_once(app, visit, cast):
    ana = visit("ana")
    authenticator = add(ana)
    again = ana.post("/signin/passkeys", {"credential": authenticator.make(asked(ana, "add"))})
    assert again.status_code == 422 and "on your list already" in again.text


def test_anothers_is_not_there(app, visit, cast):
    add(visit("ana"))
    (key,) = keys(cast.ana)
    for path in ("name", "removal"):
        assert visit("dora").post(f"/signin/passkeys/{key.id}/{path}", {"name": "Mine"}).status_code == 404


def test_the_last_way_in_is_not_removed(app, visit, cast):
    ana, ben = visit("ana"), visit("ben")
    add(ana), add(ben)
    (hers,), (his,) = keys(cast.ana), keys(cast.ben)
    refused = ben.post(f"/signin/passkeys/{his.id}/removal")
    assert refused.status_code == 409 and "add another one first" in refused.text
    add(ben)
    assert ben.post(f"/signin/passkeys/{his.id}/removal").status_code == 303
    db.query(Account).where(Account.id == cast.ana).update({"password_hash": None})
    db.commit()
    assert ana.post(f"/signin/passkeys/{hers.id}/removal").status_code == 409
    db.query(Account).where(Account.id == cast.ana).update({"password_hash": "x"})
    db.commit()
    assert ana.post(f"/signin/passkeys/{hers.id}/removal").status_code == 303


def test_somebody_new_is_offered_one(app, visit):
    browser = visit(None)
    page = browser.get("/identity/sign-up")
    form = {"name": "Eva", "email": "eva@example.org", "password": "a quiet morning", "language": "en"}
    answer = browser.post("/identity/sign-up", {**form, "zone": "Europe/Madrid", "form_token": token(page)})
    assert answer.location == "/signin/first"
    page = browser.get(answer.location).text
    assert 'data-verb="create"' in page and 'href="/"' in page
    authenticator = add(browser, next="/")
    assert enter(visit(None), authenticator).status_code == 303
    assert db.scalars(select(Patient).join(Account).where(Account.email.is_(form["email"]))).one()


def test_what_was_typed_is_kept_through_a_passkey(app, visit, cast):
    authenticator, browser = add(visit("ana")), visit(None)
    lost = browser.post("/identity/settings", {"name": "Anita"})
    kept = dict(re.findall(r'<input type="hidden" name="(next|kept|whose|form_token)" value="([^"]*)"', lost.text))
    answer = authenticator.sign(asked(browser, "enter"))
    again = browser.post("/signin/passkey", {**kept, "for": "enter", "credential": answer})
    assert again.status_code == 200 and 'name="name" value="Anita"' in again.text


def test_a_patient_with_a_passkey_may_still_use_the_password(app, visit):
    add(visit("ana"))
    assert sign_in(visit(None), password=PASSWORD).status_code == 303
