"""A code that was given to me."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account
from companion.sharing import code
from companion.sharing.accept import Refused, accept, find
from companion.sharing.access import grant_of_clinic
from companion.sharing.model import PARTS, Grant, Invitation
from companion.store import db
from tests.cast import NOW
from tests.sharing.codes import from_ana, from_clinic, use


def _grants(**side):
    query = select(Grant).where(Grant.stopped_at.is_(None)).filter_by(**side)
    return list(db.scalars(query.order_by(Grant.id)))


def test_it_lets_a_clinic_into_the_chosen_parts(app, visit, cast):
    told, ana = from_clinic(cast), visit("ana")
    ana.post("/sharing/code", {"code": told.lower()})
    page = ana.get("/sharing/accept").text
    assert "Southfell Clinic would like to see your diary." in page
    assert page.count(" checked") == len(PARTS)
    answer = ana.post("/sharing/accept", {"parts": ["notes", "pain"]})
    assert (answer.status_code, answer.location) == (303, "/sharing/?said=shared")
    (grant,) = _grants(clinic_id=cast.southfell)
    assert (grant.patient_id, grant.parts, grant.may_log) == (cast.ana_patient, ["pain", "notes"], False)
    row = db.scalars(select(Invitation)).one()
    assert (row.used_at, row.used_by) == (NOW, cast.ana)
    assert ana.client.get_cookie("code") is None


def test_it_asks_for_one_part_at_least(app, visit, cast):
    answer = use(visit("ana"), from_clinic(cast))
    assert answer.status_code == 422
    assert "Please choose at least one part." in answer.text
    assert _grants(clinic_id=cast.southfell) == []


def test_it_lets_a_caregiver_in(app, visit, cast):
    told, dora = from_ana(cast), visit("dora")
    assert dora.get(f"/for/{cast.ana_patient}/plan/").status_code == 404
    dora.post("/sharing/code", {"code": told})
    page = dora.get("/sharing/accept").text
    assert "Ana lets you in." in page
    assert "You can write for them" in page
    answer = dora.post("/sharing/accept", {"parts": list(PARTS)})
    assert answer.location == f"/for/{cast.ana_patient}/plan/"
    (grant,) = _grants(account_id=cast.dora)
    assert (grant.parts, grant.may_log) == (["pain", "therapy"], True)
    assert dora.get(f"/for/{cast.ana_patient}/therapy/").status_code == 200
    assert dora.get(f"/for/{cast.ana_patient}/medication/").status_code == 404


def test_it_gives_a_caregiver_without_the_right_to_write_none(app, visit, cast):
    dora, root = visit("dora"), f"/for/{cast.ana_patient}/therapy/"
    use(dora, from_ana(cast, may_log=False))
    assert dora.get(root).status_code == 200
    assert dora.get(f"{root}new").status_code == 404
    assert dora.post(root, {"title": "x"}).status_code == 404


def test_it_replaces_an_older_grant_of_the_same_two(app, visit, cast):
    use(visit("rosa"), from_ana(cast, ("therapy",), may_log=False))
    (grant,) = _grants(account_id=cast.rosa)
    assert (grant.parts, grant.may_log) == (["therapy"], False)
    use(visit("ana"), from_clinic(cast), parts=["pain"])
    use(visit("ana"), from_clinic(cast), parts=["mood"])
    (grant,) = _grants(clinic_id=cast.southfell)
    assert grant.parts == ["mood"]
    assert len(_grants(clinic_id=cast.northmoor)) == 1


def test_it_works_once(app, visit, cast):
    told = from_ana(cast)
    use(visit("dora"), told)
    answer = visit("rosa").post("/sharing/code", {"code": told})
    assert answer.status_code == 422
    assert "This code was used before." in answer.text


def test_it_works_once_for_two_at_once(app, cast):
    told = from_ana(cast)
    first, second = find(told, NOW), find(told, NOW)
    accept(first, db.get_one(Account, cast.dora), None, (), NOW)
    with pytest.raises(Refused, match="used before"):
        accept(second, db.get_one(Account, cast.rosa), None, (), NOW)
    db.rollback()


def test_it_refuses_an_old_code(app, visit, cast, set_clock):
    told, dora = from_ana(cast), visit("dora")
    set_clock(NOW + timedelta(days=2, seconds=-1))
    assert dora.post("/sharing/code", {"code": told}).status_code == 303
    set_clock(NOW + timedelta(days=2))
    for answer in (dora.post("/sharing/code", {"code": told}), dora.get("/sharing/accept")):
        assert answer.status_code == 422
        assert "This code has ended." in answer.text
    assert _grants(account_id=cast.dora) == []


def test_it_refuses_ones_own_code(app, visit, cast):
    for name, told in (("ana", from_ana(cast)), ("carl", from_clinic(cast))):
        answer = visit(name).post("/sharing/code", {"code": told})
        assert answer.status_code == 422
        assert "This is a code that you made." in answer.text


def test_it_refuses_a_clinics_code_without_a_diary(app, visit, cast):
    answer = visit("rosa").post("/sharing/code", {"code": from_clinic(cast)})
    assert answer.status_code == 422
    assert "you keep none here" in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Please write the code."), ("K7QD-2MXP", "This code is not right.")]
)
def test_it_refuses_a_wrong_code(app, visit, typed, sentence):
    for name in ("ana", None):
        answer = visit(name).post("/sharing/code", {"code": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "code" not in answer.headers.get("Set-Cookie", "").split("=")[0]


def test_it_slows_down_who_guesses(app, visit, cast):
    told, guesser = from_ana(cast), visit(None)
    for _ in range(10):
        assert guesser.post("/sharing/code", {"code": "K7QD-2MXP"}).status_code == 422
    answer = guesser.post("/sharing/code", {"code": told})
    assert answer.status_code == 429
    assert "Please wait some minutes" in answer.text


def test_it_slows_down_who_guesses_by_cookie(app, visit, cast):
    dora = visit("dora")
    statuses = []
    for _ in range(31):
        dora.client.set_cookie("code", code.new())
        statuses.append(dora.get("/sharing/accept").status_code)
    assert statuses == [422] * 30 + [429]


def test_it_remembers_the_code_of_a_stranger_until_they_have_signed_up(app, visit, cast):
    told, stranger = from_clinic(cast), visit(None)
    answer = stranger.post("/sharing/code", {"code": told})
    assert answer.location == "/identity/sign-up?next=/sharing/accept"
    cookie = stranger.client.get_cookie("code")
    assert (cookie.value, cookie.http_only, cookie.max_age) == (told, True, 1800)
    assert told not in answer.location
    assert stranger.get("/sharing/accept").location == "/identity/sign-in?next=/sharing/accept"
    assert grant_of_clinic(cast.southfell, cast.ana_patient) is None


def test_it_sends_home_who_has_no_code(app, visit):
    assert visit("ana").get("/sharing/accept").location == "/sharing/code"
    assert visit("ana").post("/sharing/accept").location == "/sharing/code"
    assert visit(None).post("/sharing/accept").status_code == 401


def test_it_shows_the_page_for_codes_to_anyone(app, visit):
    for name in ("ana", None):
        page = visit(name).get("/sharing/code")
        assert page.status_code == 200
        assert 'data-behaviour="code"' in page.text
