"""Is it you? Before what is sensitive, and on a sign-in that locked."""

from datetime import timedelta

import pytest

from companion.identity.model import SignIn
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.signin.authenticator import add, asked
from tests.signin.test_second import fields, set_up
from tests.signin.test_sign_in import sign_in


@pytest.fixture
def later(app, cast, set_clock):
    """An hour later: everybody was seen a moment ago, and proved themselves an hour ago."""
    db.query(SignIn).update({"created_at": NOW, "seen_at": NOW + timedelta(hours=1), "proved_at": NOW})
    db.commit()
    set_clock(NOW + timedelta(hours=1))
    return NOW + timedelta(hours=1)


def by_password(browser, page, password=PASSWORD, **more):
    return browser.post("/signin/again", {**fields(page), "password": password, **more})


def test_what_is_sensitive_asks_and_goes_on(app, visit, later):
    ana = visit("ana")
    asked_first = ana.get("/signin/factors")
    assert asked_first.location == "/signin/again?next=/signin/factors"
    page = ana.get(asked_first.location)
    assert "Is it you?" in page.text
    before = ana.client.get_cookie("companion").value
    assert by_password(ana, page).location == "/signin/factors"
    assert ana.get("/signin/factors").status_code == 200
    after = ana.client.get_cookie("companion").value
    assert after != before
    ana.client.set_cookie("companion", before)
    assert ana.get("/identity/more").status_code == 303


def test_what_was_typed_is_kept(app, visit, later, cast):
    ana = visit("ana")
    add_key = {"name": "Blue phone"}
    lost = ana.post("/signin/passkeys/1/name", add_key)
    assert lost.status_code == 401 and "Is it you?" in lost.text and "What you wrote is still here." in lost.text
    wrong = by_password(ana, lost, "not this one")
    assert wrong.status_code == 422 and 'id="password-error"' in wrong.text and "not this one" not in wrong.text
    again = by_password(ana, wrong)
    assert again.status_code == 200
    assert 'action="/signin/passkeys/1/name"' in again.text and fields(again)["name"] == "Blue phone"


def test_it_is_asked_for_no_stranger(app, visit):
    assert visit(None).get("/signin/again?next=/trends/").location == "/signin/?next=/trends/"
    assert visit(None).post("/signin/again", {"password": PASSWORD}).location.startswith("/signin/")


def test_it_sends_nobody_to_another_site(app, visit, later):
    ana = visit("ana")
    page = ana.get("/signin/again?next=https://evil.example/")
    assert by_password(ana, page, next="//evil.example").location == "/"


def test_it_stops_guessing(app, visit, later):
    ana = visit("ana")
    page = ana.get("/signin/again")
    answers = [by_password(ana, page, f"guess number {n}").status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2


def test_a_second_factor_is_asked_for_as_well(app, visit, set_clock):
    ana = visit("ana")
    code, _codes = set_up(ana)
    later = NOW + timedelta(hours=1)
    db.query(SignIn).update({"seen_at": later, "proved_at": NOW})
    db.commit()
    set_clock(later)
    page = ana.get("/signin/again")
    assert by_password(ana, page).status_code == 422
    assert by_password(ana, page, code="000000").status_code == 422
    assert by_password(ana, page, code=code.at(later)).status_code == 303


def test_a_passkey_is_enough(app, visit, set_clock):
    ana = visit("ana")
    hers, doras = add(ana), add(visit("dora"))
    later = NOW + timedelta(hours=1)
    db.query(SignIn).update({"seen_at": later, "proved_at": NOW})
    db.commit()
    set_clock(later)
    page = ana.get("/signin/again?next=/signin/factors")
    form = {**fields(page), "for": "again"}
    assert ana.post("/signin/passkey", {**form, "credential": doras.sign(asked(ana, "again"))}).status_code == 422
    answer = ana.post("/signin/passkey", {**form, "credential": hers.sign(asked(ana, "again"))})
    assert answer.location == "/signin/factors"
    assert ana.get("/signin/factors").status_code == 200


def test_staff_with_a_passkey_only_are_asked_for_it(app, visit, set_clock):
    ben = visit("ben")
    add(ben)
    later = NOW + timedelta(minutes=14)
    set_clock(later)
    page = ben.get("/signin/again")
    assert "Use face, finger or PIN" in page.text and 'id="password"' not in page.text
    assert by_password(ben, page).status_code == 422


def test_a_locked_sign_in_opens_again_and_to_nobody_else(app, visit, set_clock, cast):
    ben = visit("ben")
    db.query(SignIn).update({"created_at": NOW, "seen_at": NOW, "proved_at": NOW})
    db.commit()
    set_clock(NOW + timedelta(minutes=16))
    locked = ben.get("/clinic/")
    assert locked.location == "/signin/again?next=/clinic/"
    assert ben.get("/signin/").location == "/signin/again"
    page = ben.get(locked.location)
    assert "Ben" not in page.text
    assert by_password(ben, page).location == "/clinic/"
    assert ben.get("/clinic/").status_code == 200


def test_a_locked_sign_in_can_be_ended(app, visit, set_clock, cast):
    ben = visit("ben")
    db.query(SignIn).update({"created_at": NOW, "seen_at": NOW, "proved_at": NOW})
    db.commit()
    set_clock(NOW + timedelta(minutes=16))
    assert "/signin/out" in ben.get("/signin/again").text
    assert ben.post("/signin/out").location == "/signin/"
    assert db.query(SignIn).where(SignIn.account_id == cast.ben).count() == 0


def test_a_weak_sign_in_of_staff_leads_to_a_second_factor_and_back(app, visit, cast):
    browser = visit(None)
    assert sign_in(browser, "ben@example.org").status_code == 303
    led = browser.get("/clinic/")
    assert led.location == "/signin/factors?next=/clinic/"
    page = browser.get(led.location)
    assert "it is not enough here" in page.text
    add(browser, next="/clinic/")
    assert browser.get("/clinic/").status_code == 200


def test_a_weak_sign_in_changes_nothing_of_a_strong_account(app, visit, cast):
    weak = visit(None)
    assert sign_in(weak, "ben@example.org").status_code == 303
    add(visit("ben"))
    assert weak.get("/signin/factors").location == "/signin/again?next=/signin/factors"
    assert weak.post("/signin/app").location == "/signin/again?next=/signin/factors"
