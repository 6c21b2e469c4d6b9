"""The list of patients."""

import re
from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from companion.clinic import queries
from companion.diary import queries as diary
from companion.diary.model import Entry
from companion.diary.record import record, remove
from companion.identity.model import Account, Clinic, Patient
from companion.sharing.model import PARTS, Grant, Look
from companion.store import db
from companion.therapy.plan_it import plan
from companion.trends.insight import ENOUGH
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
    plan(ana, ben, clinic, "pt", "Bridges", "", 15, [time(18)], "4", NOW, str(uuid4()), "")
    db.commit()
    told = row(visit("ben").get("/clinic/").text, "Ana")
    assert "4.0 down 2.0" in told
    assert "2 h ago" in told
    assert "Thu, Mar 12, 18:00" in told


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        (["mood"], ["not shared not shared not shared not shared"]),
        (["pain"], ["4.0 from 1 day too few entries", "none yet not shared"]),
        (["therapy"], ["not shared not shared not shared none planned"]),
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
    page = visit("ben").post("/clinic/", {"q": typed}).text
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
    for page in ("-4", "0", "99999999999999999999", "²", "x"):
        assert visit("ben").get("/clinic/", query_string={"page": page}).status_code == 200


def test_the_number_of_questions_does_not_grow(app, cast, visit, statements):
    asked = []
    for upto in (3, 30):
        while db.query(Grant).filter_by(clinic_id=cast.northmoor).count() < upto:
            patient = share(cast, f"P{db.query(Patient).count()}")
            note(patient.id, 2, 4)
            for title in ("Bridges", "Walking"):
                what = ("pt", title, "", 15, [time(18)], "4")
                plan(patient, db.get_one(Account, cast.ben), None, *what, NOW, str(uuid4()), "")
        db.commit()
        db.remove()
        with statements() as held:
            page = visit("ben").get("/clinic/").text
        assert page.count('class="pt"') == upto and page.count("18:00") == page.count("2 h ago") == upto - 1
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
    assert "your line in their list of patients" in visit("ana").get("/sharing/looks").text
    assert "Not opened yet" in visit("ana").get("/sharing/").text


def test_who_is_not_on_the_page_was_not_looked_at(app, cast, visit):
    visit("ben").post("/clinic/", {"q": "nobody of this name"})
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


def names(page):
    """The names on the page, in its order."""
    return [part.split(">")[1].split("<")[0] for part in page.split('class="pt"')[1:]]


def test_each_has_a_last_entry_of_their_own(app, cast, visit):
    for hours, name in ((144, "Six"), (2, "Two"), (500, "Never")):
        patient = share(cast, name)
        note(patient.id, hours, 4)
    entry = db.query(Entry).order_by(Entry.id.desc()).first()
    remove(entry, db.get_one(Account, cast.ben), NOW)
    db.commit()
    page = visit("ben").get("/clinic/").text
    assert "No entry for 6 days" in row(page, "Six")
    assert "2 h ago" in row(page, "Two")
    assert "none yet" in row(page, "Never")
    found = {"Six": NOW - timedelta(hours=144), "Two": NOW - timedelta(hours=2)}
    ids = {patient.id: patient.name for patient in db.query(Patient) if patient.name in {"Six", "Two", "Never"}}
    assert {ids[number]: at for number, at in diary.latest(ids).items()} == found


def test_few_days_make_no_change(app, cast, visit):
    logged(cast.ana_patient, 0, 9)
    logged(cast.ana_patient, 27, 3)
    db.commit()
    assert "9.0 from 1 day too few entries" in row(visit("ben").get("/clinic/").text, "Ana")
    for back in (*range(1, ENOUGH), *range(14, 13 + ENOUGH)):
        logged(cast.ana_patient, back, 9 if back < 14 else 3)
    db.commit()
    assert "9.0 up 6.0" in row(visit("ben").get("/clinic/").text, "Ana")


def test_one_day_fewer_on_either_side_makes_no_change(sqlite_app, cast, visit):
    other = share(cast, "Bela")
    for back in range(ENOUGH):
        for patient_id, offset in ((cast.ana_patient, 0), (other.id, 14)):
            logged(patient_id, back + offset, 9)
            if back:
                logged(patient_id, back + 14 - offset, 3)
    db.commit()
    page = visit("ben").get("/clinic/").text
    assert all("too few entries" in row(page, name) for name in ("Ana", "Bela"))


