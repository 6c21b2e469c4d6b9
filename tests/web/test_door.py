"""What is refused at the door, whom a proxy may speak for, and the addresses that every site has."""

import gzip
import logging
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from werkzeug.test import EnvironBuilder, run_wsgi_app

from companion import store
from companion.app import create_app
from companion.serve import Server
from companion.settings import Settings, SettingsError
from companion.web.edges import MOST_FIELDS, Forwarded
from tests.conftest import ORIGIN

FORM = "application/x-www-form-urlencoded"
OURS = {"Origin": ORIGIN}


@pytest.fixture
def house(tmp_path):
    """`house(origin="https://diary.example")`: a client of a house with these settings and an empty database."""

    def open_one(**settings):
        return create_app(Settings(home=tmp_path, database_url="sqlite://", **settings)).test_client()

    yield open_one
    store.disconnect()


def ask(client, host, path="/emergency", **more):
    environ = {"HTTP_HOST": host, "REMOTE_ADDR": more.pop("peer", "203.0.113.7")}
    return client.get(path, environ_overrides=environ, **more)


@pytest.mark.parametrize("host", ["diary.example", "DIARY.example", "diary.example:443", "diary.example:8000"])
def test_our_own_host_is_served(house, host):
    assert ask(house(origin="https://diary.example"), host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "diary.example.evil.example",
        "evil.example:443",
        "diary.example@evil.example",
        "evil.example/diary.example",
        "",
        "[",
        "[::1",
        "127.0.0.1",
        "localhost",
        "203.0.113.1",
    ],
)
def test_another_host_is_told_where_we_are(house, host):
    client = house(origin="https://diary.example", contact="mailto:a@diary.example")
    for path in ("/emergency", "/sw.js", "/.well-known/security.txt", "/nowhere"):
        answer = ask(client, host, path)
        assert answer.status_code == 400
        assert "Companion is at https://diary.example." in answer.text
        assert 'href="https://diary.example/"' in answer.text
        assert not host or f"//{host}" not in answer.text
    assert ask(client, host, "/assets/0/companion.css").status_code == 200


def test_a_host_that_is_half_an_address_is_told_so(house):
    environ = EnvironBuilder("/emergency", headers={"Host": "diary.example"}).get_environ() | {"HTTP_HOST": "[:.]"}
    _, status, _ = run_wsgi_app(house(origin="https://diary.example").application, environ)
    assert status.startswith("400")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_may_look_whether_we_are_up_under_any_name_of_its_own(house, host):
    client = house(origin="https://diary.example")
    assert ask(client, host, peer="127.0.0.1").status_code == 200
    assert ask(client, "evil.example", peer="127.0.0.1").status_code == 400
    through_a_proxy = {"X-Forwarded-For": "203.0.113.7"}
    assert ask(client, host, peer="127.0.0.1", headers=through_a_proxy).status_code == 400


def test_a_name_in_other_letters_is_our_own_host(house):
    assert ask(house(origin="https://für-alle.example"), "xn--fr-alle-n2a.example").status_code == 200


def seen(settings, peer, forwarded="", proto=""):
    """(address, scheme) that the app sees when `peer` forwards these."""
    found = []
    app = Forwarded(
        lambda environ, _: found.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"])) or [],
        settings.proxies,
        settings.proxy_addresses,
    )
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_X_FORWARDED_FOR": forwarded}
    app({**environ, "HTTP_X_FORWARDED_PROTO": proto}, None)
    return found[0]


