"""Signing in, staying in, signing out."""

import io
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import update

from companion import store
from companion.identity.model import Account, SignIn
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.conftest import ORIGIN


def token(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def sign_in(browser, email="ana@example.org", password=PASSWORD, **more):
    page = browser.get("/signin/")
    return browser.post("/signin/", {"email": email, "password": password, "form_token": token(page), **more})


def test_it_signs_in_and_out(app, visit):
    browser = visit(None)
    answer = sign_in(browser)
    assert answer.status_code == 303
    assert (
        "HttpOnly" in answer.headers.getlist("Set-Cookie")[0]
        and "SameSite=Lax" in answer.headers.getlist("Set-Cookie")[0]
    )
    assert browser.get("/identity/more").status_code == 200
    cookie = browser.client.get_cookie("companion").value
    out = browser.post("/signin/out")
    assert out.status_code == 303 and "cache" in out.headers["Clear-Site-Data"]
    browser.client.set_cookie("companion", cookie)
    assert browser.get("/identity/more").status_code == 303


def test_it_gives_a_new_token_at_every_sign_in(app, visit):
    browser = visit(None)
    page = browser.get("/signin/")
    form = {"email": "ana@example.org", "password": PASSWORD, "form_token": token(page)}
    browser.post("/signin/", form)
    before = browser.client.get_cookie("companion").value
    assert browser.post("/signin/", form).status_code == 303
    assert browser.client.get_cookie("companion").value != before
    browser.client.set_cookie("companion", before)
    assert browser.get("/identity/more").status_code == 303


def test_it_sends_home_who_is_signed_in(app, visit):
    ana = visit("ana")
    assert ana.get("/signin/").location == "/"
    assert ana.get("/signin/?next=/trends/").location == "/trends/"
    assert ana.get("/identity/sign-up").location == "/"


def test_it_says_the_same_for_a_wrong_password_and_an_unknown_email(app, visit):
    wrong = sign_in(visit(None), password="not this one")
    unknown = sign_in(visit(None), email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 422
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)
    assert 'value="nobody@example.org"' in unknown.text


def test_it_stops_guessing(app, visit):
    browser = visit(None)
    answers = [sign_in(browser, password=f"guess number {n}").status_code for n in range(12)]
    assert answers[:10] == [422] * 10 and answers[10:] == [429] * 2
    assert sign_in(visit(None)).status_code == 429


def test_nobody_shuts_another_out_from_elsewhere(app, visit, monkeypatch):
    for n in range(12):
        sign_in(visit(None), password=f"guess number {n}")
    monkeypatch.setattr("companion.identity.tries.network", lambda _address: "another place")
    assert sign_in(visit(None)).status_code == 303


def test_many_places_together_are_stopped_too(sqlite_app, visit, monkeypatch):
    places = iter(f"place {n // 9}" for n in range(1000))
    monkeypatch.setattr("companion.identity.tries.network", lambda _address: next(places))
    monkeypatch.setattr("companion.identity.passwords._hasher", SimpleNamespace(verify=refuse))
    browser = visit(None)
    form = {"email": "ana@example.org", "password": "a guess", "form_token": token(browser.get("/signin/"))}
    answers = [browser.post("/signin/", form).status_code for _ in range(302)]
    assert answers == [422] * 300 + [429] * 2


def refuse(*_):
    raise VerifyMismatchError


def test_a_password_is_checked_outside_of_the_database(app, visit, cast, monkeypatch):
    seen = []

    def look(stored, _password):
        with store.engine().connect() as other:
            other.execute(update(Account).where(Account.id == cast.dora).values(theme="dark"))
            other.commit()
        seen.append(stored)
        return True

    monkeypatch.setattr("companion.identity.passwords._hasher", SimpleNamespace(verify=look))
    assert sign_in(visit(None)).status_code == 303
    assert len(seen) == 1


def test_what_ended_by_itself_is_not_listed(app, visit, cast, set_clock):
    for days in (40, 100, 400):
        then = NOW - timedelta(days=days)
        instants = {"created_at": then, "seen_at": then, "proved_at": then}
        db.add(SignIn(token_hash=f"{days}", account_id=cast.ana, device="Old phone", **instants))
    db.commit()
    page = visit("ana").get("/signin/sign-ins").text
    assert "You are signed in on one device." in page
    assert "Old phone" not in page


def test_an_unfinished_post_holds_nothing(app, visit, cast):
    class Slow(io.BytesIO):
        """A body that is still on its way; meanwhile somebody else writes."""

        def readinto(self, buffer):
            with store.engine().connect() as other:
                other.execute(update(Account).where(Account.id == cast.dora).values(theme="dark"))
                other.commit()
            return super().readinto(buffer)

    browser = visit("ana")
    answer = browser.client.post(
        "/identity/settings",
        input_stream=Slow(b"name=Ana&theme=auto"),
        content_type="application/x-www-form-urlencoded",
        headers={"Origin": ORIGIN},
    )
    assert answer.status_code in {400, 422}
    db.remove()
    assert db.get_one(Account, cast.dora).theme == "dark"


def test_a_stale_form_comes_back_with_its_words(app, visit):
    browser = visit(None)
    answer = browser.post("/signin/", {"email": "ana@example.org", "password": PASSWORD, "form_token": "old"})
    assert answer.status_code == 400
    assert 'value="ana@example.org"' in answer.text and "Please try once more" in answer.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_it_sends_nobody_to_another_site(app, visit, elsewhere):
    assert sign_in(visit(None), next=elsewhere).location == "/"


def test_it_returns_to_the_page_that_was_asked_for(app, visit):
    browser = visit(None)
    asked = browser.get("/identity/settings")
    assert asked.location == "/signin/?next=/identity/settings"
    assert sign_in(browser, next="/identity/settings").location == "/identity/settings"


def test_what_one_person_wrote_is_not_saved_as_another(app, visit, cast):
    form = {"name": "Dora", "language": "en", "theme": "auto"}
    refused = visit("ana").post("/identity/settings", form, headers={"X-Outbox": str(cast.dora)})
    assert refused.status_code == 401
    assert "Dora" not in visit("ana").get("/identity/settings").text


def test_a_sign_in_ends_when_it_is_idle(app, visit, set_clock):
    browser = visit("ana")
    db.query(SignIn).update({"seen_at": NOW, "created_at": NOW})
    db.commit()
    set_clock(NOW + timedelta(days=29))
    assert browser.get("/identity/more").status_code == 200
    set_clock(NOW + timedelta(days=29 + 31))
    assert browser.get("/identity/more").status_code == 303


def test_a_sign_in_ends_after_its_lifetime(app, visit, set_clock):
    browser = visit("ana")
    db.query(SignIn).update({"seen_at": NOW, "created_at": NOW})
    db.commit()
    for days in range(20, 181, 20):
        set_clock(NOW + timedelta(days=days))
        assert browser.get("/identity/more").status_code == 200
    set_clock(NOW + timedelta(days=181))
    assert browser.get("/identity/more").status_code == 303


def test_another_device_can_be_signed_out(app, visit, cast):
    browser, other = visit("ana"), visit(None)
    sign_in(other)
    page = browser.get("/signin/sign-ins")
    assert "2 devices" in page.text
    ends = re.findall(r'action="(/signin/sign-ins/\d+/end)"', page.text)
    assert len(ends) == 1
    assert visit("dora").post(ends[0]).status_code == 404
    assert browser.post(ends[0]).status_code == 303
    assert other.get("/identity/more").status_code == 303
    assert browser.get("/identity/more").status_code == 200
