"""A code for a patient who forgot the password."""

import re

from sqlalchemy import func, select

from companion.identity.model import Account, Patient, SignIn
from companion.sharing.model import Look
from companion.signin.model import Step
from companion.store import db
from tests.cast import NOW
from tests.signin.test_reset import NEW, finish
from tests.signin.test_sign_in import sign_in


def test_a_clinician_hands_a_code_over_and_the_patient_chooses_a_password(app, visit, cast):
    ben, path = visit("ben"), f"/clinic/patients/{cast.ana_patient}/code"
    assert f'action="{path}"' in ben.get(f"/clinic/patients/{cast.ana_patient}").text
    looks = db.scalars(select(func.count(Look.id))).one()
    code = re.search(r'class="center code">(\d{8})<', ben.post(path).text)[1]
    db.remove()
    assert db.scalars(select(func.count(Look.id))).one() == looks, "nothing of the record was read"
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
