"""What is the same for every page: headers, the cross-site guard, limits, failures, and files for the phone."""

import gzip
import io
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from companion import store
from companion.identity.model import Account
from companion.sharing import access
from companion.web.pages import local
from tests.conftest import ORIGIN


@pytest.mark.parametrize("path", ["/signin/", "/identity/more", "/nowhere", "/emergency", "/sw.js"])
def test_every_answer_is_dressed(sqlite_app, visit, path):
    headers = visit("ana").get(path).headers
    assert (
        "default-src 'none'" in headers["Content-Security-Policy"]
        and "unsafe" not in headers["Content-Security-Policy"]
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_signed_in_page_is_kept_by_nobody(sqlite_app, visit):
    assert visit("ana").get("/identity/more").headers["Cache-Control"] == "no-store"


def test_a_signed_in_page_is_compressed(sqlite_app, visit):
    plain = visit("ana").get("/identity/more")
    packed = visit("ana").get("/identity/more", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in visit(None).get("/signin/", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize(
    ("page", "next_"),
    [
        (f"{ORIGIN}/trends/?span=30", "/trends/?span=30"),
        (f"{ORIGIN}//evil.example/x", None),
        ("http://[half", None),
        ("", None),
    ],
)
def test_a_part_of_a_page_leads_to_sign_in_and_back_to_its_page(sqlite_app, visit, page, next_):
    answer = visit(None).get("/plan/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert answer.status_code == 401
    asked = parse_qs(urlsplit(answer.headers["HX-Redirect"]).query)
    assert asked == ({"next": [next_]} if next_ else {})


@pytest.mark.parametrize("takes", ["", "gzip;q=0", "br, gzip;q=0.0", "identity"])
def test_a_browser_that_unpacks_nothing_gets_nothing_packed(sqlite_app, visit, takes):
    for path in ("/identity/more", "/assets/0/companion.css"):
        answer = visit("ana").get(path, headers={"Accept-Encoding": takes})
        assert "Content-Encoding" not in answer.headers and "a" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": ORIGIN}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
def test_only_our_pages_may_change_something(sqlite_app, visit, headers, status):
    client = visit("ana").client
    assert client.post("/signin/out", base_url=ORIGIN, headers=headers).status_code == status


NUMBERS = (*map(str, (2**31, 2**63, 2**64, 10**30)), "9" * 5000)


def test_a_number_beyond_any_row_is_nothing_on_every_route(sqlite_app, visit):
    """Each address with a number in it, for somebody whom its gate would let in if there were such a row."""
    people = {name: visit(name) for name in ("ana", "ben", "rosa")}
    rules = [rule for rule in sqlite_app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(rules) > 20
    for rule in rules:
        for number in NUMBERS:
            path = re.sub(r"<int:\w+>", number, rule.rule)
            path = re.sub(r"<uuid:\w+>", "7d444840-9dc0-41d1-b245-5ffdce74fad2", path)
            for browser in people.values():
                answer = browser.get(path) if "GET" in rule.methods else browser.post(path, {})
                # 405 where a page and a form share the address: Werkzeug looks at the method before the number
                assert answer.status_code in {404, 405}, f"{rule.rule} with a number of {len(number)} digits"


@pytest.mark.parametrize("number", [0, 1, 2**31 - 1])
def test_a_number_that_a_row_may_have_is_looked_up(app, visit, number):
    answer = visit("ana").post(f"/signin/sign-ins/{number}/end")
    assert answer.status_code in {303, 404}


class Endless(io.RawIOBase):
    """A body that counts how much of it was read."""

    read_so_far = 0

    def readable(self):
        return True

    def read(self, size=-1):
        size = 65536 if size < 0 else size
        self.read_so_far += size
        return b"x" * size


def test_ten_megabytes_are_refused_without_reading_them(sqlite_app, visit):
    body = Endless()
    length = {
        "CONTENT_LENGTH": str(10 * 1024 * 1024),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": body,
    }
    answer = visit("ana").post("/diary/entries", environ_overrides=length)
    assert answer.status_code == 413 and "shorten" in answer.text
    assert body.read_so_far < 1024 * 1024


def test_a_locked_database_is_said_honestly(sqlite_app, sqlite_url, visit, cast):
    store.engine().dispose()
    browser = visit("ana")
    store.connect(sqlite_url).dispose()
    lock = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("PRAGMA journal_mode=DELETE")
    lock.execute("BEGIN EXCLUSIVE")
    original = store.create_engine
    try:
        store.create_engine = lambda url, **more: original(
            url, connect_args={"timeout": 0.1, "check_same_thread": False}
        )
        store.connect(sqlite_url)
        answer = browser.post("/identity/settings", {"name": "Ana"})
    finally:
        store.create_engine = original
        lock.rollback()
        lock.close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "cannot save right now" in answer.text


def test_a_fault_of_ours_shows_no_trace_and_logs_no_words(sqlite_app, visit, caplog, monkeypatch):
    def fail(*_):
        raise ValueError("a secret that somebody typed")

    monkeypatch.setattr("companion.identity.signin.sign_ins", fail)
    answer = visit("ana").get("/signin/sign-ins")
    assert answer.status_code == 500
    assert "secret" not in answer.text and "secret" not in caplog.text
    assert re.search(r"broken at signin.sign_ins: ValueError, .*mine\.py:\d+ > test_edges\.py:\d+", caplog.text)


def test_every_thread_may_write_beside_what_it_reads(sqlite_app, visit, cast, monkeypatch):
    threads = sqlite_app.config["SETTINGS"].threads
    all_reading, real = Barrier(threads), access.at_once

    @contextmanager
    def once_all_read():
        all_reading.wait(10)
        with real() as session:
            yield session

    monkeypatch.setattr(access, "at_once", once_all_read)

    def look(_):
        try:
            return visit("rosa").get(f"/for/{cast.ana_patient}/plan/").status_code
        finally:
            store.db.remove()

    with ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(look, range(threads))) == {200}


def test_assets_are_named_by_their_content_and_kept(sqlite_app, visit):
    stranger = visit(None)
    page = stranger.get("/signin/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = stranger.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Content-Encoding"] == "gzip"
    assert b"@layer" in gzip.decompress(answer.data)
    assert stranger.get("/assets/0/companion.css").headers["Cache-Control"] == "no-cache"
    assert stranger.get("/assets/0/../../pyproject.toml").status_code == 404
    assert stranger.get("/assets/0/sw.js").status_code == 404


def test_the_worker_and_the_manifest_are_looked_up_anew(sqlite_app, visit):
    for path in ("/sw.js", "/manifest.webmanifest"):
        assert visit(None).get(path).headers["Cache-Control"] == "no-cache"
    manifest = visit(None).get("/manifest.webmanifest").get_json(force=True)
    assert manifest["id"] == "/" and {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert visit(None).get(icon["src"]).status_code == 200


def test_a_shortcut_leads_everybody_somewhere(sqlite_app, visit):
    """To their diary who keep one; others to their own first page, signed in or not."""
    log, today = (each["url"] for each in visit(None).get("/manifest.webmanifest").get_json(force=True)["shortcuts"])
    assert [visit("ana").get(url).location for url in (log, today)] == ["/diary/log", "/plan/"]
    for name in ("rosa", "ben"):
        first = visit(name).get("/").location
        assert [visit(name).get(url).location for url in (log, today)] == [first, first]
    for name in ("ana", "rosa", "ben", None):
        assert visit(name).get(log, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_the_phone_keeps_says_nothing_about_anybody(sqlite_app, visit, language):
    for path in (f"/offline/{language}", f"/emergency/{language}"):
        assert visit("ana").get(path).data == visit("dora").get(path).data == visit(None).get(path).data
        assert f'lang="{language}"' in visit(None).get(path).text
    assert "911" in visit(None).get(f"/emergency/{language}").text
    assert visit(None).get("/emergency/tlh").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/a\n/evil",
        "\t//evil.example",
        "https://evil.example",
        "",
        None,
    ],
)
def test_nobody_is_sent_elsewhere(address):
    assert local(address) is None


@pytest.mark.parametrize("address", ["/", "/plan/", "/diary/?until=2026-03-10", "/a?b=//c"])
def test_a_path_of_ours_is_kept(address):
    assert local(address) == address


def test_what_only_looks_cannot_write(app, cast):
    store.begin_reading()
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        store.db.execute(update(Account).values(theme="dark"))
    store.db.remove()
    store.db.execute(update(Account).values(theme="dark"))
    store.db.commit()
    store.begin_reading()
    assert set(store.db.scalars(select(Account.theme))) == {"dark"}
    store.db.remove()


def test_a_wrong_method_tells_the_right_ones(sqlite_app, visit):
    answer = visit("ana").get("/signin/out")
    assert (answer.status_code, set(answer.allow)) == (405, {"OPTIONS", "POST"})
