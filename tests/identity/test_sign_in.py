"""Signing in, staying in, signing out."""

import re
from datetime import timedelta

import pytest

from companion.identity.model import SignIn
from companion.store import db
from tests.cast import NOW, PASSWORD


def token(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text)[1]


def sign_in(browser, email="ana@example.org", password=PASSWORD, **more):
    page = browser.get("/identity/sign-in")
    return browser.post("/identity/sign-in", {"email": email, "password": password, "form_token": token(page), **more})


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
    out = browser.post("/identity/sign-out")
    assert out.status_code == 303 and "cache" in out.headers["Clear-Site-Data"]
    browser.client.set_cookie("companion", cookie)
    assert browser.get("/identity/more").status_code == 303


def test_it_gives_a_new_token_at_every_sign_in(app, visit):
    browser = visit("ana")
    before = browser.client.get_cookie("companion").value
    sign_in(browser)
    assert browser.client.get_cookie("companion").value != before
    browser.client.set_cookie("companion", before)
    assert browser.get("/identity/more").status_code == 303


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


def test_a_stale_form_comes_back_with_its_words(app, visit):
    browser = visit(None)
    answer = browser.post("/identity/sign-in", {"email": "ana@example.org", "password": PASSWORD, "form_token": "old"})
    assert answer.status_code == 400
    assert 'value="ana@example.org"' in answer.text and "Please try once more" in answer.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_it_sends_nobody_to_another_site(app, visit, elsewhere):
    assert sign_in(visit(None), next=elsewhere).location == "/"


def test_it_returns_to_the_page_that_was_asked_for(app, visit):
    browser = visit(None)
    asked = browser.get("/identity/settings")
    assert asked.location == "/identity/sign-in?next=/identity/settings"
    assert sign_in(browser, next="/identity/settings").location == "/identity/settings"


def test_a_form_that_was_sent_after_sign_out_is_kept(app, visit):
    browser = visit(None)
    answer = browser.post("/identity/settings", {"name": "Ana <b>Morel</b>", "theme": "dark"})
    assert answer.status_code == 401 and "still here" in answer.text
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)[1].replace("&amp;", "&")
    again = sign_in(browser, next="/identity/settings", kept=kept)
    assert again.status_code == 200
    assert 'action="/identity/settings"' in again.text
    assert 'name="name" value="Ana &lt;b&gt;Morel&lt;/b&gt;"' in again.text


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
    page = browser.get("/identity/sign-ins")
    assert "2 devices" in page.text
    ends = re.findall(r'action="(/identity/sign-ins/\d+/end)"', page.text)
    assert len(ends) == 1
    assert visit("dora").post(ends[0]).status_code == 404
    assert browser.post(ends[0]).status_code == 303
    assert other.get("/identity/more").status_code == 303
    assert browser.get("/identity/more").status_code == 200
