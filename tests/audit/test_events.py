"""What is written down, by whom it was done, and in whose chain: told by what people do on the pages."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from companion.audit import check
from companion.audit.model import Event
from companion.identity.model import Account
from companion.settings import Settings
from companion.sharing import accept, invite
from companion.sharing.glass import break_it, review
from companion.sharing.model import Grant, Invitation
from companion.sharing.stop import stop
from companion.store import db
from tests.cast import NOW, PASSWORD


def told(*acts):
    """Clinic or 0, act, actor and whose of each event, or of those acts, in the order of the chains."""
    db.remove()
    rows = db.query(Event.chain, Event.act, Event.actor, Event.whose).order_by(Event.chain, Event.seq)
    found = [(max(row.chain, 0), *row[1:]) for row in (rows.filter(Event.act.in_(acts)) if acts else rows)]
    assert not [proof for proof in check.prove_all(Path("no heads")) if proof.broken]
    db.remove()
    return found


def entry(**values):
    return {"uuid": str(uuid4()), "pain": "4", "at": "", "note": "", **values}


def test_a_check_in_is_its_authors(app, cast, visit):
    visit("ana").post("/diary/entries", entry())
    visit("rosa").post(f"/for/{cast.ana_patient}/diary/entries", entry())
    ana = cast.ana_patient
    assert told("diary_written") == [(0, "diary_written", cast.ana, ana), (0, "diary_written", cast.rosa, ana)]


def test_what_fails_is_not_written_down(sqlite_app, cast, visit):
    assert visit("ana").post("/diary/entries", entry(pain="11")).status_code == 422
    sent = entry()
    for _ in range(2):
        visit("ana").post("/diary/entries", sent)
    assert len(told("diary_written")) == 1


def test_what_a_clinic_plans_stands_in_its_chain(app, cast, visit):
    sent = {"uuid": str(uuid4()), "kind": "pt", "title": "Back", "walls": ["09:00"], "weekdays": ["1"]}
    assert visit("ben").post(f"/clinic/patients/{cast.ana_patient}/programmes", sent).status_code == 303
    assert told("therapy_written") == [(cast.northmoor, "therapy_written", cast.ben, cast.ana_patient)]


def test_looks_are_written_with_the_event(app, cast, visit):
    for _ in range(2):
        visit("ben").get(f"/clinic/patients/{cast.ana_patient}")
    visit("rosa").get(f"/for/{cast.ana_patient}/plan/")
    visit("ana").get("/plan/")
    looks = told("looked")
    ana = cast.ana_patient
    assert looks == [(0, "looked", cast.rosa, ana), (cast.northmoor, "looked", cast.ben, ana)]
    (row,) = db.query(Event).filter(Event.chain == cast.northmoor)
    assert row.thing.split() == sorted(row.thing.split()) and "pain" in row.thing


def test_the_list_is_a_look_at_each_patient(app, cast, visit):
    visit("ben").get("/clinic/")
    assert told("looked") == [(cast.northmoor, "looked", cast.ben, cast.ana_patient)]


@pytest.mark.parametrize(
    ("name", "address", "chain"),
    [
        ("carl", "/clinic/patients/{ana}", "southfell"),
        ("ben", "/clinic/patients/{dora}", "northmoor"),
        ("dora", "/for/{ana}/plan/", None),
        ("rosa", "/for/{ana}/procedures/", None),
        ("rosa", "/clinic/patients/{ana}", None),
        ("abe", "/clinic/patients/{ana}", None),
    ],
)
def test_a_denial_is_written_at_once_and_once_a_minute(app, cast, visit, set_clock, name, address, chain):
    whose = cast.dora_patient if "{dora}" in address else cast.ana_patient
    address = address.format(ana=cast.ana_patient, dora=cast.dora_patient)
    for _ in range(3):
        assert visit(name).get(address).status_code == 404
    expected = (getattr(cast, chain) if chain else 0, "denied", getattr(cast, name), whose)
    assert told("denied") == [expected]
    set_clock(NOW + timedelta(minutes=2))
    visit(name).post(address)
    visit(name).get(address)
    assert told("denied") == [expected] * 2


def test_nobody_floods_the_log_with_denials(sqlite_app, cast, visit):
    dora = visit("dora")
    for number in range(1000, 1080):
        assert dora.get(f"/for/{number}/plan/").status_code == 404
    assert len(told("denied")) == 60


def test_a_stranger_and_an_own_record_are_no_denial(sqlite_app, cast, visit):
    visit(None).get(f"/for/{cast.ana_patient}/plan/")
    visit("ana").get("/plan/")
    visit("ben").get("/plan/")
    assert told() == []


def sign_in(browser, email="ben@example.org", password=PASSWORD):
    browser.get("/signin/")
    token = browser.client.get_cookie("form").value
    return browser.post("/signin/", {"email": email, "password": password, "form_token": token})


def test_signing_in_and_out_is_written_where_one_works(app, cast, visit):
    for email in ("ben@example.org", "ana@example.org"):
        browser = visit(None)
        assert sign_in(browser, email).status_code == 303
        browser.post("/signin/out")
    assert told() == [
        (0, "sign_in", cast.ana, None),
        (0, "signed_out", cast.ana, None),
        (cast.northmoor, "sign_in", cast.ben, None),
        (cast.northmoor, "signed_out", cast.ben, None),
    ]


def test_a_wrong_password_is_written_for_a_known_and_an_unknown_account(app, cast, visit):
    for email in ("ben@example.org", "ana@example.org", "nobody@example.org"):
        assert sign_in(visit(None), email, "not the password").status_code == 422
    assert told() == [
        (0, "sign_in_refused", cast.ana, None),
        (0, "sign_in_refused", None, None),
        (cast.northmoor, "sign_in_refused", cast.ben, None),
    ]
    assert {outcome for (outcome,) in db.query(Event.outcome)} == {"refused"}


def test_a_new_password_is_written(app, cast, visit):
    sent = {"password": PASSWORD, "new_password": "heron over the lower marsh"}
    assert visit("ben").post("/signin/password", sent).status_code == 303
    assert told("password_changed") == [(cast.northmoor, "password_changed", cast.ben, None)]


def test_what_a_patient_opens_and_closes_stands_with_the_clinic(app, cast):
    clinic = db.query(Grant).filter(Grant.clinic_id == cast.northmoor).one()
    caregiver = db.query(Grant).filter(Grant.account_id == cast.rosa).one()
    ana = db.get(Account, cast.ana)
    for _ in range(2):
        stop(clinic, ana, NOW)
        stop(caregiver, ana, NOW)
    db.commit()
    whose = cast.ana_patient
    assert told() == [(0, "grant_stopped", cast.ana, whose), (cast.northmoor, "grant_stopped", cast.ana, whose)]


def test_an_invitation_is_told_from_end_to_end(app, cast, visit):
    ben, dora = db.get(Account, cast.ben), db.get(Account, cast.dora)
    clinic = ben.memberships[0].clinic
    row, code = invite.invite_patient(clinic, ben, "Dora", NOW)
    invite.invite_patient(clinic, ben, "Dora", NOW, told=code)
    accept.share(row, dora, dora.patient, accept.terms_of(row), NOW)
    other, _code = invite.invite_patient(clinic, ben, "Maren", NOW)
    for _ in range(2):
        invite.withdraw(other, NOW)
    db.commit()
    assert told() == [
        (cast.northmoor, "invitation_made", cast.ben, None),
        (cast.northmoor, "invitation_accepted", cast.dora, None),
        (cast.northmoor, "grant_made", cast.dora, cast.dora_patient),
        (cast.northmoor, "invitation_made", cast.ben, None),
        (cast.northmoor, "invitation_withdrawn", None, None),
    ]


def test_a_colleague_who_joins_is_told_with_who_let_them_in(app, cast):
    abe, dora = db.get(Account, cast.abe), db.get(Account, cast.dora)
    row, _code = invite.invite_staff(abe.memberships[0].clinic, abe, "Dora", "clinician", NOW)
    accept.join(row, dora, NOW)
    db.commit()
    assert told("staff_joined") == [(cast.northmoor, "staff_joined", cast.abe, None)]
    assert db.query(Event).filter(Event.act == "staff_joined").one().thing == f"account {cast.dora}"


def test_an_emergency_is_written_once_each(app, cast):
    ben, abe, dora = db.get(Account, cast.ben), db.get(Account, cast.abe), db.get(Account, cast.dora)
    for _ in range(2):
        glass = break_it(ben.memberships[0], dora.patient, "Found unwell.", NOW)
        review(glass, abe, NOW)
    db.commit()
    whose = cast.dora_patient
    assert told() == [
        (cast.northmoor, "glass_broken", cast.ben, whose),
        (cast.northmoor, "glass_reviewed", cast.abe, whose),
    ]
    assert "unwell" not in str([vars(row) for row in db.query(Event)])


def test_who_withdraws_is_whoever_is_signed_in(sqlite_app, cast, visit):
    visit("ben").post("/clinic/invitations", {"uuid": str(uuid4()), "note": "Maren"})
    row = db.query(Invitation).one().id
    db.remove()
    visit("abe").post(f"/clinic/invitations/{row}/withdrawal")
    assert told("invitation_withdrawn") == [(cast.northmoor, "invitation_withdrawn", cast.abe, None)]


def test_the_place_is_coarse_and_only_kept_where_asked_for(sqlite_app, cast, visit, tmp_path):
    visit("ana").post("/diary/entries", entry(), environ_base={"REMOTE_ADDR": "203.0.113.77"})
    kept: Settings = sqlite_app.config["SETTINGS"]
    sqlite_app.config["SETTINGS"] = Settings(**{**vars(kept), "places": True})
    visit("ana").post("/diary/entries", entry(), environ_base={"REMOTE_ADDR": "203.0.113.77"})
    sqlite_app.config["SETTINGS"] = kept
    places = [place for (place,) in db.query(Event.place).order_by(Event.chain, Event.seq)]
    assert places == ["", "203.0.113.0/24"]
