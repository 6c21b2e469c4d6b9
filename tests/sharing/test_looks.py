"""Who looked."""

from datetime import date, timedelta

from companion.identity.model import Account, Patient
from companion.sharing.access import note_look
from companion.sharing.queries import visits
from companion.store import db
from tests.cast import NOW


def _look(cast, name, part, at, clinic=None):
    note_look(db.get_one(Account, getattr(cast, name)), clinic, cast.ana_patient, part, at)
    db.commit()


def test_it_lists_who_opened_what(app, visit, cast):
    visit("rosa").get(f"/for/{cast.ana_patient}/therapy/")
    _look(cast, "ben", "record", NOW - timedelta(days=1), cast.northmoor)
    db.remove()
    page = visit("ana").get("/sharing/looks").text
    assert "Tuesday, March 10, 2026" in page
    assert "Exercises and CBT" in page
    assert "Ben, Northmoor Pain Clinic" in page
    assert "Overview" in page
    assert page.index("Rosa") < page.index("Ben")
    assert "Nobody looked in these weeks." in visit("dora").get("/sharing/looks").text


def test_it_makes_one_line_of_a_person_and_a_day(app, cast):
    _look(cast, "ben", "pain", NOW - timedelta(hours=11), cast.northmoor)
    for minutes, part in ((0, "pain"), (20, "mood"), (40, "pain")):
        _look(cast, "ben", part, NOW + timedelta(minutes=minutes), cast.northmoor)
    found = visits(db.get_one(Patient, cast.ana_patient), date(2026, 3, 1), date(2026, 3, 10))
    assert [(each.day, each.last_at, sorted(each.parts)) for each in found] == [
        (date(2026, 3, 10), NOW + timedelta(minutes=40), ["mood", "pain"]),
        (date(2026, 3, 9), NOW - timedelta(hours=11), ["pain"]),
    ]


def test_it_counts_days_from_midnight_to_midnight_where_the_patient_is(app, cast):
    _look(cast, "rosa", "pain", NOW.replace(hour=23))
    ana = db.get_one(Patient, cast.ana_patient)
    assert [each.day for each in visits(ana, date(2026, 3, 11), date(2026, 3, 11))] == [date(2026, 3, 11)]
    assert visits(ana, date(2026, 3, 10), date(2026, 3, 10)) == []


def test_it_pages_back(app, visit, cast):
    _look(cast, "rosa", "pain", NOW - timedelta(days=100))
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
