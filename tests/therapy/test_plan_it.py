"""Planning a programme, changing it, stopping it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select, update

from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.sharing.model import Grant
from companion.store import db
from companion.therapy.model import Programme
from tests.cast import NOW
from tests.therapy.plans import FORM, planned, tap


def _schedules():
    return sorted((row.wall, row.weekdays, row.starts_on, row.ends_on) for row in db.scalars(select(Schedule)))


def test_it_plans_a_programme_of_ones_own(app, visit, cast):
    answer = visit("ana").post("/therapy/", FORM)
    assert (answer.status_code, answer.location) == (303, "/therapy/?said=planned")
    row = db.scalars(select(Programme)).one()
    assert (row.kind, row.title, row.note, row.minutes) == ("pt", "Back and hip", "Slowly.", 20)
    assert (row.patient_id, row.planned_by, row.clinic_id) == (cast.ana_patient, cast.ana, None)
    assert row.starts_on == date(2026, 3, 10)
    assert _schedules() == [(time(18), "135", date(2026, 3, 10), None)]
    assert db.get_one(Patient, cast.ana_patient).therapy_at == NOW


def test_it_shows_when_and_by_whom(app, visit, cast):
    planned(cast, (time(10),), "135")
    planned(cast, (time(8), time(20)), clinic=True)
    page = visit("ana").get("/therapy/").text
    assert "Mon, Wed, Fri at 10:00" in page
    assert "Every day at 08:00 and 20:00" in page
    assert "Northmoor Pain Clinic" in page
    assert page.count(">Stop</button>") == 1
    assert '<p class="programme__note">Lift slowly.\nThen rest.</p>' in page
    assert "<details" not in page
    assert "About 15 minutes" in page


def test_it_says_who_planned_it_for_the_patient(app, visit, cast):
    assert visit("rosa").post(f"/for/{cast.ana_patient}/therapy/", FORM).location == (
        f"/for/{cast.ana_patient}/therapy/?said=planned"
    )
    assert "<dd>Rosa</dd>" in visit("ana").get("/therapy/").text
    assert "<dd>you</dd>" in visit("rosa").get(f"/for/{cast.ana_patient}/therapy/").text


def test_a_double_tap_is_one_programme(app, visit, cast):
    for _ in range(2):
        assert visit("ana").post("/therapy/", FORM).location == "/therapy/?said=planned"
    assert db.scalars(select(func.count(Programme.id))).one() == db.scalars(select(func.count(Schedule.id))).one() == 1


def test_other_words_from_the_same_page_stay_on_the_page(app, visit, cast):
    visit("ana").post("/therapy/", FORM)
    answer = visit("ana").post("/therapy/", {**FORM, "title": "Walk"})
    assert answer.status_code == 409
    assert "Something else was saved from this page before." in answer.text
    assert 'value="Walk"' in answer.text
    assert FORM["uuid"] not in answer.text
    assert [row.title for row in db.scalars(select(Programme))] == ["Back and hip"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ", "Please give it a name."),
        ("weekdays", [], "Please choose at least one day."),
        ("weekdays", ["8"], "Please choose one of these."),
        ("walls", ["", ""], "Please write at least one time."),
        ("walls", ["25:00"], "Please write a time such as 08:30."),
        ("walls", ["01:00", "02:00", "03:00", "05:00", "06:00"], "Four times a day is the most."),
        ("minutes", "soon", "Please write a number of minutes"),
        ("minutes", "481", "Please write a number of minutes"),
    ],
)
def test_it_refuses_in_plain_words_and_keeps_what_was_typed(sqlite_app, visit, field, value, sentence):
    answer = visit("ana").post("/therapy/", {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Slowly." in answer.text
    if field == "minutes":
        assert f'value="{value}"' in answer.text
    assert db.scalars(select(Programme)).all() == []


def test_it_changes_words_and_times(app, visit, cast):
    number = planned(cast)
    page = visit("ana").get(f"/therapy/{number}/change").text
    assert 'value="08:00"' in page
    assert page.count("checked") == 8  # the kind and seven days
    answer = visit("ana").post(f"/therapy/{number}/changes", {**FORM, "title": "Less"})
    assert answer.location == "/therapy/?said=saved"
    assert db.get_one(Programme, number).title == "Less"
    yesterday = date(2026, 3, 9)
    assert [row for row in _schedules() if row[3] is None] == [(time(18), "135", date(2026, 3, 10), None)]
    assert [row[3] for row in _schedules() if row[3]] == [yesterday, yesterday]
    assert visit("ana").post(f"/therapy/{number}/changes", {**FORM, "title": ""}).status_code == 422


@pytest.mark.parametrize("other", [{"title": "Breathing"}, {"kind": "cbt", "title": "Bridges"}])
def test_another_name_or_kind_is_another_programme_once_sessions_are_there(app, visit, cast, other):
    number, ana = planned(cast), visit("ana")
    ana.post(f"/therapy/{number}/sessions", tap(wall="18:00", day="2026-03-06"))
    db.execute(update(Schedule).values(rings=False))
    db.commit()
    form = {**FORM, **other}
    for _ in range(2):  # two taps on one button
        assert ana.post(f"/therapy/{number}/changes", form).location == "/therapy/?said=saved"
    former, fresh = db.scalars(select(Programme).order_by(Programme.id))
    assert (former.id, former.kind, former.title, former.stopped_at) == (number, "pt", "Bridges", NOW)
    assert (fresh.kind, fresh.title, fresh.stopped_at) == (form["kind"], form["title"], None)
    assert "Bridges" in ana.get("/therapy/history").text
    assert [(row.thing_id, row.rings) for row in db.scalars(select(Schedule)) if not row.ends_on] == [(fresh.id, False)]
    # the page of the former, sent once more with other words, or with the former name
    for name in ("Once more", "Bridges"):
        answer = ana.post(f"/therapy/{number}/changes", {**form, "kind": "pt", "title": name, "walls": ["07:15"]})
        assert answer.status_code == 409
        assert f'action="/therapy/{fresh.id}/changes"' in answer.text
        assert f'value="{name}"' in answer.text
    assert {row.thing_id for row in db.scalars(select(Schedule)) if not row.ends_on} == {fresh.id}


@pytest.mark.parametrize("same", [{"title": "bridges"}, {"title": "Bridges", "note": "Gently.", "walls": ["07:00"]}])
def test_other_words_and_times_leave_it_the_same_programme(app, visit, cast, same):
    number, ana = planned(cast), visit("ana")
    ana.post(f"/therapy/{number}/sessions", tap())
    ana.post(f"/therapy/{number}/changes", {**FORM, **same})
    assert [(row.id, row.title) for row in db.scalars(select(Programme))] == [(number, same["title"])]


def test_it_says_who_changed_it(app, visit, cast):
    number, root = planned(cast), f"/for/{cast.ana_patient}/therapy"
    visit("rosa").post(f"{root}/{number}/changes", FORM)
    row = db.get_one(Programme, number)
    assert (row.changed_by, row.changed_at) == (cast.rosa, NOW)
    assert "Changed by Rosa, Tue, Mar 10" in visit("ana").get("/therapy/").text
    visit("ana").post(f"/therapy/{number}/changes", FORM)
    assert "Changed by Rosa" in visit("ana").get("/therapy/").text  # nothing was changed
    visit("ana").post(f"/therapy/{number}/changes", {**FORM, "minutes": "5"})
    assert "Changed by" not in visit("ana").get("/therapy/").text


def test_it_says_who_stopped_it(app, visit, cast):
    number, root = planned(cast), f"/for/{cast.ana_patient}/therapy"
    visit("rosa").post(f"{root}/{number}/stop")
    row = db.get_one(Programme, number)
    assert (row.stopped_by, row.stopped_at) == (cast.rosa, NOW)
    assert "Stopped by Rosa, Tue, Mar 10" in visit("ana").get("/therapy/").text
    db.execute(update(Programme).values(stopped_at=NOW - timedelta(days=365)))
    db.commit()
    assert "Stopped by Rosa, Mon, Mar 10, 2025" in visit("ana").get("/therapy/").text


def test_it_says_what_the_clinic_changed_and_stopped(app, visit, cast):
    number, clinic = planned(cast, clinic=True), f"/clinic/patients/{cast.ana_patient}/programmes"
    visit("ben").post(f"{clinic}/{number}/changes", FORM)
    assert "Changed by Ben, Tue, Mar 10" in visit("ana").get("/therapy/").text
    visit("ben").post(f"{clinic}/{number}/stop")
    assert "Stopped by Ben, Tue, Mar 10" in visit("ana").get("/therapy/").text


def test_it_stops(app, visit, cast, set_clock):
    number = planned(cast)
    assert visit("ana").post(f"/therapy/{number}/stop").location == "/therapy/?said=stopped"
    assert db.get_one(Programme, number).stopped_at == NOW
    assert all(row[3] == date(2026, 3, 9) for row in _schedules())
    page = visit("ana").get("/therapy/").text
    assert "Stopped Tue, Mar 10" in page
    assert "/session" not in page
    set_clock(NOW + timedelta(minutes=1))
    assert visit("ana").post(f"/therapy/{number}/stop").location == "/therapy/?said=stopped"  # a second tap
    db.remove()
    assert (db.get_one(Programme, number).stopped_at, db.get_one(Programme, number).stopped_by) == (NOW, cast.ana)
    assert visit("ana").get(f"/therapy/{number}/change").status_code == 404


def test_it_leaves_what_the_clinic_planned_to_the_clinic(app, visit, cast):
    number, ana = planned(cast, clinic=True), visit("ana")
    for way in (ana.get(f"/therapy/{number}/change"), ana.post(f"/therapy/{number}/changes", FORM)):
        assert way.status_code == 404
    assert ana.post(f"/therapy/{number}/stop").status_code == 404
    assert db.get_one(Programme, number).stopped_at is None


def test_it_gives_the_programme_to_the_patient_once_the_clinic_is_out(app, visit, cast):
    number = planned(cast, clinic=True)
    db.scalars(select(Grant).where(Grant.clinic_id == cast.northmoor)).one().stopped_at = NOW
    db.commit()
    assert visit("ana").post(f"/therapy/{number}/stop").status_code == 303


def test_it_refuses_another_patients_programme(app, visit, cast):
    number, ana = planned(cast, patient="dora"), visit("ana")
    for path in (f"/therapy/{number}/change", f"/therapy/{number}/session"):
        assert ana.get(path).status_code == 404
    for path in (f"/therapy/{number}/changes", f"/therapy/{number}/stop"):
        assert ana.post(path, FORM).status_code == 404
    assert "Bridges" not in ana.get("/therapy/").text


def test_it_sends_a_stranger_to_sign_in(app, visit):
    for path in ("/therapy/", "/therapy/new", "/therapy/history"):
        assert visit(None).get(path).location.startswith("/signin/?next=/therapy/")
    assert visit(None).post("/therapy/", FORM).status_code == 401


def test_it_refuses_a_caregiver_without_the_part(app, visit, cast):
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    grant.parts = ["pain"]
    db.commit()
    for path in ("", "new", "history"):
        assert visit("rosa").get(f"/for/{cast.ana_patient}/therapy/{path}").status_code == 404


def test_it_lets_a_caregiver_who_only_looks_only_look(app, visit, cast):
    number = planned(cast)
    db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one().may_log = False
    db.commit()
    rosa, root = visit("rosa"), f"/for/{cast.ana_patient}/therapy/"
    page = rosa.get(root)
    assert page.status_code == 200
    assert "Start" not in page.text
    assert rosa.get(f"{root}new").status_code == 404
    for path in ("", f"{number}/changes", f"{number}/stop", f"{number}/sessions"):
        assert rosa.post(root + path, FORM).status_code == 404
    assert db.get_one(Programme, number).stopped_at is None


def test_it_asks_once_who_is_let_in(app, visit, cast, statements):
    ana = visit("ana")
    for _ in range(3):
        planned(cast, clinic=True)
    with statements() as asked:
        assert ana.get("/therapy/").status_code == 200
    assert len([statement for statement in asked if "grant.granted_at" in statement.replace('"', "")]) == 1


def test_it_helps_where_nothing_is_planned(app, visit):
    assert "Nothing is planned yet." in visit("ana").get("/therapy/").text


def test_it_marks_what_was_done_today(app, visit, cast, set_clock):
    number = planned(cast)
    from_page = visit("ana").get("/therapy/").text
    assert "Done today" not in from_page
    set_clock(NOW + timedelta(minutes=1))
    visit("ana").post(f"/therapy/{number}/sessions", tap())
    assert "Done today" in visit("ana").get("/therapy/").text
