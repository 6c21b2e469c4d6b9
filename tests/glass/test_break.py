"""In an emergency: a record without the patient's word, for a day, told to the patient and reviewed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from companion.identity.model import Account, Patient, SignIn
from companion.sharing import glass, queries
from companion.sharing.model import Glass, Grant, Look
from companion.store import db
from tests.cast import NOW

FORM = {"name": "Ana", "born_on": "1974-05-02", "reason": "Found unconscious at home."}
NOBODY = "Nobody with this name and date of birth shares, or shared, with your clinic."


@pytest.fixture
def stopped(cast):
    """Ana has stopped sharing with Ben's clinic; her day of birth is known."""
    db.execute(update(Patient).where(Patient.id == cast.ana_patient).values(born_on=date(1974, 5, 2)))
    db.execute(update(Grant).where(Grant.clinic_id == cast.northmoor).values(stopped_at=NOW))
    db.commit()
    db.remove()
    return f"/clinic/patients/{cast.ana_patient}"


def test_it_opens_the_record_for_a_day(app, visit, cast, stopped, set_clock):
    ben = visit("ben")
    assert ben.get(stopped).status_code == 404
    assert ben.post("/glass/", FORM).location == stopped
    page = ben.get(stopped).text
    assert "You opened this in an emergency" in page
    assert "Found unconscious at home." in page
    row = db.scalars(select(Glass)).one()
    assert (row.account_id, row.clinic_id, row.patient_id) == (cast.ben, cast.northmoor, cast.ana_patient)
    assert (row.opened_at, row.ends_at) == (NOW, NOW + timedelta(hours=24))
    assert stopped in ben.get("/glass/").text
    set_clock(NOW + timedelta(hours=24))
    assert ben.get(stopped).status_code == 404
    assert stopped not in ben.get("/glass/").text


def test_it_is_open_to_nobody_else(app, visit, cast, stopped):
    visit("ben").post("/glass/", FORM)
    for name in ("carl", "abe", "dora", "rosa"):
        assert visit(name).get(stopped).status_code == 404
    assert stopped not in visit("carl").get("/glass/").text
    for name in ("abe", "ana", "rosa"):
        assert visit(name).get("/glass/").status_code == 404
        assert visit(name).post("/glass/", FORM).status_code == 404


def test_it_shows_all_and_writes_nothing(app, visit, cast, stopped):
    db.execute(update(Grant).where(Grant.clinic_id == cast.northmoor).values(stopped_at=None, parts=["pain"]))
    db.commit()
    ben = visit("ben")
    assert ben.get(f"{stopped}/programmes").status_code == 404
    ben.post("/glass/", FORM)
    page = ben.get(f"{stopped}/programmes")
    assert page.status_code == 200
    assert "<form" not in page.text.split("<main")[1]
    assert "Write a procedure down" not in ben.get(stopped).text
    for path in ("programmes", "procedures"):
        assert ben.post(f"{stopped}/{path}", {}).status_code == 404


def test_the_patient_is_told(app, visit, cast, stopped, set_clock):
    visit("ben").post("/glass/", FORM)
    visit("ben").get(stopped)
    ana = visit("ana")
    today = ana.get("/plan/").text
    assert "Your diary was opened in an emergency" in today
    assert "Ben of Northmoor Pain Clinic opened all of it at 10:00 on Tue, Mar 10, for 24 hours." in today
    sharing = ana.get("/sharing/").text
    assert "Ben of Northmoor Pain Clinic opened the whole diary on March 10, 2026 at 10:00" in sharing
    assert "Found unconscious at home." in sharing
    assert "In an emergency. The reason: Found unconscious at home." in ana.get("/sharing/looks").text
    row = db.scalars(select(Glass)).one()
    assert {look.glass_id for look in db.scalars(select(Look))} == {row.id}
    # it is the patient's to know, not for those who help
    assert "emergency</h2>" not in visit("rosa").get(f"/for/{cast.ana_patient}/plan/").text
    set_clock(NOW + timedelta(days=8))
    assert "Your diary was opened in an emergency" not in ana.get("/plan/").text
    assert "Found unconscious at home." in ana.get("/sharing/").text


@pytest.mark.parametrize("form", [{"name": "Ana M"}, {"born_on": "1974-05-03"}, {"name": "Dora"}])
def test_it_finds_by_the_exact_name_and_day_only(app, visit, stopped, form):
    answer = visit("ben").post("/glass/", {**FORM, **form})
    assert answer.status_code == 422
    assert NOBODY in answer.text
    assert "Found unconscious at home." in answer.text
    assert db.scalars(select(Glass)).all() == []


def test_it_keeps_clinics_apart(app, visit, stopped):
    answer = visit("carl").post("/glass/", FORM)
    assert answer.status_code == 422
    assert NOBODY in answer.text


def test_it_does_not_choose_between_two(app, visit, cast, stopped):
    twin = Patient(name="ÁNA", born_on=date(1974, 5, 2), zone="UTC")
    db.add(twin)
    db.flush()
    db.add(Grant(patient_id=twin.id, clinic_id=cast.northmoor, parts=["pain"], granted_at=NOW))
    db.commit()
    assert NOBODY in visit("ben").post("/glass/", FORM).text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reason", "Urgent", "Please say a little more."),
        ("reason", " ", "Please fill this in."),
        ("name", "", "Please fill this in."),
        ("born_on", "", "Please fill this in."),
    ],
)
def test_it_asks_for_a_reason(sqlite_app, visit, stopped, field, value, sentence):
    answer = visit("ben").post("/glass/", {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_it_allows_few_tries(sqlite_app, visit, stopped):
    ben = visit("ben")
    answers = [ben.post("/glass/", {**FORM, "name": f"A{n}"}).status_code for n in range(6)]
    assert answers == [422] * 6
    assert ben.post("/glass/", FORM).status_code == 429
    assert db.scalars(select(Glass)).all() == []


def test_it_asks_again_who_it_is(app, visit, stopped):
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()
    assert visit("ben").post("/glass/", FORM).status_code == 401
    assert db.scalars(select(Glass)).all() == []


def test_a_second_tap_opens_it_once(app, visit, stopped):
    ben = visit("ben")
    assert {ben.post("/glass/", FORM).location for _ in range(2)} == {stopped}
    assert len(db.scalars(select(Glass)).all()) == 1


def test_an_administrator_reviews_it(app, visit, cast, stopped):
    visit("ben").post("/glass/", FORM)
    (row,) = queries.glasses(cast.northmoor)
    assert (row.account.name, row.patient.name, row.reviewed_at) == ("Ben", "Ana", None)
    assert queries.glasses(cast.southfell) == []
    for account, at in ((cast.abe, NOW + timedelta(hours=1)), (cast.ben, NOW + timedelta(hours=2))):
        glass.review(row, db.get_one(Account, account), at)
    assert (row.reviewed_by, row.reviewed_at) == (cast.abe, NOW + timedelta(hours=1))
    db.rollback()


def test_nobody_looks_into_the_record_of_who_is_leaving(app, visit, cast, stopped):
    ben = visit("ben")
    ben.post("/glass/", FORM)
    assert ben.get(stopped).status_code == 200
    db.execute(update(Account).where(Account.id == cast.ana).values(erases_at=NOW + timedelta(days=7)))
    db.commit()
    assert ben.get(stopped).status_code == 404 and stopped not in ben.get("/glass/").text
    db.execute(update(Glass).values(ends_at=NOW))
    db.commit()
    assert NOBODY in ben.post("/glass/", FORM).text
    assert db.query(Glass).count() == 1
