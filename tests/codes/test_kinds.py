"""Codes of every kind: who is asked, what they read before they say yes, and what follows."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Clinic, Membership, Patient, SignIn
from companion.sharing import invite, keep
from companion.sharing.model import Grant, Invitation
from companion.store import db
from tests.cast import NOW
from tests.sharing.codes import FORM, made, use


def _clinics_code(visit, **more):
    """A code with which Ana lets a clinic in."""
    form = {**FORM, "whom": "clinic", "name": "Southfell", "parts": ["pain", "notes"], **more}
    return made(visit("ana"), "/sharing/invitations", form)


def _staffs_code(cast, role="clinician"):
    clinic, abe = db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.abe)
    row, told = invite.invite_staff(clinic, abe, "Dora", role, NOW)
    assert (row.kind, row.role, row.expires_at) == ("staff", role, NOW + timedelta(days=2))
    db.commit()
    db.remove()
    return told


def test_a_patient_lets_a_clinic_in(app, visit, cast):
    told, carl = _clinics_code(visit, since_on="2026-03-01", ends_on="2026-05-01"), visit("carl")
    path = f"/clinic/patients/{cast.ana_patient}"
    assert carl.get(path).status_code == 404
    assert carl.post("/codes/", {"code": told}).location == "/codes/accept"
    page = carl.get("/codes/accept").text
    for sentence in (
        "Ana shares a diary with Southfell Clinic.",
        "Notes in the diary",
        "Closed: Mood; Medicines",
        "From March 1, 2026 on. Stops by itself after May 1, 2026.",
    ):
        assert sentence in page, sentence
    assert carl.get(path).status_code == 404
    assert carl.post("/codes/accept").location == path
    assert carl.get(path).status_code == 200
    grant = db.scalars(select(Grant).where(Grant.clinic_id == cast.southfell)).one()
    assert (grant.patient_id, grant.parts, grant.since_on) == (cast.ana_patient, ["pain", "notes"], date(2026, 3, 1))
    assert (grant.may_log, grant.ends_on, bool(grant.consent)) == (False, date(2026, 5, 1), True)
    assert "You let Southfell Clinic in." in visit("ana").get("/sharing/").text
    # the second tap
    assert carl.post("/codes/accept").location == path
    assert len(db.scalars(select(Grant).where(Grant.clinic_id == cast.southfell)).all()) == 1


@pytest.mark.parametrize("name", ["dora", "rosa", "abe", None])
def test_a_clinics_code_is_for_those_who_treat(app, visit, name):
    answer = visit(name).post("/codes/", {"code": _clinics_code(visit)})
    assert answer.status_code == 422
    assert "This code is for a clinic." in answer.text
    assert "Ana" not in answer.text.split("<main")[1]


@pytest.mark.parametrize(("role", "sentence"), [("clinician", "You see the diaries"), ("admin", "You see no diaries")])
def test_a_clinic_asks_somebody_to_work_there(app, visit, cast, role, sentence):
    told, dora = _staffs_code(cast, role), visit("dora")
    dora.post("/codes/", {"code": told})
    page = dora.get("/codes/accept").text
    assert "Northmoor Pain Clinic asks you to work with them here." in page
    assert sentence in page
    assert dora.get("/clinic/invitations").status_code == 404
    assert dora.post("/codes/accept").location == "/"
    seat = db.scalars(select(Membership).where(Membership.account_id == cast.dora)).one()
    assert (seat.clinic_id, seat.role) == (cast.northmoor, role)
    assert db.scalars(select(SignIn.locks).where(SignIn.account_id == cast.dora)).all() == [True]
    assert dora.get("/clinic/invitations").status_code == 200
    again = visit("rosa").post("/codes/", {"code": told})
    assert "This code was used before." in again.text


def test_whoever_works_there_needs_no_code(app, visit, cast):
    told = _staffs_code(cast)
    answer = visit("ben").post("/codes/", {"code": told})
    assert answer.status_code == 422
    assert "You work at this clinic already." in answer.text
    # and who made it is told so
    assert "This is a code that you made." in visit("abe").post("/codes/", {"code": told}).text


def test_a_clinics_codes_for_staff_are_not_among_those_for_patients(app, visit, cast):
    _staffs_code(cast)
    row = db.scalars(select(Invitation)).one()
    page = visit("ben").get("/clinic/invitations").text
    assert "Dora" not in page
    assert visit("ben").post(f"/clinic/invitations/{row.id}/withdrawal").status_code == 404
    use(visit("dora"), told=_staffs_code(cast))
    assert "Dora" not in visit("ben").get("/clinic/invitations").text


def test_a_name_is_kept_when_a_clinic_is_let_in(app, visit, cast):
    use(visit("carl"), _clinics_code(visit), name="Somebody else")
    assert db.get_one(Patient, cast.ana_patient).name == "Ana"


@pytest.mark.parametrize("kind", ["staff", "owner"])
def test_whoever_is_new_signs_up_on_the_way_and_starts_no_diary(app, visit, cast, kind):
    if kind == "staff":
        told, said = _staffs_code(cast), "Northmoor Pain Clinic asks you to work with them here."
    else:
        rosa = db.get_one(Account, cast.rosa)
        grant = keep.start(rosa, "Leo", None, "Europe/Berlin", NOW)
        _row, told = invite.hand_over(grant.patient, rosa, NOW)
        said = "Rosa hands you your diary."
        db.commit()
        db.remove()
    stranger = visit(None)
    page = stranger.get(stranger.post("/codes/", {"code": told}).location).text
    assert said in page
    assert 'name="zone"' not in page
    assert said.removesuffix(".") in stranger.get("/signin/").text
    form = {"name": "Gus", "email": "gus@example.org", "password": "a quiet morning", "language": "en"}
    token = re.search(r'name="form_token" value="([^"]+)"', page).group(1)
    assert stranger.post("/identity/sign-up", {**form, "form_token": token}).status_code == 303
    account = db.scalars(select(Account).where(Account.email.is_("gus@example.org"))).one()
    assert account.patient is None
    db.remove()
    assert stranger.post("/codes/accept").status_code == 303
    account = db.get_one(Account, account.id)
    if kind == "owner":
        assert account.patient.name == "Leo"
        assert stranger.get("/plan/").status_code == 200
    else:
        assert [seat.clinic_id for seat in account.memberships] == [cast.northmoor]