@pytest.mark.parametrize(
    ("hops", "known", "peer", "forwarded", "who"),
    [
        # one on this machine
        ("1", "127.0.0.0/8 ::1", "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("1", "127.0.0.0/8 ::1", "::1", "203.0.113.7", "203.0.113.7"),
        ("1", "127.0.0.0/8 ::1", "::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("1", "127.0.0.0/8 ::1", "", "2001:db8::7", "2001:db8::7"),
        # what the asker wrote stands further left
        ("1", "127.0.0.0/8", "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        # straight from the asker, around the proxy
        ("1", "127.0.0.0/8", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        # two in a row; then around the outer one, to the inner one
        ("2", "127.0.0.1 10.0.4.0/24", "127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.4.9", "203.0.113.7"),
        ("2", "127.0.0.1 10.0.4.0/24", "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        # no more than there are, and nothing that is no address
        ("1", "0.0.0.0/0", "127.0.0.1", "198.51.100.1, 10.0.4.9", "10.0.4.9"),
        ("1", "127.0.0.0/8", "127.0.0.1", "the moon", "127.0.0.1"),
        ("1", "127.0.0.0/8", "127.0.0.1", "", "127.0.0.1"),
        ("1", "", "127.0.0.1", "203.0.113.7", "127.0.0.1"),
    ],
)
def test_only_the_proxies_that_are_named_speak_for_others(hops, known, peer, forwarded, who):
    settings = Settings.read({"COMPANION_PROXIES": hops, "COMPANION_PROXY_ADDRESSES": known})
    assert seen(settings, peer, forwarded)[0] == who


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "script_name"])
def test_a_header_names_no_other_path(name):
    """gunicorn lets proxies do that, and Caddy passes such headers on from whoever sends them."""
    config = Server(Settings(), processes=1, clock=False, worker=False).cfg
    sent = f"GET /plan/ HTTP/1.1\r\nHost: diary.example\r\n{name}: /evil\r\nX-Forwarded-Proto: http\r\n\r\n".encode()
    read = Request(config, IterUnreader([sent]), ("127.0.0.1", 50000))
    assert name.upper() not in {header for header, _ in read.headers}
    assert read.path == "/plan/"


def test_a_scheme_is_believed_from_the_same(house):
    settings = Settings.read({"COMPANION_PROXIES": "1"})
    assert seen(settings, "127.0.0.1", "203.0.113.7", "https")[1] == "https"
    assert seen(settings, "127.0.0.1", "203.0.113.7", "javascript")[1] == "http"
    assert seen(settings, "203.0.113.7", "198.51.100.1", "https")[1] == "http"


def test_without_proxies_nobody_speaks_for_others(house):
    assert not isinstance(house(origin=ORIGIN).application.wsgi_app, Forwarded)
    assert isinstance(house(origin=ORIGIN, proxies=1).application.wsgi_app, Forwarded)


@pytest.mark.parametrize("value", ["the proxy", "127.0.0.1/8", "10.0.0.0/33", "::1 300.1.1.1"])
def test_a_network_that_is_none_stops_the_start(value):
    with pytest.raises(SettingsError, match=r"^COMPANION_PROXY_ADDRESSES does not fit"):
        Settings.read({"COMPANION_PROXY_ADDRESSES": value})


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_a_packed_body_is_refused_and_not_unpacked(sqlite_app, visit, pack):
    encoding = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(b"note=" + b"x" * 20_000_000)
    answer = visit("ana").post("/identity/settings", bomb, headers={"Content-Encoding": encoding}, content_type=FORM)
    assert len(bomb) < 50_000
    assert answer.status_code == 415
    assert "cannot read this" in answer.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "text/html", "image/svg+xml", "application/octet-stream"]
)
def test_a_body_of_another_kind_is_refused(sqlite_app, visit, kind):
    assert visit("ana").post("/identity/settings", "name=Ana", content_type=kind).status_code == 415


@pytest.mark.parametrize("kind", ["", FORM, f"{FORM}; charset=UTF-8", "multipart/form-data"])
def test_a_form_is_read(sqlite_app, visit, kind):
    assert visit("ana").post("/identity/settings", "name=", content_type=kind).status_code in {422, 303}


def test_a_body_of_nested_brackets_is_refused(sqlite_app, visit):
    ana = visit("ana")
    for body in ("[" * 60_000, '{"a":' * 20_000):
        assert ana.post("/reminders/devices", body, content_type="application/json").status_code == 400
    assert ana.post("/reminders/devices", '{"keys": {}}', content_type="application/json").status_code == 422


def test_more_fields_than_any_page_has_are_refused(sqlite_app, visit):
    ana = visit("ana")
    few = "&".join(["site=a"] * MOST_FIELDS)
    assert ana.post("/identity/settings", few, content_type=FORM).status_code == 422
    assert ana.post("/identity/settings", f"{few}&site=a", content_type=FORM).status_code == 413
    assert ana.post("/identity/settings", "&a" * 120_000, content_type=FORM).status_code == 413
    assert ana.get(f"/trends/?{few}&site=a").status_code == 413
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="n{n}"\r\n\r\n1\r\n' for n in range(MOST_FIELDS + 1))
    assert (
        ana.post("/identity/settings", f"{parts}--x--\r\n", content_type="multipart/form-data; boundary=x").status_code
        == 413
    )


def test_a_name_longer_than_any_of_ours_is_refused(sqlite_app, visit):
    assert visit("ana").post("/identity/settings", {"n" * 101: "1"}).status_code == 400
    assert visit("ana").get("/identity/more?" + "n" * 101).status_code == 400


def test_a_multipart_body_that_is_too_large_is_refused(sqlite_app, visit):
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 300_000 + b"\r\n--x--\r\n"
    answer = visit("ana").post("/identity/settings", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"\x00\xff", b"--x\r\n" + b"A" * 70_000],
    ids=["cut off", "no name", "not text", "endless header"],
)
def test_a_broken_multipart_body_breaks_nothing(sqlite_app, visit, body):
    answer = visit("ana").post("/identity/settings", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in {400, 413, 422}


#: (who, path, status): pages, files, failures
ANSWERS = [
    ("ana", "/identity/more", 200),
    ("ana", "/nowhere", 404),
    ("ana", "/identity/more?" + "n" * 101, 400),
    ("ana", "/signin/sign-ins/1/end", 405),
    (None, "/plan/", 303),
    (None, "/", 302),
    (None, "/sw.js", 200),
    (None, "/assets/0/companion.css", 200),
    (None, "/assets/0/icons/icon.svg", 200),
    (None, "/assets/0/nothing", 404),
    (None, "/robots.txt", 200),
]


@pytest.mark.parametrize(("who", "path", "status"), ANSWERS)
def test_every_answer_carries_what_a_browser_must_heed(sqlite_app, visit, who, path, status):
    answer = visit(who).get(path)
    assert answer.status_code == status
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/emergency", "/nowhere", "/sw.js", "/assets/0/companion.css", "/.well-known/change-password"]
)
def test_every_answer_of_a_house_with_tls_keeps_the_browser_there(house, path):
    client = house(origin="https://diary.example")
    for host in ("diary.example", "evil.example"):
        assert ask(client, host, path).headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_failure_of_ours_is_dressed_and_kept_by_nobody(sqlite_app, visit, monkeypatch):
    def fail(*_):
        raise ValueError

    monkeypatch.setattr("companion.identity.signin.memberships", fail)
    answer = visit("ana").get("/identity/more")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-store")
    assert answer.headers["Permissions-Policy"] and answer.headers["Content-Security-Policy"]


