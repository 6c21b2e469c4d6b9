"""Thoughts of being better off dead: who is called at once, and who at the clinic is told."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from companion.audit.model import Event
from companion.identity.model import Account, Clinic, Patient
from companion.measures.definition import newest
from companion.measures.model import Plan, Signal
from companion.measures.switch import Unread, switch_on
from companion.sharing.model import PARTS, Grant
from companion.store import db
from tests.cast import NOW
from tests.measures.given import put_on, read_there, sent

CALL = "You do not have to carry this alone."
NO, YES = (*[0] * 8, 0), (*[0] * 8, 1)


@pytest.fixture
def plan(cast):
    """Ana is asked the nine questions."""
    read_there(cast)
    return put_on(cast, "phq9")


def test_it_stays_off_until_somebody_reads_it(app, visit, cast):
    with pytest.raises(Unread):
        put_on(cast, "phq9")
    db.rollback()
    page = visit("ben").post(f"/clinic/patients/{cast.ana_patient}/questions", {"instrument": "phq9"})
    assert page.status_code == 422 and "Please write down first who reads these answers" in page.text
    assert not db.query(Plan).all()
    visit("abe").post("/clinic/reading", {"reader": "Nurse Ines", "hours": "Monday to Friday, 9 to 17"})
    answer = visit("ben").post(f"/clinic/patients/{cast.ana_patient}/questions", {"instrument": "phq9"})
    assert answer.status_code == 303 and db.query(Plan).one().instrument == "phq9"


def test_nobody_switches_it_on_for_themselves(sqlite_app, visit, cast):
    read_there(cast)
    ana = db.get_one(Account, cast.ana)
    with pytest.raises(Unread):
        switch_on(db.get_one(Patient, cast.ana_patient), ana, None, newest()["phq9"], 28, NOW)


def test_the_page_says_before_who_reads_it_and_holds_whom_to_call(sqlite_app, visit, cast, plan):
    page = visit("ana").get(f"/measures/{plan}/new").text
    assert (
        "Nobody watches these answers live." in page
        and "Nurse Ines at your clinic reads them: Monday to Friday, 9 to 17." in page
    )
    dialog = page[page.index('<dialog class="alarm"') : page.index("</dialog>")]
    for words in (
        CALL,
        'href="tel:988"',
        'href="sms:988"',
        'href="tel:911"',
        "Call Northmoor Pain Clinic",
        'href="tel:555-0100"',
    ):
        assert words in dialog
    assert page.count("data-alarm") == 3  # any answer above "not at all", and none of another question


def test_any_answer_above_not_at_all_leads_to_whom_to_call(app, visit, cast, plan):
    ana = visit("ana")
    told = ana.get(ana.post(f"/measures/{plan}/answers", sent(*YES)).location).text
    assert told.index(CALL) < told.index("Your answers add up to 1 of 27.")
    assert 'href="tel:988"' in told
    assert CALL not in ana.get(ana.post(f"/measures/{plan}/answers", sent(*NO)).location).text


def test_an_open_question_does_not_hide_it(sqlite_app, visit, cast, plan):
    ana = visit("ana")
    assert CALL in ana.get(ana.post(f"/measures/{plan}/answers", sent(*[""] * 8, 2)).location).text
    assert db.query(Signal).count() == 1


def test_the_clinic_is_told_until_somebody_has_seen_it(app, visit, cast, plan):
    ana, ben = visit("ana"), visit("ben")
    form = sent(*YES)
    for _ in range(2):
        ana.post(f"/measures/{plan}/answers", form)
    assert "Please look now" in ben.get("/clinic/").text
    review = ben.get(f"/clinic/patients/{cast.ana_patient}").text
    assert "Please look now: thoughts of being better off dead" in review
    signal = db.query(Signal).one()
    assert (signal.clinic_id, signal.seen_at) == (cast.northmoor, None)
    for _ in range(2):
        assert ben.post(f"/clinic/patients/{cast.ana_patient}/signals/{signal.id}/seen").status_code == 303
    db.expire_all()
    assert (db.query(Signal).one().seen_by, db.query(Signal).one().seen_at) == (cast.ben, NOW)
    assert [(row.actor, row.whose) for row in db.query(Event).filter_by(act="signal_seen")] == [
        (cast.ben, cast.ana_patient)
    ]
    assert "Please look now" not in ben.get("/clinic/").text + ben.get(f"/clinic/patients/{cast.ana_patient}").text


def test_other_clinics_and_parts_hear_nothing(sqlite_app, visit, cast, plan):
    southfell = Grant(patient_id=cast.ana_patient, clinic_id=cast.southfell, parts=["pain"], granted_at=NOW)
    db.add(southfell)
    db.commit()
    visit("ana").post(f"/measures/{plan}/answers", sent(*YES))
    assert [row.clinic_id for row in db.query(Signal)] == [cast.northmoor]
    carl = visit("carl")
    assert "Please look now" not in carl.get("/clinic/").text + carl.get(f"/clinic/patients/{cast.ana_patient}").text
    assert carl.post(f"/clinic/patients/{cast.ana_patient}/signals/{db.query(Signal).one().id}/seen").status_code == 404


def test_it_is_off_when_the_clinic_that_reads_it_is_not_let_in(sqlite_app, visit, cast, plan):
    db.execute(update(Grant).where(Grant.clinic_id == cast.northmoor).values(parts=["pain"]))
    db.commit()
    ana = visit("ana")
    assert ana.get(f"/measures/{plan}/new").status_code == 404 and "PHQ" not in ana.get("/plan/").text
    # what lay in the outbox is kept, and leads to whom to call
    assert CALL in ana.get(ana.post(f"/measures/{plan}/answers", sent(*YES)).location).text


def test_it_is_between_the_patient_and_the_clinic(sqlite_app, visit, cast, plan):
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(parts=list(PARTS)))
    db.commit()
    place = visit("ana").post(f"/measures/{plan}/answers", sent(*YES)).location.split("?")[0]
    rosa, under = visit("rosa"), f"/for/{cast.ana_patient}"
    for page in (place, f"/measures/{plan}", f"/measures/{plan}/new"):
        assert rosa.get(under + page).status_code == 404
    assert rosa.post(f"{under}/measures/{plan}/answers", sent(*YES)).status_code == 404
    assert "PHQ" not in rosa.get(f"{under}/plan/").text + rosa.get(f"{under}/measures/").text


def test_elsewhere_the_number_is_another(sqlite_app, visit, cast, plan, monkeypatch):
    settings = sqlite_app.config["SETTINGS"]
    monkeypatch.setitem(
        sqlite_app.config, "SETTINGS", settings.__class__(**{**settings.__dict__, "emergency_number": "112"})
    )
    page = visit("ana").get(f"/measures/{plan}/new").text
    assert 'href="tel:112"' in page and "988" not in page


def test_an_old_one_says_when_it_was(sqlite_app, visit, cast, plan, set_clock):
    visit("ana").post(f"/measures/{plan}/answers", sent(*YES))
    set_clock(NOW + timedelta(hours=5))
    assert "Answered 5 h ago" in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text


def test_what_the_reader_is_called_must_be_said(sqlite_app, visit, cast):
    page = visit("abe").post("/clinic/reading", {"reader": "", "hours": "always"})
    assert page.status_code == 422 and "Please fill this in." in page.text and 'value="always"' in page.text
    assert db.get_one(Clinic, cast.northmoor).name in page.text
