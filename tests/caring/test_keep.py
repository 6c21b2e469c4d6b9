"""A record that a caregiver keeps for somebody without an account, and hands over later."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from companion.diary.model import DiaryDay, Entry
from companion.identity.model import Account, Patient, SignIn
from companion.identity.signin import start
from companion.sharing.model import PARTS, Grant
from companion.store import db
from tests.cast import NOW
from tests.sharing.codes import from_clinic, made
from tests.sharing.walk import TODAY, fill

LEO = {"name": "Leo Morel", "born_on": "2015-06-01", "zone": "Europe/Berlin"}
UUID = "0b8f3a55-6a57-4c1c-8f4c-2f4a3a1d9c11"


def _start(visit, name="rosa"):
    """Rosa keeps a record for Leo; its address."""
    answer = visit(name).post("/caring/", LEO)
    assert answer.status_code == 303
    return answer.location.removesuffix("plan/")


def _leo():
    (kept,) = (patient for patient in db.scalars(select(Patient)) if patient.name == "Leo Morel")
    return kept


def _code(visit):
    number = db.scalars(select(Grant.id).where(Grant.keeps)).one()
    return made(visit("rosa"), f"/caring/{number}/code", {"uuid": UUID})


def test_it_starts_a_record_without_an_account(app, visit, cast):
    root = _start(visit)
    leo = _leo()
    assert (leo.account_id, leo.born_on, leo.zone) == (None, date(2015, 6, 1), "Europe/Berlin")
    grant = db.scalars(select(Grant).where(Grant.patient_id == leo.id)).one()
    assert (grant.account_id, grant.parts, grant.may_log, grant.keeps) == (cast.rosa, list(PARTS), True, True)
    assert "Leo Morel" in visit("rosa").get(f"{root}plan/").text
    assert "You keep this diary for them." in visit("rosa").get("/caring/").text
    for name in ("ana", "ben", "dora"):
        assert visit(name).get(f"{root}plan/").status_code == 404


def test_a_second_tap_starts_one(app, visit):
    assert _start(visit) == _start(visit)
    _leo()


def test_its_entries_are_the_records_own(app, visit, cast):
    root, rosa = _start(visit), visit("rosa")
    assert rosa.post(f"{root}diary/entries", {"uuid": UUID, "pain": "4"}).status_code == 303
    assert db.scalars(select(Entry.author_id)).all() == [cast.rosa]
    assert db.scalars(select(DiaryDay.pain_sum)).all() == [4]


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("zone", "Mars/Crater"), ("born_on", "2030-01-01")])
def test_it_refuses_in_plain_words(sqlite_app, visit, field, value):
    answer = visit("rosa").post("/caring/", {**LEO, field: value})
    assert answer.status_code == 422
    assert 'class="field__error"' in answer.text
    assert db.scalars(select(Grant).where(Grant.keeps)).all() == []


def test_who_keeps_it_decides_who_sees_it(app, visit, cast):
    root, rosa, carl = _start(visit), visit("rosa"), visit("carl")
    rosa.post("/codes/", {"code": from_clinic(cast)})
    page = rosa.get("/codes/accept").text
    assert "Southfell Clinic would like to see Leo Morel's diary." in page
    form = {"whose": str(_leo().id), "name": "Leo Morel", "born_on": "2015-06-01", "parts": ["pain"]}
    assert rosa.post("/codes/accept", form).location == f"{root}sharing/?said=shared"
    path = f"/clinic/patients/{_leo().id}"
    assert carl.get(path).status_code == 200
    number = db.scalars(select(Grant.id).where(Grant.clinic_id == cast.southfell)).one()
    shared = rosa.get(f"{root}sharing/").text
    assert f"{root}sharing/grants/{number}/parts" in shared
    assert "You let Southfell Clinic in." in shared
    assert 'href="/sharing/grants' not in shared
    assert rosa.post(f"{root}sharing/grants/{number}/stop").location == f"{root}sharing/?said=unshared"
    assert carl.get(path).status_code == 404


def test_a_patient_chooses_whose_diary_a_code_is_for(app, visit, cast):
    _start(visit, "ana")
    ana, leo = visit("ana"), _leo()
    ana.post("/codes/", {"code": from_clinic(cast)})
    assert 'name="name" type="text" value="Ana"' in ana.get("/codes/accept").text
    page = ana.get(f"/codes/accept?whose={leo.id}").text
    assert 'name="name" type="text" value="Leo Morel"' in page
    # nobody chooses a record that is not theirs
    other = ana.get(f"/codes/accept?whose={cast.dora_patient}").text
    assert 'name="name" type="text" value="Ana"' in other
    ana.post("/codes/accept", {"whose": str(leo.id), "name": "Leo", "parts": ["pain"]})
    grant = db.scalars(select(Grant).where(Grant.clinic_id == cast.southfell)).one()
    assert grant.patient_id == leo.id
    assert db.get_one(Patient, cast.ana_patient).name == "Ana"


def test_no_other_caregiver_shares_it(app, visit, cast):
    assert visit("rosa").get(f"/for/{cast.ana_patient}/sharing/").status_code == 404
    assert visit("rosa").get(f"/for/{cast.ana_patient}/sharing/looks").status_code == 404
    assert visit("rosa").post(f"/for/{cast.ana_patient}/sharing/invitations", {}).status_code == 404


def test_it_is_handed_over(app, visit, cast):
    root, told = _start(visit), _code(visit)
    db.add(Account(email="leo@example.org", name="Leo", created_at=NOW))
    db.commit()
    account = db.scalars(select(Account).where(Account.email.is_("leo@example.org"))).one()
    cast.tokens["leo"] = start(account, "Test", NOW)
    db.commit()
    leo = visit("leo")
    assert leo.post("/codes/", {"code": told}).location == "/codes/accept"
    page = leo.get("/codes/accept").text
    assert "Rosa hands you your diary." in page
    assert "Diary of Leo Morel" in page
    assert leo.post("/codes/accept").location == "/plan/"
    assert _leo().account_id == account.id
    assert leo.get("/plan/").status_code == 200
    # Rosa goes on helping, but it is not hers to share any more
    rosa = visit("rosa")
    assert rosa.get(f"{root}plan/").status_code == 200
    assert rosa.get(f"{root}sharing/").status_code == 404
    assert "Give it up" in rosa.get("/caring/").text
    assert "Only Rosa can see your diary." in leo.get("/sharing/").text
    number = db.scalars(select(Grant.id).where(Grant.patient_id == _leo().id)).one()
    assert leo.post(f"/sharing/grants/{number}/stop").status_code == 303
    assert rosa.get(f"{root}plan/").status_code == 404


def test_a_double_tap_makes_one_code(app, visit):
    _start(visit)
    assert _code(visit) == _code(visit)


def test_it_is_not_for_who_keeps_a_diary_already(app, visit):
    _start(visit)
    answer = visit("dora").post("/codes/", {"code": _code(visit)})
    assert answer.status_code == 422
    assert "You keep a diary here already" in answer.text


def test_it_is_not_given_up(app, visit):
    _start(visit)
    number = db.scalars(select(Grant.id).where(Grant.keeps)).one()
    assert visit("rosa").post(f"/caring/{number}/end").status_code == 404
    assert visit("dora").post(f"/caring/{number}/code", {"uuid": UUID}).status_code == 404


def test_to_hand_over_asks_again_who_it_is(app, visit):
    _start(visit)
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    number = db.scalars(select(Grant.id).where(Grant.keeps)).one()
    db.commit()
    assert visit("rosa").post(f"/caring/{number}/code", {"uuid": UUID}).status_code == 401


def test_every_page_says_whose_record_is_open_and_is_reachable(app, visit, cast):
    fill(cast, [TODAY])
    db.execute(update(Grant).values(parts=list(PARTS)))
    db.commit()
    rosa, root = visit("rosa"), f"/for/{cast.ana_patient}/"
    seen, left = set(), {f"{root}plan/"}
    while left:
        address = left.pop()
        seen.add(address)
        page = rosa.get(address)
        assert page.status_code == 200, address
        assert "record." in page.text.split('class="banner"')[1].split("</p>")[0], address
        left |= {
            to for to in re.findall(r'href="(/for/[^"?#]*)["?#]', page.text) if to not in {*seen, f"{root}plan/day"}
        }
    for room in (
        "diary/",
        "therapy/",
        "medication/",
        "procedures/",
        "trends/",
        "therapy/history",
        "medication/history",
    ):
        assert root + room in seen, room
