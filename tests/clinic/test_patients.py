"""The list of patients."""

from datetime import date, time, timedelta

import pytest

from companion.diary.model import DiaryDay
from companion.diary.record import record
from companion.identity.model import Account, Clinic, Patient
from companion.sharing.model import PARTS, Grant, Look
from companion.store import db
from companion.therapy.plan_it import plan
from tests.cast import NOW
from tests.trends.days import logged


def share(cast, name, parts=tuple(PARTS), clinic="northmoor", **values):
    """A patient who shares these parts with a clinic."""
    patient = Patient(name=name, zone="Europe/Berlin", **values)
    db.add(patient)
    db.flush()
    db.add(Grant(patient_id=patient.id, clinic_id=getattr(cast, clinic), parts=list(parts), granted_at=NOW))
    return patient


def note(patient_id, hours, pain):
    patient = db.get_one(Patient, patient_id)
    at = NOW - timedelta(hours=hours)
    record(patient, db.get_one(Account, 1), f"00000000-0000-0000-0000-{patient_id:06}{hours:06}", "", at, pain, NOW)


def row(page, name):
    """What the list says about one patient, without its markup."""
    part = page.split(f">{name}</a>")[1].split("</tr>")[0]
    return " ".join(" ".join(piece.split(">")[-1] for piece in part.split("<")).split())


def test_it_lists_those_who_share_by_name(app, cast, visit):
    share(cast, "zoe")
    share(cast, "Bela", born_on=date(1960, 3, 11))
    share(cast, "Elsewhere", clinic="southfell")
    db.commit()
    page = visit("ben").get("/clinic/").text
    names = [part.split("</a>")[0] for part in page.split('class="pt"')[1:]]
    assert [name.split(">")[1] for name in names] == ["Ana", "Bela", "zoe"]
    assert "65 years" in row(page, "Bela")
    assert "Dora" not in page


def test_it_tells_pain_last_entry_and_next_session(app, cast, visit):
    for back in range(28):
        logged(cast.ana_patient, back, 4 if back < 14 else 6)
    db.commit()
    note(cast.ana_patient, 2, 4)
    ana, ben, clinic = (
        db.get_one(Patient, cast.ana_patient),
        db.get_one(Account, cast.ben),
        db.get_one(Clinic, cast.northmoor),
    )
    plan(ana, ben, clinic, "pt", "Bridges", "", 15, [time(18)], "4", NOW)
    db.commit()
    told = row(visit("ben").get("/clinic/").text, "Ana")
    assert "4 down 2" in told
    assert "2 h ago" in told
    assert "Thu, Mar 12, 18:00" in told


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        (["mood"], ["not shared not shared not shared"]),
        (["pain"], ["4", "none yet not shared"]),
        (["therapy"], ["not shared not shared none planned"]),
    ],
)
def test_it_hides_what_is_not_shared(sqlite_app, cast, visit, parts, wanted):
    logged(cast.ana_patient, 1, 4)
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = parts
    db.commit()
    told = row(visit("ben").get("/clinic/").text, "Ana")
    assert all(text in told for text in wanted)


def test_a_stopped_grant_is_off_the_list_at_once(app, cast, visit):
    ben = visit("ben")
    assert ">Ana</a>" in ben.get("/clinic/").text
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().stopped_at = NOW
    db.commit()
    page = ben.get("/clinic/").text
    assert "Ana" not in page
    assert "Nobody shares with your clinic yet." in page
    assert "/clinic/invitations" in page


def test_a_patient_who_shares_anew_stands_there_once_with_the_new_parts(sqlite_app, cast, visit):
    db.add(Grant(patient_id=cast.ana_patient, clinic_id=cast.northmoor, parts=["mood"], granted_at=NOW))
    db.commit()
    page = visit("ben").get("/clinic/").text
    assert page.count(">Ana</a>") == 1
    assert "not shared" in row(page, "Ana")


@pytest.mark.parametrize(
    ("typed", "found"), [("an", ["Ana", "Stefan"]), ("ANA", ["Ana"]), ("%", []), ("_", []), ("zz", [])]
)
def test_it_finds_by_a_part_of_the_name(app, cast, visit, typed, found):
    share(cast, "Stefan")
    share(cast, "Bo")
    db.commit()
    page = visit("ben").get("/clinic/", query_string={"q": typed}).text
    assert [name for name in ("Ana", "Bo", "Stefan") if f">{name}</a>" in page] == found
    assert ("Nobody with this name" in page) == (not found)


def test_a_long_list_has_pages(sqlite_app, cast, visit):
    for n in range(105):
        share(cast, f"P{n:03}")
    db.commit()
    first, second = (visit("ben").get(f"/clinic/?page={page}").text for page in (1, 2))
    assert (first.count('class="pt"'), second.count('class="pt"')) == (100, 6)
    assert "page=2" in first
    assert "page=1" in second
    assert visit("ben").get("/clinic/?page=-4").status_code == 200


def test_the_number_of_questions_does_not_grow(app, cast, visit, statements):
    asked = []
    for upto in (3, 30):
        while db.query(Grant).filter_by(clinic_id=cast.northmoor).count() < upto:
            patient = share(cast, f"P{db.query(Patient).count()}")
            db.add(DiaryDay(patient_id=patient.id, day=NOW.date(), entries=1, pain_sum=4, pain_low=4, pain_high=4))
        db.commit()
        db.remove()
        with statements() as held:
            assert visit("ben").get("/clinic/").text.count('class="pt"') == upto
        asked.append(len(held))
    assert asked[0] == asked[1]


def test_a_line_in_the_list_is_a_look_once_a_visit(app, cast, visit, set_clock):
    for minutes, looks in ((0, 1), (3, 1), (30, 2)):
        set_clock(NOW + timedelta(minutes=minutes))
        assert visit("ben").get("/clinic/").status_code == 200
        assert (
            db.query(Look.patient_id, Look.account_id, Look.clinic_id, Look.part).all()
            == [(cast.ana_patient, cast.ben, cast.northmoor, "list")] * looks
        )
    assert "Your line in the list of patients" in visit("ana").get("/sharing/looks").text
    assert "Not opened yet" in visit("ana").get("/sharing/").text


def test_who_is_not_on_the_page_was_not_looked_at(app, cast, visit):
    visit("ben").get("/clinic/", query_string={"q": "nobody of this name"})
    visit("carl").get("/clinic/")
    visit("abe").get("/clinic/")
    assert db.query(Look).count() == 0


def test_an_administrator_sees_no_names(sqlite_app, cast, visit):
    answer = visit("abe").get("/clinic/")
    assert answer.status_code == 303
    page = visit("abe").get(answer.location).text
    assert "1 person shares with your clinic." in page
    assert "Ana" not in page
    assert "/clinic/patients" not in page


@pytest.mark.parametrize(("name", "status"), [("carl", 200), ("dora", 404), ("ana", 404), ("rosa", 404), (None, 303)])
def test_it_is_for_staff(sqlite_app, cast, visit, name, status):
    answer = visit(name).get("/clinic/")
    assert answer.status_code == status
    assert ">Ana</a>" not in answer.text
