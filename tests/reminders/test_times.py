"""When the evening check-in rings, and where the days are."""

from datetime import UTC, date, datetime, time

import pytest

from companion import store
from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.store import db


def evening():
    """Wall time, whether it rings, and when next, of the schedule that holds."""
    store.begin_reading()
    rows = db.query(Schedule).filter(Schedule.kind == "diary", Schedule.ends_on.is_(None)).all()
    db.remove()
    return [(row.wall, row.rings, row.next_due_at) for row in rows]


def test_it_sets_the_time(app, visit):
    ana = visit("ana")
    answer = ana.post("/reminders/evening", {"wall": "21:15"})
    assert (answer.status_code, answer.location) == (303, "/reminders/?said=saved")
    assert evening() == [(time(21, 15), True, datetime(2026, 3, 10, 20, 15, tzinfo=UTC))]
    assert 'value="21:15"' in ana.get("/reminders/").text


def test_it_changes_the_time(sqlite_app, visit):
    ana = visit("ana")
    for wall in ("21:15", "19:00"):
        ana.post("/reminders/evening", {"wall": wall})
    assert [wall for wall, *_ in evening()] == [time(19)]


@pytest.mark.parametrize("typed", [{"wall": "21:15", "off": "yes"}, {"wall": ""}, {}])
def test_it_switches_it_off(sqlite_app, visit, typed):
    ana = visit("ana")
    ana.post("/reminders/evening", {"wall": "21:15"})
    assert "It is off now." not in ana.get("/reminders/").text
    assert ana.post("/reminders/evening", typed).location == "/reminders/?said=stopped"
    assert evening() == []
    page = ana.get("/reminders/").text
    assert "It is off now." in page
    assert "Do not ask" not in page


@pytest.mark.parametrize("typed", ["25:00", "soon", "21:15:99"])
def test_it_keeps_what_was_typed_when_it_is_no_time(sqlite_app, visit, typed):
    answer = visit("ana").post("/reminders/evening", {"wall": typed})
    assert answer.status_code == 422
    assert "Please write a time such as 08:30." in answer.text
    assert f'value="{typed}"' in answer.text
    assert evening() == []


def test_it_asks_once_a_day_only(sqlite_app, visit):
    answer = visit("ana").post("/reminders/evening", {"wall": ["20:00", "21:00"]})
    assert answer.status_code == 422
    assert evening() == []


def test_times_move_with_the_person(app, visit, cast, plan):
    ana = visit("ana")
    ana.post("/reminders/evening", {"wall": "20:00"})
    answer = ana.post("/reminders/zone", {"zone": "Asia/Tokyo"})
    assert (answer.status_code, answer.location) == (303, "/reminders/?said=saved")
    assert [due for *_, due in evening()] == [datetime(2026, 3, 10, 11, tzinfo=UTC)]
    store.begin_reading()
    assert db.get_one(Patient, cast.ana_patient).zone == "Asia/Tokyo"
    db.remove()
    assert "<option selected>Asia/Tokyo</option>" in ana.get("/reminders/").text


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "Etc/GMT+3", "<script>"])
def test_it_refuses_a_zone_that_is_none(sqlite_app, visit, cast, zone):
    answer = visit("ana").post("/reminders/zone", {"zone": zone})
    assert answer.status_code == 422
    assert "Please choose a time zone from the list." in answer.text
    store.begin_reading()
    assert db.get_one(Patient, cast.ana_patient).zone == "Europe/Berlin"
    db.remove()


@pytest.mark.parametrize(("address", "form"), [("evening", {"wall": "20:00"}), ("zone", {"zone": "Asia/Tokyo"})])
def test_it_is_for_people_who_keep_a_record(sqlite_app, visit, cast, address, form):
    assert visit("rosa").post(f"/reminders/{address}", form).status_code == 404
    assert visit("carl").post(f"/reminders/{address}", form).status_code == 404
    assert visit(None).post(f"/reminders/{address}", form).status_code == 401
    assert evening() == []


def test_one_patients_time_leaves_another_alone(app, visit, cast):
    visit("dora").post("/reminders/evening", {"wall": "20:00"})
    visit("ana").post("/reminders/evening", {"off": "yes"})
    store.begin_reading()
    [row] = db.query(Schedule).all()
    db.remove()
    assert (row.patient_id, row.ends_on, row.starts_on) == (cast.dora_patient, None, date(2026, 3, 10))
