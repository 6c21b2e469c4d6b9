"""A code for a patient who forgot the password."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from companion.audit.model import Event
from companion.identity.model import Account, Patient, SignIn
from companion.sharing.model import CODE, Look
from companion.signin.model import Step
from companion.store import db
from tests.cast import NOW
from tests.signin import test_reset
from tests.signin.test_reset import NEW, finish
from tests.signin.test_sign_in import sign_in

letters = test_reset.letters


def test_a_clinician_hands_a_code_over_and_the_patient_chooses_a_password(app, visit, cast):
    ben, path = visit("ben"), f"/clinic/patients/{cast.ana_patient}/code"
    assert f'action="{path}"' in ben.get(f"/clinic/patients/{cast.ana_patient}").text
    looks = db.scalars(select(func.count(Look.id))).one()
    code = re.search(r'class="center code">(\d{8})<', ben.post(path).text)[1]
    db.remove()
    assert db.scalars(select(func.count(Look.id)).where(Look.part != CODE)).one() == looks, "nothing was read"
    assert finish(visit(None), code).status_code == 303
    assert visit("ana").get("/identity/more").status_code == 303
    assert sign_in(visit(None), password=NEW).status_code == 303


def test_nobody_else_may(app, visit, cast):
    path = f"/clinic/patients/{cast.ana_patient}/code"
    for name in ("carl", "abe", "rosa", "ana"):
        assert visit(name).post(path).status_code == 404
    assert visit("ben").post(f"/clinic/patients/{cast.dora_patient}/code").status_code == 404
    assert visit(None).post(path).status_code == 401
    assert db.query(Step).where(Step.made_by.is_not(None)).count() == 0


def test_who_it_is_was_proved_a_moment_ago(app, visit, cast):
    db.query(SignIn).update({"proved_at": NOW.replace(year=2025)})
    db.commit()
    answer = visit("ben").post(f"/clinic/patients/{cast.ana_patient}/code")
    assert answer.status_code == 401 and "Is it you?" in answer.text


def test_a_record_that_nobody_signs_in_to_has_none(app, visit, cast):
    db.query(Patient).where(Patient.id == cast.ana_patient).update({"account_id": None})
    db.commit()
    ben = visit("ben")
    assert "/code" not in ben.get(f"/clinic/patients/{cast.ana_patient}").text
    assert ben.post(f"/clinic/patients/{cast.ana_patient}/code").status_code == 404
    assert db.query(Account).count() == 6


def test_the_patient_is_told_on_their_pages(app, visit, cast, set_clock):
    ana = visit("ana")
    before = ana.get("/sharing/").text
    visit("ben").post(f"/clinic/patients/{cast.ana_patient}/code")
    page = ana.get("/sharing/").text
    assert "Ben of Northmoor Pain Clinic made one for you on March 10, 2026 at 10:00" in page.replace("\u202f", " ")
    assert "made one for you" not in before
    assert page.count("Not opened yet") == before.count("Not opened yet"), "nothing was opened by it"
    assert "a code for a new password was made" in ana.get("/sharing/looks").text
    (event,) = db.scalars(select(Event).where(Event.act == "code_given"))
    assert (event.chain, event.actor, event.whose) == (cast.northmoor, cast.ben, cast.ana_patient)
    set_clock(NOW + timedelta(days=31))
    db.query(SignIn).update({"seen_at": NOW + timedelta(days=31)})
    db.commit()
    assert "made one for you" not in ana.get("/sharing/").text


def test_the_patient_is_told_by_mail_if_it_reaches_them(app, visit, cast, letters):
    path = f"/clinic/patients/{cast.ana_patient}/code"
    visit("ben").post(path)
    (letter,) = letters
    assert letter.to == "ana@example.org" and not re.search(r"\d{8}", letter.text)
    assert not re.search(r"pain|diary|clinic|medic", f"{letter.subject} {letter.text}", re.I)
    db.query(Account).update({"confirmed_at": None})
    db.commit()
    visit("ben").post(path)
    assert len(letters) == 1
