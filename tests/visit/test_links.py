"""Make links, look at their uses, take them back."""

import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest

from companion.identity.model import SignIn
from companion.store import db
from companion.visit.make import hash_of
from companion.visit.model import VisitLink
from tests.cast import NOW
from tests.visit.records import TODAY, link, opened

FORM = {"name": "Dr Okon", "parts": ["pain", "procedures"], "days": "30", "lasts": "3", "passphrase": ""}
ADDRESS = re.compile(r'class="small code-address">(\S+)#([\w-]{43})<')


def made(browser, **form):
    """Make a link as the page does; answer with the page that shows it and its token."""
    answer = browser.post("/visit/links", {**FORM, **form})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.location).text
    return page, ADDRESS.search(page)[2]


def test_it_shows_the_link_once_and_keeps_no_more_than_its_hash(app, cast, visit):
    ana = visit("ana")
    page, token = made(ana)
    row = db.query(VisitLink).one()
    assert row.token_hash == hash_of(token)
    assert (row.parts, row.first_on, row.last_on) == (["pain", "procedures"], TODAY - timedelta(days=29), TODAY)
    assert (row.expires_at, row.passphrase_hash) == (NOW + timedelta(days=3), None)
    assert ADDRESS.search(page)[1] == "http://localhost/visit/open"
    assert 'class="qr"' in page
    # another browser of hers has not got the token
    assert visit("ana").get(f"/visit/links/{row.id}").location == "/visit/links"
    listed = ana.get("/visit/links").text
    assert "Dr Okon" in listed and "Not opened yet" in listed
    assert token not in listed


def test_the_token_is_in_no_file_line_or_address(sqlite_app, cast, visit, sqlite_url, caplog):
    with caplog.at_level(logging.DEBUG):
        ana, doctor = visit("ana"), visit(None)
        answer = ana.post("/visit/links", {**FORM, "passphrase": "Wet moss"})
        token = ADDRESS.search(ana.get(answer.location).text)[2]
        addresses = [answer.location]
        for form in ({}, {"passphrase": "wrong moss"}, {"passphrase": "wet  MOSS"}):
            answer = doctor.post("/visit/open", {"code": f"http://localhost/visit/open#{token}", **form})
            addresses.append(answer.location or "")
        assert doctor.get("/visit/shared").status_code == 200
    files = [path for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir() if path.is_file()]
    assert len(files) > 1
    for path in files:
        held = path.read_bytes()
        assert token.encode() not in held
        assert b"moss" not in held.lower()
    assert token not in caplog.text
    assert "moss" not in caplog.text.lower()
    assert not [address for address in addresses if token in address]
    cookies = [cookie.value for cookie in doctor.client._cookies.values()]
    assert not [value for value in cookies if token in value]


def test_what_is_missing_is_said_at_its_field(sqlite_app, visit):
    answer = visit("ana").post("/visit/links", {"name": " ", "passphrase": "abc", "days": "12", "lasts": "31"})
    assert answer.status_code == 422
    for said in (
        "Please fill this in.",
        "Please choose at least one part.",
        "Please use at least 6",
        "Please choose one of these.",
    ):
        assert said in answer.text
    assert 'value="abc"' in answer.text
    assert db.query(VisitLink).count() == 0


def test_a_passphrase_is_kept_as_a_hash(sqlite_app, visit):
    made(visit("ana"), passphrase="Wet moss")
    assert db.query(VisitLink).one().passphrase_hash.startswith("$argon2id$")


def test_it_asks_who_it_is_first(app, cast, visit):
    db.query(SignIn).update({"proved_at": NOW - timedelta(minutes=11)})
    db.commit()
    answer = visit("ana").post("/visit/links", FORM)
    assert answer.status_code == 401
    assert "Dr+Okon" in answer.text
    assert db.query(VisitLink).count() == 0


def test_so_many_an_hour(sqlite_app, visit):
    ana = visit("ana")
    for _ in range(20):
        assert ana.post("/visit/links", FORM).status_code == 303
    answer = ana.post("/visit/links", FORM)
    assert answer.status_code == 429
    assert "Please wait some minutes" in answer.text


def test_each_use_is_shown(app, cast, visit, set_clock):
    token = link(cast)
    opened(visit(None), token)
    set_clock(NOW + timedelta(minutes=30))
    opened(visit(None), token)
    page = visit("ana").get("/visit/links").text
    assert "Opened 2 times" in page
    assert "<li>Tue, Mar 10, 10:30</li><li>Tue, Mar 10, 10:00</li>" in page


def test_a_withdrawn_link_opens_nothing_from_the_next_request_on(app, cast, visit):
    token, doctor, ana = link(cast), visit(None), visit("ana")
    opened(doctor, token)
    row = db.query(VisitLink).one()
    assert ana.post(f"/visit/links/{row.id}/withdrawal").location == "/visit/links?said=withdrawn"
    for path in ("/visit/shared", "/visit/shared/report.pdf"):
        answer = doctor.get(path)
        assert answer.status_code == 404
        assert "No report is open here." in answer.text
    assert doctor.post("/visit/open", {"code": token}).status_code == 404
    page = ana.get("/visit/links").text
    assert "Withdrawn on Tue, Mar 10" in page
    assert "Opened 1 time" in page
    assert f"/visit/links/{row.id}/withdrawal" not in page


def test_a_second_withdrawal_changes_nothing(sqlite_app, cast, visit, set_clock):
    link(cast)
    row, ana = db.query(VisitLink).one(), visit("ana")
    ana.post(f"/visit/links/{row.id}/withdrawal")
    set_clock(NOW + timedelta(hours=1))
    ana.post(f"/visit/links/{row.id}/withdrawal")
    db.remove()
    assert db.query(VisitLink).one().withdrawn_at == NOW


@pytest.mark.parametrize(("name", "status"), [("dora", 404), ("rosa", 404), ("ben", 404), ("abe", 404), (None, 401)])
def test_nobody_else_withdraws_or_sees_it(sqlite_app, cast, visit, name, status):
    link(cast)
    row, browser = db.query(VisitLink).one(), visit(name)
    assert browser.post(f"/visit/links/{row.id}/withdrawal").status_code == status
    assert browser.get(f"/visit/links/{row.id}").status_code == (303 if name is None else 404)
    db.remove()
    assert db.query(VisitLink).one().withdrawn_at is None


@pytest.mark.parametrize("name", ["rosa", "ben", "abe"])
def test_only_a_patient_makes_links(sqlite_app, cast, visit, name):
    browser = visit(name)
    assert browser.post("/visit/links", FORM).status_code == 404
    assert browser.post(f"/for/{cast.ana_patient}/visit/links", FORM).status_code == 404
    assert db.query(VisitLink).count() == 0


def test_sharing_leads_to_the_links(sqlite_app, visit):
    assert 'href="/visit/links"' in visit("ana").get("/sharing/").text
    assert 'href="/visit/"' in visit("ana").get("/identity/more").text
