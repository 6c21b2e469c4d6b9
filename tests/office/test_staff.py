"""Colleagues: who works here, as what, and codes for more of them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from companion.audit import check
from companion.audit.model import Event
from companion.office import seats as verbs
from companion.sharing.code import hashed
from companion.sharing.model import Invitation
from companion.store import db
from tests.cast import NOW


def events(*columns):
    db.remove()
    rows = db.query(*columns).filter(Event.act.startswith("staff")).order_by(Event.chain, Event.seq)
    return [tuple(row) for row in rows]


def form(name="Fay", role="clinician", **values):
    return {"uuid": str(uuid4()), "name": name, "role": role, **values}


def codes():
    db.remove()
    return db.query(Invitation).order_by(Invitation.id).all()


def told(page):
    return re.search(r'class="center code">([^<]+)<', page)[1]


def test_it_lists_who_works_here_and_nobody_else(app, cast, visit, eve):
    page = visit("abe").get("/office/staff").text
    assert all(name in page for name in ("Ben", "Abe", "Clinician", "Administrator", "Last here"))
    assert not any(name in page for name in ("Carl", "Eve", "Ana", "Dora", "Rosa"))
    assert "Carl" in visit("eve").get("/office/staff").text


def test_it_says_since_when_they_are_here(sqlite_app, cast, visit):
    taken = {"kind": "staff", "clinic_id": cast.northmoor, "parts": [], "role": "clinician", "made_by": cast.abe}
    taken |= {"code_hash": "x", "made_at": NOW, "expires_at": NOW, "used_by": cast.ben}
    db.add(Invitation(**taken, used_at=NOW - timedelta(days=40)))
    db.commit()
    page = visit("abe").get("/office/staff").text
    assert page.count("Here since January 29, 2026.") == 1


def test_a_colleague_becomes_an_administrator_and_it_is_written_down(app, cast, visit, seats):
    abe = visit("abe")
    for _ in range(2):
        answer = abe.post(f"/office/staff/{seats()['ben'].id}/role", {"role": "admin"})
        assert answer.location == "/office/staff?said=saved"
    assert seats()["ben"].role == "admin"
    assert events(Event.chain, Event.act, Event.actor, Event.thing) == [
        (cast.northmoor, "staff_changed", cast.abe, f"account {cast.ben}")
    ]
    assert visit("ben").get("/office/").status_code == 200
    assert visit("ben").get(f"/clinic/patients/{cast.ana_patient}").status_code == 404


def test_whoever_is_let_go_opens_nothing_from_the_next_request_on(app, cast, visit, seats):
    assert visit("ben").get("/clinic/").status_code == 200
    assert visit("abe").post(f"/office/staff/{seats()['ben'].id}/end").location == "/office/staff?said=stopped"
    assert visit("ben").get("/clinic/").status_code == 404
    assert "ben" not in seats()
    assert events(Event.chain, Event.act, Event.thing) == [(cast.northmoor, "staff_left", f"account {cast.ben}")]
    assert visit("abe").post("/office/staff/1/end").status_code == 404


@pytest.mark.parametrize(("what", "sent"), [("end", {}), ("role", {"role": "clinician"})])
def test_the_last_administrator_stays(app, cast, visit, seats, what, sent):
    answer = visit("abe").post(f"/office/staff/{seats()['abe'].id}/{what}", sent)
    assert answer.status_code == 422
    assert "A clinic needs an administrator." in answer.text
    assert seats()["abe"].role == "admin"
    assert events(Event.act) == []
    visit("abe").post(f"/office/staff/{seats()['ben'].id}/role", {"role": "admin"})
    assert visit("abe").post(f"/office/staff/{seats()['abe'].id}/{what}", sent).location == "/"
    assert visit("abe").get("/office/").status_code == 404


def test_a_role_is_one_that_there_is(sqlite_app, cast, visit, seats):
    answer = visit("abe").post(f"/office/staff/{seats()['ben'].id}/role", {"role": "owner"})
    assert answer.status_code == 422
    assert "Please choose one of these." in answer.text
    assert seats()["ben"].role == "clinician"


def test_an_administrator_of_another_clinic_changes_nobody_here(app, cast, visit, eve, seats):
    for seat in ("ben", "abe"):
        for address, sent in (("role", {"role": "admin"}), ("end", {})):
            assert visit("eve").post(f"/office/staff/{seats()[seat].id}/{address}", sent).status_code == 404
    assert (seats()["ben"].role, seats()["abe"].role, events(Event.act)) == ("clinician", "admin", [])


def test_who_proved_long_ago_who_they_are_is_asked_again(sqlite_app, cast, visit, seats, set_clock):
    set_clock(NOW + timedelta(days=365 * 9))
    assert visit("abe").post(f"/office/staff/{seats()['ben'].id}/end").status_code == 401
    assert "ben" in seats()


def test_a_code_for_a_colleague_is_shown_once(app, cast, visit):
    abe, sent = visit("abe"), form("Fay", "admin")
    answer = abe.post("/office/staff/invitations", sent)
    (row,) = codes()
    assert answer.location == f"/office/staff/invitations/{row.id}"
    page = abe.get(answer.location).text
    assert "A code for Fay" in page and '<svg class="qr"' in page and f"/codes/#{told(page)}" in page
    assert (row.kind, row.role, row.clinic_id, row.made_by) == ("staff", "admin", cast.northmoor, cast.abe)
    assert row.code_hash == hashed(told(page))
    assert abe.post("/office/staff/invitations", sent).location == answer.location
    assert len(codes()) == 1
    for browser in (visit("abe"), visit("ben")):
        assert browser.get(answer.location).status_code in {303, 404}
    listed = abe.get("/office/staff").text
    assert "Fay" in listed and told(page) not in listed


def test_a_colleague_who_forgot_the_password_gets_a_code(app, cast, visit, eve, seats):
    page = visit("abe").post(f"/office/staff/{seats()['ben'].id}/code").text
    code = told(page)
    assert "A new password for Ben" in page and "/signin/reset/code" in page
    (event,) = db.query(Event).filter(Event.act == "code_given")
    assert (event.chain, event.actor, event.thing) == (cast.northmoor, cast.abe, f"account {cast.ben}")
    stranger, chosen = visit(None), "heron over the lower marsh"
    stranger.get("/signin/reset/code")
    sent = {"email": "ben@example.org", "code": code, "new_password": chosen}
    sent["form_token"] = stranger.client.get_cookie("form").value
    assert stranger.post("/signin/reset/code", sent).location == "/signin/?said=renewed"
    for name, seat in (("abe", "abe"), ("eve", "ben"), ("carl", "ben")):
        assert visit(name).post(f"/office/staff/{seats()[seat].id}/code").status_code == 404


def test_a_code_can_be_withdrawn(app, cast, visit, eve):
    abe = visit("abe")
    address = abe.post("/office/staff/invitations", form()).location
    for _ in range(2):
        assert abe.post(f"{address}/withdrawal").location == "/office/staff?said=stopped"
    assert codes()[0].expires_at == NOW
    assert "Fay" not in abe.get("/office/staff").text
    assert abe.get(address).location == "/office/staff"
    assert visit("eve").post(f"{address}/withdrawal").status_code == 404
    assert visit("eve").get(address).status_code == 404


def test_a_code_for_a_patient_is_none_for_a_colleague(app, cast, visit):
    visit("ben").post("/clinic/invitations", {"uuid": str(uuid4()), "note": "Maren"})
    (row,) = codes()
    assert "Maren" not in visit("abe").get("/office/staff").text
    assert visit("abe").post(f"/office/staff/invitations/{row.id}/withdrawal").status_code == 404


def test_what_is_typed_is_kept_when_something_is_missing(sqlite_app, cast, visit):
    answer = visit("abe").post("/office/staff/invitations", form("", "admin"))
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert re.search(r'value="admin" checked', answer.text)
    assert visit("abe").post("/office/staff/invitations", form("x" * 81)).status_code == 422
    assert codes() == []


def test_codes_cannot_be_made_without_end(sqlite_app, cast, visit):
    abe = visit("abe")
    assert [abe.post("/office/staff/invitations", form()).status_code for _ in range(61)] == [303] * 60 + [429]


def test_two_who_let_each_other_go_leave_one(app, cast, seats):
    rows = seats()
    rows["ben"].role = "admin"
    db.commit()
    verbs.let_go(rows["ben"], rows["abe"].account, NOW)
    with pytest.raises(verbs.LastAdministrator):
        verbs.let_go(rows["abe"], rows["abe"].account, NOW)
    db.commit()
    assert check.prove(cast.northmoor, {}) == check.Proof(cast.northmoor, 1, "")


@pytest.mark.parametrize("name", ["ana", "rosa", "ben", "carl"])
def test_it_is_for_administrators(sqlite_app, cast, visit, name):
    for address in ("/office/", "/office/staff", "/office/emergencies", "/office/log"):
        assert visit(name).get(address).status_code == 404
    for address in ("/office/staff/invitations", "/office/log/copy", "/office/staff/1/end"):
        assert visit(name).post(address).status_code == 404
    assert visit(None).get("/office/").status_code == 303
