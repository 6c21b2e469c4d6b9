"""After the password: an app's code, a recovery code, or the passkey."""

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from sqlalchemy import select

from companion import seal
from companion.identity.model import Account, SignIn
from companion.signin.model import RecoveryCode, Totp
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.signin.authenticator import Authenticator, add, asked
from tests.signin.test_sign_in import sign_in, token


def set_up(browser, now=NOW):
    """Add an app to whoever is signed in; its TOTP and the recovery codes."""
    browser.post("/signin/app")
    page = browser.get("/signin/app").text
    secret = re.search(r'code-address">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    app = pyotp.TOTP(secret)
    answer = browser.post("/signin/app/code", {"code": app.at(now)})
    assert answer.status_code == 200, answer.text
    return app, re.findall(r"<li>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</li>", answer.text)


def fields(page):
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def second(browser, page, code, **more):
    return browser.post("/signin/second", {**fields(page), "code": code, **more})


def signed_in(browser):
    return browser.get("/identity/more").status_code == 200


def test_a_password_alone_does_not_sign_in(app, visit, set_clock):
    code, _codes = set_up(visit("ana"))
    browser = visit(None)
    page = sign_in(browser, next="/trends/")
    assert page.status_code == 200 and "One more step." in page.text
    assert not signed_in(browser)
    assert "Ana" not in page.text, "nothing of the account before the second half"
    set_clock(NOW + timedelta(seconds=30))
    answer = second(browser, page, code.at(NOW + timedelta(seconds=30)))
    assert (answer.status_code, answer.location) == (303, "/trends/")
    assert signed_in(browser)
    db.remove()
    assert db.scalars(select(SignIn.strong).order_by(SignIn.id.desc())).first() is True


def test_a_code_works_once(app, visit, set_clock):
    code, _codes = set_up(visit("ana"))
    used = code.at(NOW)
    for browser in (visit(None), visit(None)):
        answer = second(browser, sign_in(browser), used)
        assert answer.status_code == 422 and "Each one works once." in answer.text
    later = NOW + timedelta(seconds=60)
    set_clock(later)
    first, other = visit(None), visit(None)
    assert second(first, sign_in(first), code.at(later)).status_code == 303
    assert second(other, sign_in(other), code.at(later)).status_code == 422
    assert second(other, sign_in(other), code.at(later - timedelta(seconds=30))).status_code == 422, (
        "older than the last"
    )


@pytest.mark.parametrize(("late", "status"), [(-90, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
def test_a_clock_may_be_one_step_off(app, visit, set_clock, late, status):
    code, _codes = set_up(visit("ana"))
    later = NOW + timedelta(minutes=5)
    set_clock(later)
    browser = visit(None)
    assert second(browser, sign_in(browser), code.at(later + timedelta(seconds=late))).status_code == status


def test_each_recovery_code_works_once(app, visit, cast):
    _app, codes = set_up(visit("ana"))
    assert len({*codes}) == 10
    browser = visit(None)
    assert second(browser, sign_in(browser), codes[3].lower().replace("-", " ")).status_code == 303
    other = visit(None)
    assert second(other, sign_in(other), codes[3]).status_code == 422
    assert "You have 9 codes left" in browser.get("/signin/factors").text
    assert all(codes[0] not in row.code_hash for row in db.scalars(select(RecoveryCode)))


def test_new_recovery_codes_end_the_old_ones(app, visit, cast):
    ana = visit("ana")
    _app, old = set_up(ana)
    new = re.findall(r"<li>([A-Z0-9-]{14})</li>", ana.post("/signin/codes").text)
    assert len(new) == 10 and not {*new} & {*old}
    browser = visit(None)
    page = sign_in(browser)
    assert second(browser, page, old[0]).status_code == 422
    assert second(browser, page, new[0]).status_code == 303


def test_nobody_elses_recovery_code_works(app, visit):
    _app, codes = set_up(visit("ana"))
    set_up(visit("dora"))
    browser = visit(None)
    assert second(browser, sign_in(browser, "dora@example.org"), codes[0]).status_code == 422


def test_few_tries_then_from_the_beginning(app, visit, set_clock):
    code, _codes = set_up(visit("ana"))
    browser = visit(None)
    page = sign_in(browser)
    answers = [second(browser, page, "000000").status_code for _ in range(6)]
    assert answers == [422] * 4 + [400] * 2, "the fifth wrong one leads to the beginning"
    set_clock(NOW + timedelta(seconds=30))
    assert second(browser, page, code.at(NOW + timedelta(seconds=30))).status_code == 400
    assert second(browser, sign_in(browser), code.at(NOW + timedelta(seconds=30))).status_code == 303


def test_codes_are_not_guessed_with_the_password_either(app, visit):
    set_up(visit("ana"))
    browser, answers = visit(None), []
    for n in range(12):
        if n % 4 == 0:
            page = sign_in(browser)
        answers.append(second(browser, page, f"{n:06}").status_code)
    assert answers == [422] * 10 + [429] * 2


def test_the_first_half_holds_in_its_browser_for_ten_minutes(app, visit, set_clock):
    code, _codes = set_up(visit("ana"))
    browser, other = visit(None), visit(None)
    page = sign_in(browser)
    token_of_other = token(other.get("/signin/"))
    later = NOW + timedelta(minutes=9)
    set_clock(later)
    assert second(other, page, code.at(later), form_token=token_of_other).status_code == 400
    set_clock(NOW + timedelta(minutes=11))
    assert second(browser, page, code.at(NOW + timedelta(minutes=11))).status_code == 400
    assert not signed_in(browser) and not signed_in(other)


def test_what_was_typed_is_kept_through_both_halves(app, visit, set_clock):
    code, _codes = set_up(visit("ana"))
    browser = visit(None)
    lost = browser.post("/identity/settings", {"name": "Anita"})
    page = browser.post("/signin/", {**fields(lost), "email": "ana@example.org", "password": PASSWORD})
    assert second(browser, page, "000000").status_code == 422
    set_clock(NOW + timedelta(seconds=30))
    again = second(browser, page, code.at(NOW + timedelta(seconds=30)))
    assert again.status_code == 200 and fields(again)["name"] == "Anita"


def test_a_passkey_is_a_second_half_too(app, visit, cast):
    ana = visit("ana")
    set_up(ana)
    hers, doras = add(ana), add(visit("dora"))
    browser = visit(None)
    page = sign_in(browser)
    options = asked(browser, "second")
    assert len(options["allowCredentials"]) == 1
    refused = browser.post("/signin/passkey", {**fields(page), "for": "second", "credential": doras.sign(options)})
    assert refused.status_code == 422 and not signed_in(browser)
    options = asked(browser, "second")
    answer = browser.post("/signin/passkey", {**fields(page), "for": "second", "credential": hers.sign(options)})
    assert answer.status_code == 303 and signed_in(browser)


def test_staff_with_a_passkey_are_asked_for_it_after_the_password(app, visit):
    his, browser = add(visit("ben")), visit(None)
    page = sign_in(browser, "ben@example.org")
    assert page.status_code == 200 and 'name="code"' not in page.text and not signed_in(browser)
    form = {**fields(page), "for": "second", "credential": his.sign(asked(browser, "second"))}
    assert browser.post("/signin/passkey", form).status_code == 303
    assert browser.get("/clinic/").status_code == 200


def test_the_secret_is_sealed_and_the_app_is_not_in_use_before_its_first_code(app, visit, cast):
    ana = visit("ana")
    ana.post("/signin/app")
    page = ana.get("/signin/app")
    secret = re.search(r'code-address">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    row = db.scalars(select(Totp)).one()
    assert secret.encode() not in row.secret_sealed
    assert seal.opened(row.secret_sealed, f"account:{cast.ana}", f"totp.secret:{cast.ana}") == secret
    assert sign_in(visit(None)).status_code == 303
    wrong = ana.post("/signin/app/code", {"code": "12345"})
    assert wrong.status_code == 422 and 'id="code-error"' in wrong.text and secret[:4] in wrong.text
    assert sign_in(visit(None)).status_code == 303


def test_an_app_in_use_is_shown_no_more_and_stays(app, visit, cast):
    ana = visit("ana")
    set_up(ana)
    before = db.scalars(select(Totp.secret.column)).one()
    assert ana.get("/signin/app").location == "/signin/factors"
    ana.post("/signin/app")
    db.remove()
    assert db.scalars(select(Totp.secret.column)).one() == before


def test_a_patient_may_remove_it_and_staff_not_the_last_one(app, visit, cast):
    ana, ben = visit("ana"), visit("ben")
    set_up(ana), set_up(ben)
    assert ana.post("/signin/app/removal").status_code == 303
    assert sign_in(visit(None)).status_code == 303
    db.remove()
    assert db.query(RecoveryCode).where(RecoveryCode.account_id == cast.ana).count() == 0
    assert ben.post("/signin/app/removal").status_code == 409
    add(ben, Authenticator())
    assert ben.post("/signin/app/removal").status_code == 303


def test_signing_up_once_more_is_no_way_around_it(app, visit, cast):
    set_up(visit("ana"))
    db.query(Account).where(Account.id == cast.ana).update({"created_at": NOW - timedelta(days=1)})
    db.commit()
    browser = visit(None)
    page = browser.get("/identity/sign-up")
    form = {"name": "Ana", "email": "ana@example.org", "password": PASSWORD, "language": "en", "zone": "Europe/Berlin"}
    assert browser.post("/identity/sign-up", {**form, "form_token": token(page)}).status_code == 422
    assert not signed_in(browser)
