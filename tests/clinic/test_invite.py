"""Codes for patients."""

import re
from datetime import timedelta

import pytest

from companion.sharing.code import hashed
from companion.sharing.model import Invitation
from companion.store import db
from tests.cast import NOW


def codes():
    db.remove()
    return db.query(Invitation).all()


@pytest.mark.parametrize("name", ["ben", "abe"])
def test_it_tells_a_code_once(app, cast, visit, name):
    page = visit(name).post("/clinic/invitations", {"note": "Maren, Tuesday"}).text
    told = re.search(r'class="center code">([^<]+)<', page)[1]
    (row,) = codes()
    assert (row.code_hash, row.clinic_id, row.made_by) == (hashed(told), cast.northmoor, getattr(cast, name))
    assert f"/sharing/code#{told}" in page
    assert '<svg class="qr"' in page
    again = visit(name).get("/clinic/invitations").text
    assert "Maren, Tuesday" in again
    assert told not in again


def test_the_name_may_be_left_out_but_not_be_long(sqlite_app, cast, visit):
    assert visit("ben").post("/clinic/invitations", {"note": ""}).status_code == 200
    answer = visit("ben").post("/clinic/invitations", {"note": "x" * 81})
    assert answer.status_code == 422
    assert "This is too long." in answer.text
    assert len(codes()) == 1


def test_a_code_can_be_withdrawn(app, cast, visit):
    visit("ben").post("/clinic/invitations", {"note": "Maren"})
    (row,) = codes()
    assert visit("abe").post(f"/clinic/invitations/{row.id}/withdrawal").status_code == 303
    assert codes()[0].expires_at == NOW
    assert "Maren" not in visit("ben").get("/clinic/invitations").text
    assert visit("ben").post(f"/clinic/invitations/{row.id}/withdrawal").status_code == 404


def test_another_clinic_neither_sees_nor_withdraws_it(app, cast, visit):
    visit("ben").post("/clinic/invitations", {"note": "Maren"})
    (row,) = codes()
    assert "Maren" not in visit("carl").get("/clinic/invitations").text
    assert visit("carl").post(f"/clinic/invitations/{row.id}/withdrawal").status_code == 404
    assert codes()[0].expires_at > NOW


def test_a_code_that_is_over_is_not_listed(sqlite_app, cast, visit, set_clock):
    visit("ben").post("/clinic/invitations", {"note": "Maren"})
    set_clock(NOW + timedelta(days=15))
    assert "Maren" not in visit("ben").get("/clinic/invitations").text


@pytest.mark.parametrize(
    ("name", "get", "post"), [("ana", 404, 404), ("rosa", 404, 404), ("dora", 404, 404), (None, 303, 401)]
)
def test_it_is_for_staff(sqlite_app, cast, visit, name, get, post):
    assert visit(name).get("/clinic/invitations").status_code == get
    assert visit(name).post("/clinic/invitations", {"note": ""}).status_code == post
    assert codes() == []
