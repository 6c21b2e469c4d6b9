"""A code that was given to me."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.sharing.accept import USED, Refused, find, help_out, share
from companion.sharing.access import grant_of_clinic
from companion.sharing.model import PARTS, Grant, Invitation
from companion.sharing.stop import stop
from companion.store import db
from tests.cast import NOW
from tests.sharing.codes import from_ana, from_clinic, use


def _grants(**side):
    query = select(Grant).where(Grant.stopped_at.is_(None)).filter_by(**side)
    return list(db.scalars(query.order_by(Grant.id)))


def test_it_lets_a_clinic_into_the_chosen_parts(app, visit, cast):
    told, ana = from_clinic(cast), visit("ana")
    ana.post("/codes/", {"code": told.lower()})
    page = ana.get("/codes/accept").text
    assert "Southfell Clinic would like to see your diary." in page
    assert page.count(" checked") == len(PARTS)
    answer = ana.post("/codes/accept", {"name": "Ana Morel", "parts": ["notes", "pain"]})
    assert (answer.status_code, answer.location) == (303, "/sharing/?said=shared")
    (grant,) = _grants(clinic_id=cast.southfell)
    assert (grant.patient_id, grant.parts, grant.may_log) == (cast.ana_patient, ["pain", "notes"], False)
    row = db.scalars(select(Invitation)).one()
    assert (row.used_at, row.used_by) == (NOW, cast.ana)


def test_it_asks_for_one_part_at_least(app, visit, cast):
    answer = use(visit("ana"), from_clinic(cast))
    assert answer.status_code == 422
    assert "Please choose at least one part." in answer.text
    assert _grants(clinic_id=cast.southfell) == []


def test_it_lets_a_caregiver_in(app, visit, cast):
    told, dora = from_ana(cast), visit("dora")
    assert dora.get(f"/for/{cast.ana_patient}/plan/").status_code == 404
    dora.post("/codes/", {"code": told})
    page = dora.get("/codes/accept").text
    assert "Ana lets you in." in page
    assert "You can write for them" in page
    answer = dora.post("/codes/accept", {"parts": list(PARTS)})
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
    answer = visit("rosa").post("/codes/", {"code": told})
    assert answer.status_code == 422
    assert "This code was used before." in answer.text


def test_a_second_tap_by_the_same_person_is_welcome(app, visit, cast):
    told, ana, dora = from_clinic(cast), visit("ana"), visit("dora")
    assert use(ana, told, parts=["pain"]).location == "/sharing/?said=shared"
    second = ana.post("/codes/accept", {"name": "Ana Morel", "parts": ["pain"]})
    assert second.location == "/sharing/?said=shared"
    assert ana.get("/codes/accept").location == "/sharing/?said=shared"
    assert ana.post("/codes/", {"code": told}).location == "/sharing/?said=shared"
    assert len(_grants(clinic_id=cast.southfell)) == 1
    use(dora, from_ana(cast))
    assert dora.post("/codes/accept").location == f"/for/{cast.ana_patient}/plan/"
    stop(_grants(clinic_id=cast.southfell)[0], db.get_one(Account, cast.ana), NOW)
    db.commit()
    again = ana.post("/codes/", {"code": told})
    assert again.status_code == 422
    assert "This code was used before." in again.text


def test_two_taps_at_once_are_both_welcome(app, visit, cast, monkeypatch):
    ana = visit("ana")
    ana.post("/codes/", {"code": from_clinic(cast)})

    def quicker(*used):
        share(*used)
        db.commit()
        raise Refused(USED)

    monkeypatch.setattr("companion.sharing.accept.share", quicker)
    answer = ana.post("/codes/accept", {"name": "Ana Morel", "parts": ["pain"]})
    assert answer.location == "/sharing/?said=shared"


def test_a_further_code_of_a_clinic_widens_nothing(app, visit, cast, set_clock):
    use(visit("ana"), from_clinic(cast), parts=["pain", "mood"])
    set_clock(NOW + timedelta(days=3))
    ana = visit("ana")
    ana.post("/codes/", {"code": from_clinic(cast, NOW + timedelta(days=3))})
    page = ana.get("/codes/accept").text
    assert "Southfell Clinic sees your diary already." in page
    assert "You have shared with them since March 10, 2026." in page
    assert re.findall(r'name="parts" value="(\w+)" checked', page) == ["pain", "mood"]


def test_a_clinic_knows_the_patient_by_the_name_that_they_write(app, visit, cast):
    told, ana = from_clinic(cast), visit("ana")
    ana.post("/codes/", {"code": told})
    page = ana.get("/codes/accept").text
    assert "Your clinic knows you by" in page
    assert 'name="name" type="text" value="Ana"' in page
    form = {"name": "Ana Morel", "born_on": "1974-05-02", "parts": ["pain"]}
    refused = ana.post("/codes/accept", {**form, "name": "\u200b"})
    assert refused.status_code == 422
    assert 'value="1974-05-02"' in refused.text
    assert ana.post("/codes/accept", {**form, "born_on": "1700-01-01"}).status_code == 422
    assert db.get_one(Patient, cast.ana_patient).name == "Ana"
    db.remove()
    assert ana.post("/codes/accept", form).status_code == 303
    patient = db.get_one(Patient, cast.ana_patient)
    assert (patient.name, patient.born_on, patient.account.name) == ("Ana Morel", date(1974, 5, 2), "Ana")
    assert ">Ana Morel</a>" in visit("carl").get("/clinic/").text


def test_it_works_once_for_two_at_once(app, cast):
    told = from_ana(cast)
    first, second = find(told, NOW), find(told, NOW)
    help_out(first, db.get_one(Account, cast.dora), NOW)
    with pytest.raises(Refused, match="used before"):
        help_out(second, db.get_one(Account, cast.rosa), NOW)
    db.rollback()


def test_it_refuses_an_old_code(app, visit, cast, set_clock):
    told, dora = from_ana(cast), visit("dora")
    set_clock(NOW + timedelta(days=2, seconds=-1))
    assert dora.post("/codes/", {"code": told}).status_code == 303
    set_clock(NOW + timedelta(days=2))
    for answer in (dora.post("/codes/", {"code": told}), dora.get("/codes/accept")):
        assert answer.status_code == 422
        assert "This code has ended." in answer.text
    assert _grants(account_id=cast.dora) == []


def test_it_refuses_ones_own_code(app, visit, cast):
    for name, told in (("ana", from_ana(cast)), ("carl", from_clinic(cast))):
        answer = visit(name).post("/codes/", {"code": told})
        assert answer.status_code == 422
        assert "This is a code that you made." in answer.text


def test_it_refuses_a_clinics_code_without_a_diary(app, visit, cast):
    answer = visit("rosa").post("/codes/", {"code": from_clinic(cast)})
    assert answer.status_code == 422
    assert "you keep none here" in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Please write the code."), ("K7QD-2MXP", "This code is not right.")]
)
def test_it_refuses_a_wrong_code(app, visit, typed, sentence):
    for name in ("ana", None):
        answer = visit(name).post("/codes/", {"code": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "code" not in answer.headers.get("Set-Cookie", "").split("=")[0]


def test_it_remembers_the_code_of_a_stranger_until_they_have_signed_up(app, visit, cast):
    told, stranger = from_clinic(cast), visit(None)
    answer = stranger.post("/codes/", {"code": told})
    assert answer.location == "/identity/sign-up?next=/codes/accept"
    cookie = stranger.client.get_cookie("code")
    assert (cookie.value, cookie.http_only, cookie.max_age) == (told, True, 1800)
    assert told not in answer.location
    assert stranger.get("/codes/accept").location == "/signin/?next=/codes/accept"
    assert grant_of_clinic(cast.southfell, cast.ana_patient, NOW) is None


def test_it_sends_home_who_has_no_code(app, visit):
    assert visit("ana").get("/codes/accept").location == "/codes/"
    assert visit("ana").post("/codes/accept").location == "/codes/"
    assert visit(None).post("/codes/accept").status_code == 401


def test_it_shows_the_page_for_codes_to_anyone(app, visit):
    for name in ("ana", None):
        page = visit(name).get("/codes/")
        assert page.status_code == 200
        assert 'data-behaviour="code"' in page.text
