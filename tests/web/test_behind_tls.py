"""A clinic's real house: reached by https, behind a proxy."""

import re

import pytest

from companion import store
from companion.app import create_app
from companion.settings import Settings
from tests.cast import PASSWORD, gather

ORIGIN = "https://diary.example"


@pytest.fixture
def client(sqlite_url, tmp_path, now):
    """A stranger's browser at a house with one trusted proxy."""
    app = create_app(Settings(home=tmp_path, database_url=sqlite_url, origin=ORIGIN, proxies=1))
    gather()
    store.db.remove()
    yield app.test_client()
    store.disconnect()


def sign_in(client, password=PASSWORD, address="203.0.113.7"):
    page = client.get("/signin/", base_url=ORIGIN)
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    form = {"email": "ana@example.org", "password": password, "form_token": token}
    headers = {"Origin": ORIGIN, "X-Forwarded-For": f"198.51.100.1, {address}", "X-Forwarded-Proto": "https"}
    return client.post("/signin/", data=form, base_url=ORIGIN, headers=headers)


def test_the_cookies_are_bound_to_the_host_and_to_tls(client):
    cookies = sign_in(client).headers.getlist("Set-Cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("__Host-companion=")]
    assert "Path=/" in session
    assert "Domain" not in session
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert client.get("/identity/more", base_url=ORIGIN).status_code == 200


def test_the_browser_stays_with_tls(client):
    assert "max-age=31536000" in client.get("/signin/", base_url=ORIGIN).headers["Strict-Transport-Security"]


def test_a_place_is_what_the_trusted_proxy_saw(client):
    answers = [sign_in(client, f"guess number {n}").status_code for n in range(11)]
    assert answers == [422] * 10 + [429]
    assert sign_in(client, address="203.0.113.8").status_code == 303


def test_an_unknown_email_takes_the_work_of_a_known_one(client, monkeypatch):
    hashed = []

    class Hasher:
        def verify(self, stored, password):
            hashed.append((stored[:9], password))
            return True

    monkeypatch.setattr("companion.identity.passwords._hasher", Hasher())
    page = client.get("/signin/", base_url=ORIGIN)
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    form = {"email": "nobody@example.org", "password": "whatever", "form_token": token}
    assert client.post("/signin/", data=form, base_url=ORIGIN, headers={"Origin": ORIGIN}).status_code == 422
    assert hashed == [("$argon2id", "whatever")]
