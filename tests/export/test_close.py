"""A clinic closes the record of a person who has died: read on, write nothing, nobody signs in; and takes it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from companion.export.model import UNDONE_WITHIN, Closing
from companion.identity.model import Membership, Patient, SignIn
from companion.reminders import deliver as delivering
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW, PASSWORD
from tests.house.test_gates import things

FORM = {"died_on": "2026-03-09", "reason": "Told by the family."}


@pytest.fixture
def path(cast):
    return f"/export/closing/{cast.ana_patient}"


def patient(cast):
    db.remove()
    return db.get(Patient, cast.ana_patient)


def test_it_is_closed_with_day_and_reason(app, visit, cast, path):
    ben = visit("ben")
    assert "Has Ana died?" in ben.get(path).text
    assert ben.post(path, FORM).location == path
    assert ben.post(path, FORM).location == path
    row = db.scalars(select(Closing)).one()
    assert (row.died_on, row.reason, row.closed_by) == (date(2026, 3, 9), "Told by the family.", cast.ben)
    assert patient(cast).closed_at == NOW
    page = ben.get(path).text
    assert "The record of Ana is closed" in page
    assert "Told by the family." in page


def test_what_does_not_fit_is_told_at_its_field(app, visit, cast, path):
    for form in ({**FORM, "died_on": ""}, {**FORM, "died_on": "2026-03-11"}, {**FORM, "reason": " "}):
        answer = visit("ben").post(path, form)
        assert answer.status_code == 422
        assert "field__error" in answer.text
    assert patient(cast).closed_at is None


def test_the_clinic_and_the_caregiver_read_on_and_write_no_more(app, visit, cast, path):
    values = things(cast)
    ben, rosa = visit("ben"), visit("rosa")
    ben.post(path, FORM)
    review = ben.get(f"/clinic/patients/{cast.ana_patient}")
    assert "This record is closed" in review.text
    assert "Write a procedure down" not in review.text
    for target in ("procedures", f"procedures/{values['procedure_id']}/removal", "programmes"):
        assert ben.post(f"/clinic/patients/{cast.ana_patient}/{target}", {}).status_code in {404, 405}
    assert rosa.get(f"/for/{cast.ana_patient}/diary/").status_code == 200
    assert rosa.post(f"/for/{cast.ana_patient}/diary/entries", {"pain": "3"}).status_code == 404
    assert rosa.get(f"/for/{cast.ana_patient}/diary/log").status_code == 404


def test_nobody_signs_in_to_it(app, visit, cast, path):
    ana = visit("ana")
    visit("ben").post(path, FORM)
    assert not db.scalars(select(SignIn).where(SignIn.account_id == cast.ana)).all()
    assert ana.get("/plan/").status_code == 303
    stranger = visit(None)
    token = stranger.get("/signin/").text.partition('name="form_token" value="')[2].partition('"')[0]
    answer = stranger.post("/signin/", {"form_token": token, "email": "ana@example.org", "password": PASSWORD})
    assert answer.location == "/export/closed"
    assert "This account is closed" in stranger.get(answer.location).text
    assert not db.scalars(select(SignIn).where(SignIn.account_id == cast.ana)).all()


def test_nothing_rings(app, visit, cast, path):
    things(cast)
    visit("ben").post(path, FORM)
    settings = replace(app.config["SETTINGS"], push_hosts=("push.example",))
    db.remove()
    phones = delivering._phones([cast.ana], settings)[cast.ana]
    assert delivering._ring(db.query(delivering.Delivery).one(), phones, NOW, settings).why == "stopped"


def test_it_can_be_taken_back_for_a_while(app, visit, cast, path, set_clock):
    ben = visit("ben")
    ben.post(path, FORM)
    late = NOW + UNDONE_WITHIN
    set_clock(late)
    db.execute(update(SignIn).values(seen_at=late, proved_at=late))
    db.commit()
    answer = ben.post(f"{path}/end")
    assert answer.status_code == 409
    assert "cannot take this back any more" in answer.text
    set_clock(late - timedelta(seconds=1))
    assert ben.post(f"{path}/end").status_code == 303
    assert ben.post(f"{path}/end").status_code == 303
    assert patient(cast).closed_at is None
    row = db.scalars(select(Closing)).one()
    assert (row.undone_by, row.undone_at) == (cast.ben, late - timedelta(seconds=1))
    assert "This record is closed" not in ben.get(f"/clinic/patients/{cast.ana_patient}").text


def test_another_clinic_cannot_take_it_back(app, visit, cast, path):
    db.add(Grant(patient_id=cast.ana_patient, clinic_id=cast.southfell, parts=["pain"], granted_at=NOW))
    db.commit()
    visit("ben").post(path, FORM)
    carl = visit("carl")
    assert "Told by the family." in carl.get(path).text
    assert "Open it again" not in carl.get(path).text
    assert carl.post(f"{path}/end").status_code == 409
    assert patient(cast).closed_at == NOW


def test_a_clinic_reads_until_it_stops(app, visit, cast, path):
    ben = visit("ben")
    assert ben.post(f"{path}/reading/end").location == path
    assert ben.get(f"/clinic/patients/{cast.ana_patient}").status_code == 200
    ben.post(path, FORM)
    assert ben.post(f"{path}/reading/end").location.startswith("/clinic/")
    assert ben.get(f"/clinic/patients/{cast.ana_patient}").status_code == 404


def test_only_a_clinician_who_was_let_in_and_proves_who_they_are(app, visit, cast, path):
    for name in ("ana", "rosa", "carl", "dora", "abe"):
        assert visit(name).post(path, FORM).status_code == 404
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()
    assert visit("ben").post(path, FORM).status_code == 401
    db.execute(update(Membership).where(Membership.account_id == cast.ben).values(role="admin"))
    db.execute(update(SignIn).values(proved_at=NOW))
    db.commit()
    assert visit("ben").post(path, FORM).status_code == 404
    assert patient(cast).closed_at is None
