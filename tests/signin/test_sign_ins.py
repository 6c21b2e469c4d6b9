"""Ending sign-ins, all at once."""

from companion.identity.model import SignIn
from companion.store import db
from tests.signin.test_sign_in import sign_in


def test_all_others_are_ended_at_once(app, visit, cast):
    ana, others = visit("ana"), [visit(None), visit(None)]
    for other in others:
        sign_in(other)
    assert "Sign out everywhere else" in ana.get("/signin/sign-ins").text
    assert ana.post("/signin/sign-ins/end").location == "/signin/sign-ins?said=alone"
    page = ana.get("/signin/sign-ins").text
    assert "You are signed in on one device." in page and "Sign out everywhere else" not in page
    assert [other.get("/identity/more").status_code for other in others] == [303, 303]
    assert db.query(SignIn).where(SignIn.account_id == cast.dora).count() == 1
    assert visit(None).post("/signin/sign-ins/end").status_code == 401
