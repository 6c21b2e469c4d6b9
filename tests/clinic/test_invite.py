"""Codes for patients."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from companion.sharing import invite
from companion.sharing.code import hashed
from companion.sharing.model import Invitation
from companion.store import db
from tests.cast import NOW


def form(note="", **values):
    return {"uuid": str(uuid4()), "note": note, **values}


def codes():
    db.remove()
    return db.query(Invitation).order_by(Invitation.id).all()


def told(page):
    return re.search(r'class="center code">([^<]+)<', page)[1]


@pytest.mark.parametrize("name", ["ben", "abe"])
def test_it_makes_a_code_and_shows_it_on_a_page_of_its_own(app, cast, visit, name):
    browser = visit(name)
    answer = browser.post("/clinic/invitations", form("Maren, Tuesday"))
    (row,) = codes()
    assert (answer.status_code, answer.location) == (303, f"/clinic/invitations/{row.id}")
    page = browser.get(answer.location).text
    assert (row.code_hash, row.clinic_id, row.made_by) == (hashed(told(page)), cast.northmoor, getattr(cast, name))
    assert f"/codes/#{told(page)}" in page
    assert '<svg class="qr"' in page
    assert told(page) == told(browser.get(answer.location).text)
    assert len(codes()) == 1
    again = visit(name).get("/clinic/invitations").text
    assert "Maren, Tuesday" in again
    assert told(page) not in again


def test_the_code_is_in_no_address_and_nowhere_in_the_database(app, cast, visit):
    browser = visit("ben")
    answer = browser.post("/clinic/invitations", form("Maren"))
    code = told(browser.get(answer.location).text)
    assert code not in answer.location
    (row,) = codes()
    assert code not in str(vars(row))
    cookie = browser.client.get_cookie("invited")
    assert (cookie.value, cookie.http_only, cookie.max_age, cookie.same_site) == (code, True, 600, "Lax")


def test_the_same_form_twice_is_one_code(app, cast, visit):
    sent = form("Maren")
    answers = [browser.post("/clinic/invitations", sent) for browser in (visit("ben"), visit("ben"))]
    assert answers[0].location == answers[1].location
    assert len(codes()) == 1
    browser = visit("ben")
    first = told(browser.get(browser.post("/clinic/invitations", sent).location).text)
    for other in ({**sent, "note": "Jon"}, form("Maren")):
        assert told(browser.get(browser.post("/clinic/invitations", other).location).text) != first
    assert len(codes()) == 3


def test_two_taps_at_once_are_one_code(app, cast, visit, monkeypatch):
    sent, known, asked = form("Maren"), invite._known, []
    first = visit("ben").post("/clinic/invitations", sent).location
    monkeypatch.setattr(invite, "_known", lambda *of: known(*of) if asked else asked.append(of))
    assert visit("ben").post("/clinic/invitations", sent).location == first
    assert len(codes()) == 1


def test_only_the_browser_that_made_a_code_shows_it(app, cast, visit):
    browser = visit("ben")
    address = browser.post("/clinic/invitations", form("Maren")).location
    for name in ("ben", "abe"):
        assert visit(name).get(address).location == "/clinic/invitations"
    assert visit("carl").get(address).status_code == 404
    other = visit("ben")
    other.client.set_cookie("invited", "AAAA-AAAA")
    assert other.get(address).location == "/clinic/invitations"
    browser.post(f"{address}/withdrawal")
    assert browser.get(address).location == "/clinic/invitations"


def test_codes_of_others_cannot_be_tried_out_without_end(sqlite_app, cast, visit):
    ben = visit("ben")
    answers = [ben.post("/clinic/invitations", form()).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]
    assert visit("abe").post("/clinic/invitations", form()).status_code == 303


def test_the_name_may_be_left_out_but_not_be_long(sqlite_app, cast, visit):
    assert visit("ben").post("/clinic/invitations", form()).status_code == 303
    answer = visit("ben").post("/clinic/invitations", form("x" * 81))
    assert answer.status_code == 422
    assert "This is too long." in answer.text
    assert len(codes()) == 1


def test_a_code_can_be_withdrawn(app, cast, visit):
    visit("ben").post("/clinic/invitations", form("Maren"))
    (row,) = codes()
    page = visit("abe").get("/clinic/invitations").text
    assert "Withdraw the code for Maren?" in page.split("<dialog")[1].split("</dialog>")[0]
    for _ in range(2):
        assert (
            visit("abe").post(f"/clinic/invitations/{row.id}/withdrawal").location == "/clinic/invitations?said=stopped"
        )
    assert codes()[0].expires_at == NOW
    assert "Maren" not in visit("ben").get("/clinic/invitations").text


def test_a_code_that_was_used_is_told_with_its_name(app, cast, visit, set_clock):
    visit("ben").post("/clinic/invitations", form("Maren"))
    (row,) = codes()
    row.used_at, row.used_by = NOW, cast.dora
    db.commit()
    set_clock(NOW + timedelta(hours=5))
    page = visit("ben").get("/clinic/invitations").text
    assert "Maren" in page.split("Codes that were used")[1]
    assert "Used 5 h ago. Made by Ben." in page
    assert "Maren" not in page.split("Codes that were used")[0]
    assert visit("ben").post(f"/clinic/invitations/{row.id}/withdrawal").location == "/clinic/invitations"
    assert "Maren" not in visit("carl").get("/clinic/invitations").text
    set_clock(NOW + timedelta(days=31))
    assert "Maren" not in visit("ben").get("/clinic/invitations").text


def test_another_clinic_neither_sees_nor_withdraws_it(app, cast, visit):
    visit("ben").post("/clinic/invitations", form("Maren"))
    (row,) = codes()
    assert "Maren" not in visit("carl").get("/clinic/invitations").text
    assert visit("carl").post(f"/clinic/invitations/{row.id}/withdrawal").status_code == 404
    assert codes()[0].expires_at > NOW


def test_a_code_that_is_over_is_not_listed(sqlite_app, cast, visit, set_clock):
    browser = visit("ben")
    address = browser.post("/clinic/invitations", form("Maren")).location
    set_clock(NOW + timedelta(days=15))
    assert "Maren" not in browser.get("/clinic/invitations").text
    assert browser.get(address).location == "/clinic/invitations"


@pytest.mark.parametrize(
    ("name", "get", "post"), [("ana", 404, 404), ("rosa", 404, 404), ("dora", 404, 404), (None, 303, 401)]
)
def test_it_is_for_staff(sqlite_app, cast, visit, name, get, post):
    visit("ben").post("/clinic/invitations", form("Maren"))
    for address in ("/clinic/invitations", f"/clinic/invitations/{codes()[0].id}"):
        assert visit(name).get(address).status_code == get
    assert visit(name).post("/clinic/invitations", form()).status_code == post
    assert len(codes()) == 1
