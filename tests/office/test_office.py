"""The first page, and emergency looks."""

from datetime import timedelta
from uuid import uuid4

from companion.audit.model import Event
from companion.identity.model import Membership
from companion.sharing.model import Glass
from companion.store import db
from tests.cast import NOW

REASON = "She is asleep in the ambulance <b>and</b> nobody knows what she takes."


def broken(cast, **values):
    of = {"account_id": cast.ben, "clinic_id": cast.northmoor, "patient_id": cast.ana_patient, "reason": REASON}
    glass = Glass(**of, opened_at=NOW - timedelta(hours=3), ends_at=NOW + timedelta(hours=21), **values)
    db.add(glass)
    db.commit()
    return glass.id


def test_an_administrator_starts_at_the_office_and_a_clinician_with_patients(sqlite_app, cast, visit):
    assert visit("abe").get("/").location == "/office/"
    assert visit("ben").get("/").location == "/clinic/"
    db.add(Membership(clinic_id=cast.southfell, account_id=cast.ben, role="admin"))
    db.commit()
    assert visit("ben").get("/").location == "/clinic/"
    assert "Southfell" in visit("ben").get("/office/").text


def test_it_says_what_needs_doing(app, cast, visit, seats):
    page = visit("abe").get("/office/").text
    assert "You are the only administrator" in page
    assert "emergency look" not in page.split("What needs you")[1].split("</section>")[0]
    seats()["ben"].role = "admin"
    db.commit()
    assert "Nothing at the moment." in visit("abe").get("/office/").text
    broken(cast)
    visit("abe").post("/office/staff/invitations", {"uuid": str(uuid4()), "name": "Fay", "role": "clinician"})
    page = visit("abe").get("/office/").text
    assert "1 emergency look to review" in page and "The last one was opened 3 h ago." in page
    assert "1 colleague has not used their code yet" in page
    assert "Ana" not in page and "Fay" not in page


def test_an_emergency_look_is_read_and_seen_once(app, cast, visit, set_clock):
    glass_id = broken(cast)
    page = visit("abe").get("/office/emergencies").text
    assert f"Ben, patient {cast.ana_patient}" in page and "still open" in page
    assert "&lt;b&gt;and&lt;/b&gt; nobody knows" in page
    assert "Ana" not in page
    for hours in (0, 5):
        set_clock(NOW + timedelta(hours=hours))
        answer = visit("abe").post(f"/office/emergencies/{glass_id}/review")
        assert answer.location == "/office/emergencies?said=saved"
    db.remove()
    row = db.get(Glass, glass_id)
    assert (row.reviewed_at, row.reviewed_by) == (NOW, cast.abe)
    (event,) = db.query(Event).filter(Event.act == "glass_reviewed")
    assert (event.chain, event.actor, event.whose) == (cast.northmoor, cast.abe, cast.ana_patient)
    page = visit("abe").get("/office/emergencies").text
    assert "Seen 5 h ago by Abe." in page and "Nothing waits for you." in page


def test_another_clinic_neither_sees_nor_reviews_it(app, cast, visit, eve):
    glass_id = broken(cast)
    assert "ambulance" not in visit("eve").get("/office/emergencies").text
    assert "emergency look to review" not in visit("eve").get("/office/").text
    assert visit("eve").post(f"/office/emergencies/{glass_id}/review").status_code == 404
    db.remove()
    assert db.get(Glass, glass_id).reviewed_at is None


def test_the_pages_are_linked_for_administrators_only(sqlite_app, cast, visit):
    links = ("/office/staff", "/office/log")
    assert all(f'href="{link}"' in visit("abe").get("/clinic/invitations").text for link in links)
    assert not any(f'href="{link}"' in visit("ben").get("/clinic/invitations").text for link in links)
