"""Leaving: what is asked, what stops at once, how it is taken back, and what a phone hears that was away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from companion.export.erase import erase_due
from companion.export.sweep import tidy
from companion.identity.model import Account, SignIn
from companion.identity.signin import start
from companion.reminders import deliver as delivering
from companion.sharing.model import Grant, Invitation
from companion.store import db
from tests.cast import NOW
from tests.house.test_gates import things

WORD = {"word": "Erase"}


def account(id):
    db.remove()
    return db.get(Account, id)


def test_a_week_is_given(app, visit, cast):
    things(cast)
    db.add(SignIn(token_hash="x", account_id=cast.ana, created_at=NOW, seen_at=NOW, proved_at=NOW))
    db.commit()
    ana = visit("ana")
    page = ana.get("/export/erasure").text
    assert "What Northmoor Pain Clinic wrote in files of their own stays there." in page
    assert ana.post("/export/erasure", WORD).location == "/export/erasure"
    assert account(cast.ana).erases_at == NOW.replace(day=17, hour=12)
    assert len(db.scalars(select(SignIn).where(SignIn.account_id == cast.ana)).all()) == 1
    assert not db.scalars(select(Grant).where(Grant.patient_id == cast.ana_patient, Grant.stopped_at.is_(None))).all()
    assert db.scalars(select(Invitation).where(Invitation.patient_id == cast.ana_patient)).one().expires_at <= NOW
    for path in ("/plan/", "/identity/more", "/export/", "/diary/log"):
        assert "Your account will be erased on Tue, Mar 17." in ana.get(path).text
        assert "Keep it instead" in ana.get(path).text
    assert visit("ben").get(f"/clinic/patients/{cast.ana_patient}").status_code == 404


def test_asking_again_does_not_put_it_off(app, visit, cast, set_clock):
    ana = visit("ana")
    ana.post("/export/erasure", WORD)
    first = account(cast.ana).erases_at
    set_clock(NOW + timedelta(days=2))
    db.execute(update(SignIn).values(proved_at=NOW + timedelta(days=2)))
    db.commit()
    ana.post("/export/erasure", WORD)
    assert account(cast.ana).erases_at == first


def test_it_can_be_taken_back(app, visit, cast):
    ana = visit("ana")
    ana.post("/export/erasure", WORD)
    assert "Your account stays." in ana.get(ana.post("/export/erasure/end").location).text
    assert account(cast.ana).erases_at is None
    tidy(NOW + timedelta(days=30))
    assert account(cast.ana).name == "Ana"
    assert "Keep it instead" not in ana.get("/plan/").text


def test_it_asks_for_the_word_and_who_you_are(app, visit, cast):
    ana = visit("ana")
    for word in ("", "remove"):
        answer = ana.post("/export/erasure", {"word": word})
        assert answer.status_code == 422
        assert f'value="{word}"' in answer.text
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()
    assert ana.post("/export/erasure", WORD).status_code == 401
    assert account(cast.ana).erases_at is None


def test_whoever_works_at_a_clinic_is_let_go_there_first(app, visit, cast):
    answer = visit("ben").post("/export/erasure", WORD)
    assert answer.status_code == 409
    assert "You work at a clinic here." in answer.text
    assert account(cast.ben).erases_at is None


def test_whoever_keeps_a_diary_for_somebody_hands_it_over_first(app, visit, cast):
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(keeps=True))
    db.commit()
    answer = visit("rosa").post("/export/erasure", WORD)
    assert answer.status_code == 409
    assert "Please hand it over first." in answer.text


def test_nothing_rings_meanwhile(app, visit, cast):
    things(cast)
    delivery = db.query(delivering.Delivery).one()
    settings = replace(app.config["SETTINGS"], push_hosts=("push.example",))
    phones = delivering._phones([cast.ana], settings)[cast.ana]
    assert phones
    assert delivering._ring(delivery, phones, NOW, settings).why == ""
    delivery.patient.account.erases_at = NOW
    assert delivering._ring(delivery, phones, NOW, settings).why == "stopped"


def gone(visit, cast):
    """Ana's browser, after her account was erased."""
    ana = visit("ana")
    ana.client.set_cookie("whose", str(cast.ana))
    db.get(Account, cast.ana).erases_at = NOW
    db.commit()
    assert erase_due(NOW) == 1
    db.remove()
    return ana


def test_a_phone_that_was_away_hears_it(app, visit, cast):
    ana = gone(visit, cast)
    for path in ("/", "/plan/", "/diary/log"):
        assert ana.get(path).location == "/export/gone"
    assert ana.post("/diary/entries", {"pain": "3"}, headers={"X-Outbox": str(cast.ana)}).status_code == 410
    assert ana.get("/plan/", headers={"HX-Request": "true"}).status_code == 410
    page = ana.get("/export/gone")
    assert "This account was erased" in page.text
    assert f'data-behaviour="forget" data-gone="{cast.ana}"' in page.text
    # once
    assert ana.get("/").location.startswith("/signin/")


def test_a_phone_whose_sign_in_only_ended_hears_nothing_of_it(app, visit, cast):
    stranger = visit(None)
    assert stranger.post("/diary/entries", {"pain": "3"}, headers={"X-Outbox": str(cast.ana)}).status_code == 401
    for id in ("0", "x", "999999", "9" * 40, "-1", "١"):
        assert (
            stranger.post(
                "/diary/entries", {"pain": "3"}, headers={"X-Outbox": id.encode().decode("latin-1")}
            ).status_code
            == 401
        )


def test_nobody_signs_in_to_what_is_left(app, visit, cast):
    gone(visit, cast)
    assert account(cast.ana).password_hash is None
    assert not db.scalars(select(SignIn).where(SignIn.account_id == cast.ana)).all()


def test_a_newcomer_never_gets_the_number(app, visit, cast):
    gone(visit, cast)
    new = Account(email="new@example.org", name="New", created_at=NOW)
    db.add(new)
    db.flush()
    assert new.id not in {cast.ana}
    assert start(new, "Test", NOW)