def test_whom_to_tell_about_a_weakness(house, monkeypatch):
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    monkeypatch.setattr("companion.clock.now", lambda: now)
    answer = ask(
        house(origin="https://d.example", contact="mailto:safe@d.example"), "d.example", "/.well-known/security.txt"
    )
    assert answer.content_type == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert told["Contact"] == "mailto:safe@d.example"
    assert told["Canonical"] == "https://d.example/.well-known/security.txt"
    ends = datetime.fromisoformat(told["Expires"])
    assert now + timedelta(days=30) < ends < now + timedelta(days=366)
    assert told["Preferred-Languages"] == "en, es"


def test_nobody_to_tell_is_no_file(house):
    assert ask(house(origin="https://d.example"), "d.example", "/.well-known/security.txt").status_code == 404


def test_the_way_to_another_password(sqlite_app, visit):
    way = visit("ana").get("/.well-known/change-password")
    assert way.status_code == 302
    assert "New password" in visit("ana").get(way.location).text
    # a password manager first asks whether just anything is answered
    assert (
        visit("ana").get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").status_code
        == 404
    )


def test_nothing_is_for_search_engines(sqlite_app, visit):
    assert visit(None).get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    "next_", ["/plan/\r\nSet-Cookie: a=b", "/plan/%0d%0aSet-Cookie: a=b", "/plan/\u2028x", "/\x00"]
)
def test_no_header_is_made_of_what_came_in(sqlite_app, visit, next_):
    for who in ("ana", None):
        answer = visit(who).post("/identity/language", {"language": "en", "next": next_})
        assert answer.status_code == 303
        assert "a=b" not in "".join(answer.headers.getlist("Set-Cookie"))
        assert not any(sign in value for _, value in answer.headers for sign in "\r\n\0")


def test_no_line_of_the_log_is_made_of_what_came_in(sqlite_app, visit, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)

    def fail(*_):
        raise ValueError("forged\nline")

    monkeypatch.setattr("companion.identity.signin.memberships", fail)
    ana = visit("ana")
    ana.get("/identity/more?x=%0aforged%20line", headers={"User-Agent": "forged line", "Referer": f"{ORIGIN}/forged"})
    ana.get("/nowhere%0d%0aforged%20line")
    ana.post("/identity/settings", {"name": "forged\nline"}, headers={"X-Request-Id": "forged"})
    ask(ana.client, "forged.example")
    assert any("broken at identity.more" in record.getMessage() for record in caplog.records)
    assert "forged" not in caplog.text