def test_the_order_can_be_chosen(app, cast, visit):
    for name, change, hours in (("Cleo", 3, 30), ("Bela", -2, 200), ("Dee", 1, None), ("Abel", None, 3)):
        patient = share(cast, name)
        for back in range(28 if change is not None else 1):
            logged(patient.id, back, 5 + (change or 0) if back < 14 else 5)
        db.flush()
        if hours:
            db.add(Entry(patient_id=patient.id, author_id=cast.ana, uuid=name, digest="", zone="UTC", pain=4, recorded_at=NOW,
                         felt_at=NOW - timedelta(hours=hours), day=(NOW - timedelta(hours=hours)).date()))  # fmt: skip
    share(cast, "Zed", parts=["mood"])
    db.commit()
    ben = visit("ben")
    assert names(ben.get("/clinic/").text) == ["Abel", "Ana", "Bela", "Cleo", "Dee", "Zed"]
    page = ben.get("/clinic/?sort=change").text
    assert names(page) == ["Cleo", "Dee", "Bela", "Abel", "Ana", "Zed"]
    assert page.count("aria-sort") == 1
    assert 'aria-sort="descending"><a class="sorter" href="/clinic/?sort=change"' in page
    assert names(ben.get("/clinic/?sort=entry").text) == ["Bela", "Cleo", "Abel", "Ana", "Dee", "Zed"]
    assert names(ben.get("/clinic/?sort=magic").text)[0] == "Abel"


def test_an_order_goes_on_over_pages(sqlite_app, cast, visit):
    for n in range(105):
        patient = share(cast, f"P{n:03}")
        for back in range(28):
            logged(patient.id, back, min(10, n // 11) if back < 14 else 0)
    db.commit()
    first, second = (names(visit("ben").get(f"/clinic/?sort=change&page={page}").text) for page in (1, 2))
    assert first[:2] == ["P099", "P100"]
    assert (len(first), len(second)) == (100, 6)
    assert second[-1] == "Ana"
    assert not {*first} & {*second}


@pytest.mark.parametrize("typed", ["álvaro", "NÚÑEZ", "nunez", "Alvaro nu", " ÁLVARO  NÚÑEZ "])
def test_case_and_accents_do_not_matter(app, cast, visit, typed):
    for name in ("Álvaro Núñez", "Wendel", "Berta"):
        share(cast, name)
    db.commit()
    assert names(visit("ben").post("/clinic/", {"q": typed}).text) == ["Álvaro Núñez"]
    assert names(visit("ben").get("/clinic/").text) == ["Álvaro Núñez", "Ana", "Berta", "Wendel"]


def test_a_new_name_is_sorted_and_found(app, cast, visit):
    db.get_one(Patient, cast.ana_patient).name = "Żaneta"
    share(cast, "Berta")
    db.commit()
    assert names(visit("ben").get("/clinic/").text) == ["Berta", "Żaneta"]
    assert names(visit("ben").post("/clinic/", {"q": "zan"}).text) == ["Żaneta"]
    assert names(visit("ben").post("/clinic/", {"q": "ana"}).text) == []


def test_a_name_is_in_no_address(sqlite_app, cast, visit):
    for n in range(105):
        share(cast, f"Same {n:03}")
    db.commit()
    page = visit("ben").post("/clinic/", {"q": "Same", "sort": "entry"}).text
    assert not re.search(r'(href|action|data-hx-\w+)="[^"]*Same', page)
    assert 'name="page" value="2"' in page
    assert 'name="sort" value="entry" form="find"' in page
    assert len(names(visit("ben").post("/clinic/", {"q": "Same", "sort": "entry", "page": "2"}).text)) == 5
    assert names(visit("ben").get("/clinic/", query_string={"q": "nobody"}).text)
    assert 'method="post"' in page.split('role="search"')[1].split(">")[0]


def test_typing_brings_only_the_list(sqlite_app, cast, visit):
    page = visit("ben").post("/clinic/", {"q": "ana"}, headers={"HX-Request": "true"}).text
    assert page.lstrip().startswith('<div class="stack" id="list">')
    assert names(page) == ["Ana"]
    assert "1 person with this name." in page


def test_the_list_walks_along_its_index(sqlite_app, cast, statements):
    """What is read for the first page does not grow with the clinic."""
    with statements() as asked:
        queries.patients(cast.northmoor, NOW)
    walk = next(text for text in asked if "list_rank" in text and "LIMIT" in text)
    steps = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {walk}", (1,) * walk.count("?")).all()
    told = " ".join(step[3] for step in steps)
    assert "ix_grant_list (clinic_id=?)" in told
    assert "TEMP B-TREE" not in told
