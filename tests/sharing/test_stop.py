"""Stopping and narrowing what others see."""

import pytest
from sqlalchemy import select

from companion.identity.model import Account
from companion.sharing.access import grant_of_clinic, note_looks
from companion.sharing.model import Grant, Look
from companion.store import db
from tests.cast import NOW


def _grant(**side):
    return db.scalars(select(Grant).filter_by(**side)).one()


def test_it_says_who_sees_what(app, visit, cast):
    page = visit("ana").get("/sharing/").text
    assert "Only Northmoor Pain Clinic and Rosa can see your diary." in page
    assert "Helps you. Since March 10, 2026." in page
    assert "Can write for you" in page
    assert "Closed: Mood; Procedures; Notes in the diary" in page
    assert "Ben" not in page
    assert "Nobody can see your diary." in visit("dora").get("/sharing/").text


def test_it_says_when_it_was_last_opened(app, visit, cast):
    assert visit("ana").get("/sharing/").text.count("Not opened yet") == 2
    visit("rosa").get(f"/for/{cast.ana_patient}/therapy/")
    page = visit("ana").get("/sharing/").text
    assert page.count("Not opened yet") == 1
    assert "Last opened on Tue, Mar 10 at 10:00" in page
    note_looks(db.get_one(Account, cast.abe), cast.northmoor, [cast.ana_patient], ["pain"], NOW)
    db.remove()
    assert "Not opened yet" not in visit("ana").get("/sharing/").text


def test_it_closes_the_record_to_a_caregiver_at_once(app, visit, cast):
    rosa, ana = visit("rosa"), visit("ana")
    assert rosa.get(f"/for/{cast.ana_patient}/plan/").status_code == 200
    path = f"/sharing/grants/{_grant(account_id=cast.rosa).id}/stop"
    assert ana.post(path).location == "/sharing/?said=unshared"
    assert rosa.get(f"/for/{cast.ana_patient}/plan/").status_code == 404
    assert rosa.post(f"/for/{cast.ana_patient}/therapy/", {}).status_code == 404
    assert _grant(account_id=cast.rosa).stopped_at == NOW
    page = ana.get("/sharing/").text
    assert "Only Northmoor Pain Clinic can see your diary." in page
    assert "You stopped sharing with Rosa." in page
    assert ana.post(path).status_code == 404


def test_it_closes_the_record_to_a_clinic_at_once(app, visit, cast):
    ben, path = visit("ben"), f"/clinic/patients/{cast.ana_patient}"
    assert ben.get(path).status_code == 200
    visit("ana").post(f"/sharing/grants/{_grant(clinic_id=cast.northmoor).id}/stop")
    assert ben.get(path).status_code == 404
    assert grant_of_clinic(cast.northmoor, cast.ana_patient, NOW) is None


def test_it_changes_the_parts_at_once(app, visit, cast):
    number, ana = _grant(account_id=cast.rosa).id, visit("ana")
    page = ana.get(f"/sharing/grants/{number}/parts").text
    assert page.count(" checked") == 4
    answer = ana.post(f"/sharing/grants/{number}/parts", {"parts": ["mood", "pain"]})
    assert answer.location == "/sharing/?said=saved"
    row = _grant(account_id=cast.rosa)
    assert (row.parts, row.may_log) == (["pain", "mood"], False)
    assert visit("rosa").get(f"/for/{cast.ana_patient}/therapy/").status_code == 404
    assert visit("rosa").get(f"/for/{cast.ana_patient}/plan/").status_code == 200


def test_it_lets_no_clinic_write_in_the_diary(app, visit, cast):
    number = _grant(clinic_id=cast.northmoor).id
    visit("ana").post(f"/sharing/grants/{number}/parts", {"parts": ["pain"], "may_log": "y"})
    assert (_grant(clinic_id=cast.northmoor).parts, _grant(clinic_id=cast.northmoor).may_log) == (["pain"], False)


def test_it_keeps_one_part_at_least(app, visit, cast):
    number = _grant(account_id=cast.rosa).id
    answer = visit("ana").post(f"/sharing/grants/{number}/parts", {})
    assert answer.status_code == 422
    assert "Please choose at least one part." in answer.text
    assert len(_grant(account_id=cast.rosa).parts) == 3


@pytest.mark.parametrize("name", ["dora", "rosa", "ben"])
def test_it_refuses_another_patients_grant(app, visit, cast, name):
    number, other = _grant(account_id=cast.rosa).id, visit(name)
    assert other.get(f"/sharing/grants/{number}/parts").status_code == 404
    for verb in ("parts", "stop"):
        assert other.post(f"/sharing/grants/{number}/{verb}", {"parts": ["pain"]}).status_code == 404
    assert _grant(account_id=cast.rosa).stopped_at is None
    assert visit(None).post(f"/sharing/grants/{number}/stop").status_code == 401


def test_it_lists_the_people_i_help(app, visit, cast):
    page = visit("rosa").get("/caring/").text
    assert f'href="/for/{cast.ana_patient}/plan/"' in page
    assert "You can write for them" in page
    for name in ("ana", "ben"):
        assert "Nobody has let you in yet." in visit(name).get("/caring/").text
    assert visit(None).get("/caring/").location == "/signin/?next=/caring/"


def test_it_lets_a_caregiver_give_it_up(app, visit, cast):
    path, rosa = f"/caring/{_grant(account_id=cast.rosa).id}/end", visit("rosa")
    assert visit("dora").post(path).status_code == 404
    assert visit("ana").post(path).status_code == 404
    assert rosa.post(path).location == "/caring/?said=stopped"
    assert rosa.get(f"/for/{cast.ana_patient}/plan/").status_code == 404
    assert "Nobody has let you in yet." in rosa.get("/caring/").text
    assert rosa.post(path).status_code == 404


def test_it_lets_no_staff_end_the_clinics_grant_as_a_caregiver(app, visit, cast):
    number = _grant(clinic_id=cast.northmoor).id
    assert visit("ben").post(f"/caring/{number}/end").status_code == 404


def test_it_keeps_a_caregiver_in_the_record_by_its_links(app, visit, cast):
    page = visit("rosa").get(f"/for/{cast.ana_patient}/therapy/").text
    assert f'href="/for/{cast.ana_patient}/therapy/new"' in page
    assert 'href="/therapy/' not in page
    assert db.scalars(select(Look.part)).all() == ["therapy"]
