"""A forgotten password: a typed code by mail, or one from the desk."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import event, select

from companion import store
from companion.identity.model import Account, SignIn
from companion.signin import reset
from companion.signin.model import Step
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.signin.test_second import set_up
from tests.signin.test_sign_in import sign_in, token

NEW = "a stone wall in the rain"


@pytest.fixture
def letters(app, cast, monkeypatch):
    """The letters that were posted, None for none; a mail server is set, and everybody's address is confirmed."""
    posted = []
    db.query(Account).update({"confirmed_at": NOW})
    db.commit()
    monkeypatch.setattr("companion.mail.post", lambda letter, url, sender: posted.append(letter))
    there = {"mail_url": "smtp://mail.example", "mail_from": "hello@clinic.example"}
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **there)
    return posted


def ask(browser, email="ana@example.org"):
    page = browser.get("/signin/reset")
    return browser.post("/signin/reset", {"email": email, "form_token": token(page)})


def finish(browser, code, email="ana@example.org", password=NEW):
    page = browser.get("/signin/reset/code")
    form = {"email": email, "code": code, "new_password": password, "form_token": token(page)}
    return browser.post("/signin/reset/code", form)


def code_of(letter):
    return re.search(r"\b\d{8}\b", letter.text)[0]


def other(code):
    return f"{(int(code) + 1) % 10**8:08}"


def test_a_code_by_mail_gives_a_new_password_and_ends_every_sign_in(app, visit, cast, letters):
    browser, signed_in = visit(None), visit("ana")
    page = ask(browser)
    assert page.status_code == 200 and 'value="ana@example.org"' in page.text
    (letter,) = letters
    assert letter.to == "ana@example.org"
    answer = finish(browser, f" {code_of(letter)[:4]} {code_of(letter)[4:]}")
    assert (answer.status_code, answer.location) == (303, "/signin/?said=renewed")
    assert "Your new password is saved." in browser.get(answer.location).text
    assert signed_in.get("/identity/more").status_code == 303 and browser.get("/identity/more").status_code == 303
    assert db.query(SignIn).where(SignIn.account_id == cast.ana).count() == 0
    assert sign_in(visit(None)).status_code == 422
    assert sign_in(visit(None), password=NEW).status_code == 303
    assert finish(browser, code_of(letter)).status_code == 422, "once"


def test_the_letter_says_nothing_of_health_and_speaks_their_language(app, visit, cast, letters):
    ask(visit(None))
    db.query(Account).where(Account.id == cast.dora).update({"language": "es"})
    db.commit()
    ask(visit(None), "dora@example.org")
    for letter in letters:
        assert not re.search(r"pain|diary|clinic|medic|dolor|diario|clínica", f"{letter.subject} {letter.text}", re.I)
    assert letters[0].subject == "Your code"


def test_it_is_stored_as_a_hash(app, visit, letters):
    ask(visit(None))
    row = db.scalars(select(Step)).one()
    assert code_of(letters[0]) not in f"{row.value} {row.key}"


def test_it_holds_only_in_the_browser_that_asked_and_for_ten_minutes(app, visit, letters, set_clock):
    browser = visit(None)
    ask(browser)
    code = code_of(letters[0])
    assert finish(visit(None), code).status_code == 422
    set_clock(NOW + timedelta(minutes=10, seconds=1))
    assert finish(browser, code).status_code == 422
    set_clock(NOW + timedelta(minutes=9))
    assert finish(browser, code).status_code == 303


def test_five_tries_end_it(app, visit, letters):
    browser = visit(None)
    ask(browser)
    code = code_of(letters[0])
    for _try in range(5):
        assert finish(browser, other(code)).status_code == 422
    assert finish(browser, code).status_code == 422
    ask(browser)
    assert finish(browser, code_of(letters[1])).status_code == 303


def test_it_opens_no_other_account(app, visit, letters):
    browser = visit(None)
    ask(browser)
    assert finish(browser, code_of(letters[0]), "dora@example.org").status_code == 422
    assert finish(browser, code_of(letters[0])).status_code == 303


def test_it_bypasses_no_second_factor(app, visit, letters, set_clock):
    code, _codes = set_up(visit("ana"))
    browser = visit(None)
    ask(browser)
    assert finish(browser, code_of(letters[0])).status_code == 303
    page = sign_in(browser, password=NEW)
    assert "One more step." in page.text and browser.get("/identity/more").status_code == 303
    assert code.at(NOW)


def test_known_and_unknown_addresses_read_the_same(app, visit, letters):
    known, unknown = visit(None), visit(None)
    pages = [ask(known), ask(unknown, "nobody@example.org")]
    plain = [re.sub(r'value="[^"]*"', "", page.text) for page in pages]
    assert plain[0] == plain[1] and [page.status_code for page in pages] == [200, 200]
    assert [letter and letter.to for letter in letters] == ["ana@example.org", None]
    wrong = [finish(known, other(code_of(letters[0]))), finish(unknown, "12345678", "nobody@example.org")]
    plain = [re.sub(r'value="[^"]*"', "", page.text) for page in wrong]
    assert plain[0] == plain[1] and [page.status_code for page in wrong] == [422, 422]


