"""A sign-in that locks: after some minutes without use it shows nothing until its person proves who they are."""

from datetime import timedelta

import pytest

from companion.identity.model import SignIn
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.conftest import ORIGIN


@pytest.fixture
def seen(cast):
    """`seen("ben", minutes)`: the last use of their sign-in was so many minutes ago."""

    def put(name, minutes, **more):
        row = db.query(SignIn).filter_by(account_id=getattr(cast, name)).one()
        row.seen_at = row.created_at = row.proved_at = NOW - timedelta(minutes=minutes)
        for key, value in more.items():
            setattr(row, key, value)
        db.commit()
        db.remove()

    return put


def seen_at(cast, name="ben"):
    found = db.query(SignIn.seen_at).filter_by(account_id=getattr(cast, name)).scalar()
    db.remove()
    return found


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15, 200), (16, 303)])
def test_the_portal_locks_after_fifteen_minutes(app, visit, seen, minutes, status):
    seen("ben", minutes)
    ben = visit("ben")
    answer = ben.get("/clinic/")
    assert answer.status_code == status
    if status == 303:
        assert answer.location.startswith("/signin/again?next=")
        assert ben.get("/identity/here").status_code == 303
        assert ben.get("/identity/here", headers={"HX-Request": "true"}).status_code == 401
        assert "Ana" not in ben.get(answer.location).text


def test_a_patients_phone_locks_only_if_they_want_it(app, visit, cast, seen):
    ana = visit("ana")
    seen("ana", 16)
    assert ana.get("/plan/").status_code == 200
    assert ana.post("/signin/lock", {"locks": "y"}).location == "/signin/sign-ins?said=saved"
    assert "Do not lock it any more" in ana.get("/signin/sign-ins").text
    seen("ana", 16)
    assert ana.get("/plan/").location.startswith("/signin/again")
    seen("ana", 1)
    ana.post("/signin/lock")
    seen("ana", 16)
    assert ana.get("/plan/").status_code == 200


def test_staff_cannot_leave_the_portal_open(app, visit, cast, seen):
    ben = visit("ben")
    assert ben.post("/signin/lock").status_code == 303
    assert "Lock this device" not in ben.get("/signin/sign-ins").text
    seen("ben", 16)
    assert ben.get("/clinic/").status_code == 303


def test_a_page_that_brings_itself_up_to_date_is_no_use(app, visit, cast, seen):
    seen("ben", 10)
    ben = visit("ben")
    before = seen_at(cast)
    assert ben.get("/identity/here", headers={"HX-Request": "true"}).status_code == 204
    assert seen_at(cast) == before
    assert ben.get("/identity/here").status_code == 204
    assert seen_at(cast) == NOW


def test_the_right_password_unlocks_under_another_token(app, visit, cast, seen):
    seen("ben", 16)
    ben = visit("ben")
    page = ben.get("/signin/again?next=/clinic/")
    token = ben.client.get_cookie("form", domain="localhost").value
    form = {"form_token": token, "next": "/clinic/", "password": "a wrong one, surely"}
    assert page.status_code == 200
    assert ben.post("/signin/again", form).status_code == 422
    assert ben.get("/clinic/").status_code == 303
    answer = ben.post("/signin/again", {**form, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/clinic/")
    assert ben.get("/clinic/").status_code == 200
    assert ben.client.get_cookie("companion", domain="localhost").value != cast.tokens["ben"]
    assert visit("ben").get("/clinic/").status_code == 303, "the former token is worth nothing"


def test_what_was_typed_while_it_locked_is_offered_again(app, visit, seen):
    seen("ben", 16)
    answer = visit("ben").post("/clinic/invitations", {"note": "M. from Tuesday"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 401
    assert "M.+from+Tuesday" in answer.text


def test_what_is_sensitive_asks_again_after_ten_minutes(app, visit, cast, seen):
    ana, grant = visit("ana"), "/sharing/"
    seen("ana", 11)
    sent = {"name": "Leo", "parts": "pain", "uuid": "7d444840-9dc0-41d1-b245-5ffdce74fad2"}
    answer = ana.post("/sharing/invitations", sent)
    assert answer.status_code == 401
    assert "Is it you?" in answer.text
    assert ana.get(grant).status_code == 200, "to look is not sensitive"
    seen("ana", 9)
    assert ana.post("/sharing/invitations", sent).status_code in {200, 201, 303}


def test_staff_without_a_second_factor_work_nowhere(app, visit, seen):
    seen("ben", 1, strong=False)
    ben = visit("ben")
    answer = ben.get("/clinic/")
    assert (answer.status_code, answer.location) == (303, "/signin/factors?next=/clinic/")
    assert ben.post("/clinic/invitations", {"note": "x"}).location == "/signin/factors"
    assert ben.get("/identity/more").status_code == 200
