"""An address is confirmed by a code that was mailed there, and is unconfirmed again when it is changed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from companion.identity.model import Account, SignIn
from companion.signin.model import Step
from companion.store import db
from tests.cast import NOW
from tests.signin import test_reset
from tests.signin.test_reset import ask, code_of, other
from tests.signin.test_sign_in import sign_in, token

letters = test_reset.letters
LONG = "a stone wall in the rain"
PATH = "/signin/address"


@pytest.fixture
def unconfirmed(letters):
    """A mail server is set, and nobody's address is confirmed; the letters."""
    db.execute(update(Account).values(confirmed_at=None))
    db.commit()
    return letters


def confirmed(account_id):
    db.remove()
    return db.get_one(Account, account_id).confirmed_at


def send(browser):
    assert browser.post(f"{PATH}/letter").location == f"{PATH}?said=mailed"


def sign_up(browser, email="eve@example.org"):
    page = browser.get("/identity/sign-up")
    form = {"name": "Eve", "email": email, "password": LONG, "language": "en", "zone": "Europe/Berlin"}
    return browser.post("/identity/sign-up", {**form, "form_token": token(page)})


def test_a_code_is_sent_at_sign_up_and_typed_when_it_suits(app, visit, unconfirmed):
    eve = visit(None)
    assert sign_up(eve).location.startswith("/signin/first")
    (letter,) = unconfirmed
    assert letter.to == "eve@example.org"
    account = db.scalars(select(Account).where(Account.email.is_("eve@example.org"))).one()
    assert account.confirmed_at is None and eve.get("/plan/").status_code == 200, "it is no wall"
    assert "We do not know yet whether our mail reaches you." in eve.get("/identity/settings").text
    answer = eve.post(f"{PATH}/code", {"code": f"{code_of(letter)[:4]} {code_of(letter)[4:]}"})
    assert answer.location == f"{PATH}?said=confirmed"
    assert confirmed(account.id) == NOW
    assert "It is confirmed." in eve.get(PATH).text
    assert "We do not know yet" not in eve.get("/identity/settings").text
    ask(visit(None), "eve@example.org")
    assert unconfirmed[-1].to == "eve@example.org"


def test_the_letter_says_nothing_of_health(app, visit, unconfirmed):
    send(visit("ana"))
    (letter,) = unconfirmed
    assert not re.search(r"pain|diary|clinic|medic", f"{letter.subject} {letter.text}", re.I)


def test_without_a_mail_server_nothing_is_sent_or_asked(app, visit):
    eve = visit(None)
    assert sign_up(eve).status_code == 303
    assert db.scalars(select(Step)).all() == []
    page = eve.get(PATH).text
    assert "eve@example.org" in page and "Is it right?" not in page
    assert "We do not know yet" not in eve.get("/identity/settings").text
    assert eve.post(f"{PATH}/letter").location == PATH


def test_a_wrong_code_says_so_and_five_end_it(app, visit, cast, unconfirmed):
    ana = visit("ana")
    send(ana)
    code = code_of(unconfirmed[0])
    for typed in ("", *[other(code)] * 5, code):
        answer = ana.post(f"{PATH}/code", {"code": typed})
        assert answer.status_code == 422 and 'id="code-error"' in answer.text and f'value="{typed}"' in answer.text
    send(ana)
    assert ana.post(f"{PATH}/code", {"code": code_of(unconfirmed[1])}).status_code == 303
    assert confirmed(cast.ana) == NOW


def test_a_code_is_for_one_account_for_a_day_and_stored_as_a_hash(app, visit, cast, unconfirmed, set_clock):
    ana = visit("ana")
    send(ana)
    code = code_of(unconfirmed[0])
    row = db.scalars(select(Step)).one()
    assert code not in f"{row.key} {row.value}"
    assert visit("dora").post(f"{PATH}/code", {"code": code}).status_code == 422
    set_clock(NOW + timedelta(hours=24, seconds=1))
    assert ana.post(f"{PATH}/code", {"code": code}).status_code == 422
    assert confirmed(cast.ana) is confirmed(cast.dora) is None


def test_a_changed_address_is_unconfirmed_again_and_signs_in(app, visit, cast, letters):
    ana = visit("ana")
    send(ana)
    assert ana.post(PATH, {"email": "Ana.M@Example.org"}).location == f"{PATH}?said=saved"
    assert confirmed(cast.ana) is None
    assert [letter.to for letter in letters] == ["ana@example.org", "ana.m@example.org"]
    assert ana.post(f"{PATH}/code", {"code": code_of(letters[0])}).status_code == 422, "it went to the other address"
    assert sign_in(visit(None), "ana.m@example.org").status_code == 303
    assert sign_in(visit(None), "ana@example.org").status_code == 422
    ask(visit(None), "ana.m@example.org")
    assert letters[-1] is None


def test_the_same_address_again_stays_confirmed(app, visit, cast, letters):
    assert visit("ana").post(PATH, {"email": "ANA@example.org"}).status_code == 303
    assert confirmed(cast.ana) == NOW


@pytest.mark.parametrize("typed", ["", "ana", "dora@example.org", "DORA@example.org"])
def test_an_address_that_will_not_do_says_so(app, visit, cast, letters, typed):
    answer = visit("ana").post(PATH, {"email": typed})
    assert answer.status_code == 422 and 'id="email-error"' in answer.text and f'value="{typed}"' in answer.text
    db.remove()
    ana = db.get_one(Account, cast.ana)
    assert (ana.email, ana.confirmed_at) == ("ana@example.org", NOW)


def test_to_change_it_asks_again_who_it_is_and_strangers_have_none(app, visit, cast, letters):
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()
    assert visit("ana").post(PATH, {"email": "a@example.org"}).status_code == 401
    assert visit(None).get(PATH).status_code == 303
    for path in (PATH, f"{PATH}/code", f"{PATH}/letter"):
        assert visit(None).post(path).status_code == 401


def test_letters_are_counted(app, visit, unconfirmed):
    ana = visit("ana")
    assert [ana.post(f"{PATH}/letter").status_code for _ in range(6)] == [303] * 5 + [429]
    assert len(unconfirmed) == 5
