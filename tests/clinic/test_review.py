"""One patient's review."""

import re
from datetime import time, timedelta

import pytest

from companion.diary.record import record
from companion.identity.model import Account, Clinic, Patient
from companion.sharing.model import PARTS, Grant, Look
from companion.store import db
from companion.therapy import keep
from companion.therapy.plan_it import plan
from tests.cast import NOW
from tests.trends.days import everything

#: what each part puts on the page
SIGNS = {
    "pain": 'id="c-pain"',
    "mood": 'id="c-mood"',
    "medicines": 'id="meds"',
    "therapy": 'id="programmes"',
    "procedures": 'id="procedures"',
    "notes": "I could stand and cook",
}


def noted(cast):
    """Entries of Ana's and of Rosa's, with notes."""
    ana = db.get_one(Patient, cast.ana_patient)
    for n, (author, text) in enumerate(((cast.ana, "I could stand and cook"), (cast.rosa, "She slept badly"))):
        uuid = f"00000000-0000-0000-0000-00000000000{n}"
        record(ana, db.get_one(Account, author), uuid, "", NOW - timedelta(hours=n + 1), 4 + n, NOW, note=text)
    db.commit()
    db.remove()


def path(cast, more=""):
    return f"/clinic/patients/{cast.ana_patient}{more}"


def narrow(cast, parts):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = list(parts)
    db.commit()
    db.remove()


def test_it_shows_all_that_is_shared(app, cast, visit):
    everything(cast)
    noted(cast)
    page = visit("ben").get(path(cast)).text
    assert all(sign in page for sign in SIGNS.values())
    assert "<h1>Ana</h1>" in page
    assert "Gabapentin 300 mg" in page
    assert "Epidural steroid injection, L4-5" in page
    assert not re.search(r"<[^>]*\sstyle\s*=", page)


@pytest.mark.parametrize("part", list(PARTS))
def test_a_part_that_is_taken_away_is_hidden_and_no_other(sqlite_app, cast, visit, part):
    everything(cast)
    noted(cast)
    narrow(cast, [other for other in PARTS if other != part])
    page = visit("ben").get(path(cast)).text
    assert [other for other in PARTS if SIGNS[other] not in page] == [part]
    if part == "medicines":
        assert "Gabapentin" not in page
    if part == "procedures":
        assert "pidural" not in page
    if part == "pain":
        assert "Average pain" not in page
        assert 'class="disc' not in page


def test_a_caregivers_words_carry_the_name(app, cast, visit):
    noted(cast)
    page = visit("ben").get(path(cast)).text
    hers = page.split("She slept badly")[0].rsplit("<li", 1)[1]
    his = page.split("I could stand and cook")[0].rsplit("<li", 1)[1]
    assert "written by Rosa" in hers
    assert "written by" not in his


def test_notes_alone_come_without_pain(sqlite_app, cast, visit):
    noted(cast)
    narrow(cast, ["notes"])
    page = visit("ben").get(path(cast)).text
    assert "She slept badly" in page
    assert 'class="disc' not in page


def test_the_strip_tells_kept_and_missed_sessions(app, cast, visit):
    ana, ben, clinic = (
        db.get_one(Patient, cast.ana_patient),
        db.get_one(Account, cast.ben),
        db.get_one(Clinic, cast.northmoor),
    )
    programme = plan(ana, ben, clinic, "pt", "Bridges", "", 15, [time(8)], "1234567", NOW - timedelta(days=3))
    for n, (back, status) in enumerate(((1, "done"), (2, "skipped"))):
        at = NOW - timedelta(days=back)
        uuid = f"00000000-0000-0000-0000-00000000010{n}"
        keep.record(ana, db.get_one(Account, cast.ana), programme, uuid, "", status, at, NOW, due_wall=time(8))
    db.commit()
    page = visit("ben").get(path(cast)).text
    assert "PT: 1 of 2 done" in page
    assert re.search(r'<th scope="row">Mar 9</th><td>1 of 1</td>', page)
    assert re.search(r'<th scope="row">Mar 2</th><td>0 of 1</td>', page)


def test_the_span_can_be_changed(sqlite_app, cast, visit):
    everything(cast)
    page = visit("ben").get(path(cast, "?span=7")).text
    assert "7 of 7 days have an entry" in page
    assert f"/clinic/patients/{cast.ana_patient}?span=365" in page


def test_each_visit_leaves_one_look(app, cast, visit, set_clock):
    ben = visit("ben")
    for minutes, looks in ((0, 1), (3, 1), (30, 2)):
        set_clock(NOW + timedelta(minutes=minutes))
        assert ben.get(path(cast)).status_code == 200
        db.remove()
        rows = db.query(Look).filter_by(patient_id=cast.ana_patient).all()
        assert len(rows) == looks
        assert {(row.account_id, row.clinic_id, row.part) for row in rows} == {(cast.ben, cast.northmoor, "record")}


def test_a_stopped_grant_shuts_the_next_request(app, cast, visit):
    ben = visit("ben")
    assert ben.get(path(cast)).status_code == 200
    db.remove()
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().stopped_at = NOW
    db.commit()
    assert ben.get(path(cast)).status_code == 404
    assert ben.get(path(cast, "/programmes")).status_code == 404


@pytest.mark.parametrize("more", ["", "/programmes"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("ben", 200), ("carl", 404), ("dora", 404), ("ana", 404), ("rosa", 404), ("abe", 404), (None, 303)],
)
def test_only_a_clinician_who_was_let_in_passes(sqlite_app, cast, visit, name, status, more):
    assert visit(name).get(path(cast, more)).status_code == status


def test_there_is_nothing_for_a_patient_without_a_grant(sqlite_app, cast, visit):
    assert visit("ben").get(f"/clinic/patients/{cast.dora_patient}").status_code == 404
    assert visit("ben").get("/clinic/patients/999").status_code == 404