class Work:
    """What a request costs: its statements in order, and its hashes."""

    def __init__(self, monkeypatch):
        self.done = []
        hasher = SimpleNamespace(verify=self._verify, hash=lambda _password: self.done.append("hash") or "x")
        monkeypatch.setattr("companion.identity.passwords._hasher", hasher)
        event.listen(store.engine(), "before_cursor_execute", self._statement)

    def _verify(self, *_):
        self.done.append("verify")
        raise VerifyMismatchError

    def _statement(self, _connection, _cursor, statement, *_):
        self.done.append(" ".join(statement.split()[:4]))

    def of(self, doing):
        """What `doing` costs."""
        self.done.clear()
        doing()
        return [*self.done]


def test_an_address_that_nobody_confirmed_gets_none_and_reads_and_costs_the_same(
    app, visit, cast, letters, monkeypatch
):
    """It may be a typing error, and belong to somebody else."""
    db.query(Account).where(Account.id == cast.dora).update({"confirmed_at": None})
    db.commit()
    known, unsure = visit(None), visit(None)
    for browser in (known, unsure):
        browser.get("/signin/")
    work, pages = Work(monkeypatch), []
    costs = [
        work.of(lambda b=browser, e=email: pages.append(ask(b, e)))
        for browser, email in ((known, "ana@example.org"), (unsure, "dora@example.org"))
    ]
    assert costs[0] == costs[1]
    plain = [re.sub(r'value="[^"]*"', "", page.text) for page in pages]
    assert plain[0] == plain[1] and "at the desk of your clinic" in plain[0]
    assert [letter and letter.to for letter in letters] == ["ana@example.org", None]
    assert (
        db.scalars(select(Step.account_id).where(Step.value != "").order_by(Step.expires_at)).all().count(cast.dora)
        == 0
    )


def test_known_and_unknown_addresses_cost_the_same(app, visit, letters, monkeypatch):
    """The statements and hashes of both are the same one by one; `tests.bench signin` takes the times."""
    work = Work(monkeypatch)
    for doing in (
        lambda browser, email: sign_in(browser, email, "not this one"),
        ask,
        lambda browser, email: finish(browser, "12345678", email),
    ):
        known, unknown = visit(None), visit(None)
        for browser in (known, unknown):
            browser.get("/signin/")
        costs = [work.of(lambda b=b, e=e, d=doing: d(b, e)) for b, e in ((known, "ana@example.org"), (unknown, "nobody@example.org"))]  # fmt: skip
        assert costs[0] == costs[1]
        assert len(costs[0]) > 3
    assert work.of(lambda: sign_in(known, "ana@example.org", "x")).count("verify") == 1


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_it_stops_who_asks_too_often(app, visit, letters, email):
    assert [ask(visit(None), email).status_code for _ in range(12)] == [200] * 10 + [429] * 2
    assert len(letters) == 10


@pytest.mark.parametrize("wanted", ["", "short", "companion1234", "ana@example.org"])
def test_a_weak_password_costs_no_try(app, visit, letters, wanted):
    browser = visit(None)
    ask(browser)
    for _try in range(6):
        answer = finish(browser, code_of(letters[0]), password=wanted)
        assert answer.status_code == 422 and 'id="new_password-error"' in answer.text
        assert wanted not in re.sub(r'value="ana@example.org"', "", answer.text) or not wanted or wanted == "short"
    assert finish(browser, code_of(letters[0])).status_code == 303


def test_another_site_cannot_ask(app, visit, letters):
    browser = visit(None)
    assert browser.post("/signin/reset", {"email": "ana@example.org", "form_token": "old"}).status_code == 400
    assert browser.post("/signin/reset/code", {"email": "ana@example.org", "form_token": "old"}).status_code == 400
    assert letters == []


def test_without_a_mail_server_the_desk_is_the_way(app, visit, cast):
    browser = visit(None)
    assert browser.get("/signin/reset").location == "/signin/reset/code"
    assert "at the desk of your clinic" in browser.get("/signin/reset/code").text
    assert browser.post("/signin/reset", {"email": "ana@example.org"}).status_code == 404


def handed(cast, account="ana"):
    ana, ben = db.get_one(Account, getattr(cast, account)), db.get_one(Account, cast.ben)
    code = reset.at_the_desk(ana, ben, NOW)
    db.commit()
    db.remove()
    return code


def test_a_code_from_the_desk_works_in_any_browser_once(app, visit, cast):
    code = handed(cast)
    assert db.scalars(select(Step.made_by)).one() == cast.ben
    assert finish(visit(None), code, "dora@example.org").status_code == 422
    assert finish(visit(None), code).status_code == 303
    assert finish(visit(None), code).status_code == 422
    assert sign_in(visit(None), password=NEW).status_code == 303
    assert sign_in(visit(None), "dora@example.org", PASSWORD).status_code == 303


def test_it_ends_after_an_hour_after_five_tries_and_with_the_next_one(app, visit, cast, set_clock):
    code = handed(cast)
    set_clock(NOW + timedelta(minutes=61))
    assert finish(visit(None), code).status_code == 422
    set_clock(NOW)
    first, code = handed(cast), handed(cast)
    assert finish(visit(None), first).status_code == (422 if first != code else 303)
    for _try in range(4):
        finish(visit(None), other(code))
    assert finish(visit(None), code).status_code == 422
