"""Who looked, and at what."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from companion.identity.model import Account, Patient
from companion.sharing.access import note_looks
from companion.sharing.model import Grant, Look
from companion.sharing.queries import visits
from companion.store import db, engine
from tests.cast import NOW


def _look(cast, name, parts, at, clinic=None):
    note_looks(db.get_one(Account, getattr(cast, name)), clinic, [cast.ana_patient], parts, at)
    db.commit()


def _open_to(parts, **side):
    db.scalars(select(Grant).filter_by(**side)).one().parts = parts
    db.commit()
    db.remove()


def _said(page):
    """Who, and what is said below, newest first."""
    text = re.sub(r"\s+", " ", page.split("<main")[1])
    return re.findall(r"<li><h3>(.*?)</h3> ?<p>(.*?)</p></li>", text)


def test_it_says_what_a_clinician_read(app, visit, cast):
    _open_to(["pain", "medicines", "notes"], clinic_id=cast.northmoor)
    visit("ben").get(f"/clinic/patients/{cast.ana_patient}")
    page = visit("ana").get("/sharing/looks").text
    assert "Tuesday, March 10, 2026" in page
    assert _said(page) == [("Ben, Northmoor Pain Clinic", "10:00: pain, medicines, notes")]
    assert "Nobody looked in these weeks." in visit("dora").get("/sharing/looks").text


@pytest.mark.parametrize(
    ("room", "parts"),
    [
        ("plan", ["medicines", "mood", "notes", "pain", "therapy"]),
        ("trends", ["medicines", "mood", "pain", "procedures", "therapy"]),
        ("diary", ["mood", "notes", "pain"]),
        ("diary/log", ["pain"]),
        ("medication", ["medicines"]),
        ("procedures", ["procedures"]),
    ],
)
def test_a_caregivers_look_is_at_what_the_page_shows(app, visit, cast, room, parts):
    everything = ["pain", "mood", "medicines", "therapy", "procedures", "notes"]
    _open_to(everything, account_id=cast.rosa)
    path = f"/for/{cast.ana_patient}/{room}" + ("" if "/" in room else "/")
    assert visit("rosa").get(path).status_code == 200
    assert sorted(db.scalars(select(Look.part))) == parts


def test_no_look_is_at_what_is_closed(app, visit, cast):
    visit("rosa").get(f"/for/{cast.ana_patient}/trends/")
    assert sorted(db.scalars(select(Look.part))) == ["medicines", "pain", "therapy"]


def test_many_parts_take_as_many_statements_as_one(app, cast):
    counted = []
    for name, parts in (("ben", ["pain"]), ("rosa", ["pain", "mood", "notes"])):
        account, asked = db.get_one(Account, getattr(cast, name)), []
        count = asked.append
        event.listen(engine(), "before_cursor_execute", lambda *called, count=count: count(called[2]))
        note_looks(account, None, [cast.ana_patient], parts, NOW)
        counted.append([statement.split()[0] for statement in asked])
    assert counted == [["SELECT", "INSERT"]] * 2


def test_each_part_is_written_once_a_visit(app, cast):
    for minutes, parts in ((0, ["pain"]), (3, ["pain", "mood"]), (9, ["mood"]), (11, ["pain"])):
        _look(cast, "ben", parts, NOW + timedelta(minutes=minutes), cast.northmoor)
    rows = db.execute(select(Look.part, Look.looked_at).order_by(Look.id)).all()
    assert [(part, (at - NOW).seconds // 60) for part, at in rows] == [("pain", 0), ("mood", 3), ("pain", 11)]


def test_it_makes_one_line_of_a_visit(app, visit, cast):
    _look(cast, "ben", ["pain"], NOW - timedelta(hours=11), cast.northmoor)
    for minutes, parts in ((0, ["pain"]), (20, ["mood", "record"]), (40, ["pain"]), (180, ["list"])):
        _look(cast, "ben", parts, NOW + timedelta(minutes=minutes), cast.northmoor)
    _look(cast, "rosa", ["therapy"], NOW + timedelta(minutes=5))
    db.remove()
    ben = "Ben, Northmoor Pain Clinic"
    assert _said(visit("ana").get("/sharing/looks").text) == [
        (ben, "13:00: your line in their list of patients"),
        ("Rosa", "10:05: exercises and CBT"),
        (ben, "10:00 to 10:40: pain, mood, the overview"),
        (ben, "23:00: pain"),
    ]


def test_it_counts_days_from_midnight_to_midnight_where_the_patient_is(app, cast):
    _look(cast, "rosa", ["pain"], NOW.replace(hour=23))
    ana = db.get_one(Patient, cast.ana_patient)
    assert [*visits(ana, date(2026, 3, 11), date(2026, 3, 11))] == [date(2026, 3, 11)]
    assert visits(ana, date(2026, 3, 10), date(2026, 3, 10)) == {}


def test_it_pages_back(app, visit, cast):
    _look(cast, "rosa", ["pain"], NOW - timedelta(days=100))
    db.remove()
    ana = visit("ana")
    page = ana.get("/sharing/looks").text
    assert "Rosa" not in page
    assert "before=2026-01-08" in page
    page = ana.get("/sharing/looks?before=2026-01-08").text
    assert "Rosa" in page
    assert "Earlier" not in page
    for odd in ("0001-01-01", "9999-12-31", "soon"):
        assert ana.get(f"/sharing/looks?before={odd}").status_code == 200
