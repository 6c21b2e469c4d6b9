"""Taking and skipping a dose."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.medication import queries
from companion.medication.model import DoseDay, Medicine
from companion.medication.slots import planned, sheet
from companion.medication.take import record, remove
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import doses, tap

TODAY = date(2026, 3, 10)


def day_rows(cast, day=TODAY):
    of = (DoseDay.patient_id == cast.ana_patient, DoseDay.day == day)
    return db.execute(select(DoseDay.medicine_id, DoseDay.taken, DoseDay.skipped).where(*of)).all()


def test_it_keeps_a_dose(app, visit, cast, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    assert (answer.status_code, answer.location) == (303, "/medication/?said=saved")
    [dose] = doses()
    assert (dose.status, dose.taken_at, dose.day, dose.due_wall) == ("taken", NOW, TODAY, time(8))
    assert (dose.medicine_id, dose.author_id) == (shelf.gabapentin, cast.ana)
    assert day_rows(cast) == [(shelf.gabapentin, 1, 0)]


def test_it_keeps_a_skip_with_its_reason(app, visit, cast, shelf):
    visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap("skipped", wall="13:00", reason="Felt dizzy"))
    [dose] = doses()
    assert (dose.status, dose.due_wall, dose.reason) == ("skipped", time(13), "Felt dizzy")
    assert day_rows(cast) == [(shelf.gabapentin, 0, 1)]


def test_a_double_tap_is_one_dose(app, visit, cast, shelf):
    ana, form = visit("ana"), tap(wall="08:00")
    answers = [ana.post(f"/medication/{shelf.gabapentin}/doses", form).status_code for _ in range(2)]
    assert answers == [303, 303] and len(doses()) == 1
    assert day_rows(cast) == [(shelf.gabapentin, 1, 0)]


def test_another_tap_of_an_old_page_is_not_saved_and_said(app, visit, shelf):
    ana, form = visit("ana"), tap(wall="08:00")
    ana.post(f"/medication/{shelf.gabapentin}/doses", form)
    answer = ana.post(f"/medication/{shelf.gabapentin}/doses", {**form, "status": "skipped"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "This was saved before." in page and f'value="{form["uuid"]}"' not in page
    assert [dose.status for dose in doses()] == ["taken"]


def test_the_time_is_that_of_the_tap(app, visit, shelf):
    visit("ana").post(f"/medication/{shelf.tramadol}/doses", tap(at="2026-03-09T20:15:00.000Z"))
    [dose] = doses()
    assert dose.taken_at == datetime(2026, 3, 9, 20, 15, tzinfo=UTC) and dose.recorded_at == NOW


def test_a_chosen_time_wins_and_is_local(app, visit, shelf):
    form = tap(at="2026-03-10T09:00:00Z", when="2026-03-09T22:30")
    visit("ana").post(f"/medication/{shelf.tramadol}/doses", form)
    [dose] = doses()
    assert (dose.taken_at, dose.day) == (datetime(2026, 3, 9, 21, 30, tzinfo=UTC), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("local", "day", "wall"),
    [
        ("2026-03-10T07:10", TODAY, time(8)),  # before its reminder
        ("2026-03-10T09:45", TODAY, time(8)),
        ("2026-03-10T04:59", TODAY, None),  # three hours and a minute
        ("2026-03-10T00:00", date(2026, 3, 9), time(21)),  # after midnight, still that evening
    ],
)
def test_it_answers_the_nearest_planned_time_within_three_hours(sqlite_app, visit, shelf, local, day, wall):
    visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap(when=local))
    assert [(dose.day, dose.due_wall) for dose in doses()] == [(day, wall)]


def test_it_answers_the_nearest_that_is_open(app, visit, shelf):
    ana = visit("ana")
    for _ in range(3):
        ana.post(f"/medication/{shelf.gabapentin}/doses", tap(when="2026-03-10T10:00", again="1"))
    assert [dose.due_wall for dose in doses()] == [time(8), time(13), None]


def test_what_was_skipped_can_still_be_taken(app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap("skipped", wall="08:00"))
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    assert [dose.due_wall for dose in doses()] == [time(8), time(8)]
    assert day_rows(cast) == [(shelf.gabapentin, 1, 0)]
    assert "Taken today: 1 of 3" in ana.get("/medication/").get_data(as_text=True)
    # so Today has one line for it, whichever of the two came first
    plan = planned(db.get(Patient, cast.ana_patient), TODAY, TODAY, shelf.gabapentin)
    rows, beside = sheet(plan, doses()[::-1], NOW)
    assert [row.state for row in rows] == ["taken", "later", "later"] and beside == []
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap("skipped", wall="13:00"))
    rows, beside = sheet(plan, doses(), NOW)
    assert [row.state for row in rows] == ["taken", "skipped", "later"] and beside == []


def test_a_named_time_of_an_old_page_is_not_tonights(app, visit, shelf):
    early = tap(wall="21:00", when="2026-03-10T04:30")  # yesterday's page was still open
    visit("ana").post(f"/medication/{shelf.gabapentin}/doses", early)
    assert [dose.due_wall for dose in doses()] == [None]


def test_the_night_before_ends_at_four(app, cast, shelf):
    ana, author, medicine = (
        db.get(Patient, cast.ana_patient),
        db.get(Account, cast.ana),
        db.get(Medicine, shelf.tramadol),
    )
    for uuid, minute in (("a", 59), ("b", 60)):
        at = datetime(2026, 3, 10, 2, 0, tzinfo=UTC) + timedelta(minutes=minute)  # 03:59 and 04:00 in Berlin
        record(ana, author, medicine, uuid, "", "taken", at, NOW)
    assert [dose.day for dose in queries.doses_on(ana.id, date(2026, 3, 9))] == [date(2026, 3, 9)]
    assert [dose.uuid for dose in queries.doses_on(ana.id, TODAY)] == ["b"]


def test_a_dose_after_four_may_answer_the_night_before(app, visit, cast, set_clock):
    ana = visit("ana")
    set_clock(NOW - timedelta(days=3))
    form = {"name": "Melatonin", "when": "times", "walls": ["03:30"], "weekdays": list("1234567")}
    ana.post("/medication/", form)
    set_clock(NOW)
    [medicine] = queries.medicines(db.get(Patient, cast.ana_patient))
    ana.post(f"/medication/{medicine.id}/doses", tap(wall="03:30", when="2026-03-10T04:10"))
    assert [(dose.day, dose.due_wall) for dose in doses()] == [(date(2026, 3, 9), time(3, 30))]


def test_the_day_is_that_of_the_place_where_she_is(app, visit, cast, shelf):
    db.get(Patient, cast.ana_patient).zone = "America/New_York"
    db.commit()
    visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap(at="2026-03-10T07:30:00Z"))  # 03:30 there
    assert [(dose.day, dose.due_wall) for dose in doses()] == [(date(2026, 3, 9), None)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"status": "eaten"}, "Please tap Take or Skip."),
        ({"uuid": "7"}, "This page is too old."),
        ({"at": "2026-03-10T12:00:00Z"}, "The clock of this phone may be wrong."),
        ({"when": "2026-03-10T12:00"}, "This is still to come."),
        ({"wall": "noon"}, "Please write a time such as 08:30."),
        ({"reason": "x" * 201}, "This is too long."),
    ],
)
def test_it_refuses_and_keeps_what_was_typed(sqlite_app, visit, shelf, wrong, sentence):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap(**{"reason": "Felt dizzy", **wrong}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page and wrong.get("reason", "Felt dizzy") in page
    assert doses() == []


def test_a_stopped_medicine_takes_no_dose_but_those_from_before(app, visit, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/stop")
    answer = ana.post(f"/medication/{shelf.gabapentin}/doses", tap())
    assert answer.status_code == 409 and "This medicine is stopped" in answer.get_data(as_text=True)
    assert doses() == []
    # tapped without a network, before it was stopped
    assert ana.post(f"/medication/{shelf.gabapentin}/doses", tap(at="2026-03-10T08:00:00Z")).status_code == 303
    assert len(doses()) == 1


@pytest.mark.parametrize(
    ("back", "place"), [("medicine", "/medication/{}?"), ("", "/medication/?"), ("elsewhere", "/medication/?")]
)
def test_it_leads_back_to_where_one_was(sqlite_app, visit, shelf, back, place):
    answer = visit("ana").post(f"/medication/{shelf.tramadol}/doses", tap(back=back))
    assert answer.location.startswith(place.format(shelf.tramadol))


def test_the_phone_gets_the_list_alone(app, visit, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"), {"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "HX-Request" in answer.headers["Vary"]
    assert 'id="medicines"' in page and "<html" not in page and "Taken 10:00" in page


def test_a_caregiver_logs_in_her_own_name(app, visit, cast, shelf):
    rosa = visit("rosa")
    answer = rosa.post(f"/for/{cast.ana_patient}/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    assert (answer.status_code, [dose.author_id for dose in doses()]) == (303, [cast.rosa])
    assert "written by Rosa" in visit("ana").get("/medication/").get_data(as_text=True)


@pytest.mark.parametrize("change", [{"parts": ["pain"]}, {"may_log": False}])
def test_a_caregiver_without_the_right_is_refused(app, visit, cast, shelf, change):
    grant = db.query(Grant).filter_by(account_id=cast.rosa).one()
    for name, value in change.items():
        setattr(grant, name, value)
    db.commit()
    answer = visit("rosa").post(f"/for/{cast.ana_patient}/medication/{shelf.gabapentin}/doses", tap())
    assert answer.status_code == 404 and doses() == []


def test_others_are_refused(app, visit, cast, shelf):
    assert visit("ana").post(f"/medication/{shelf.doras}/doses", tap()).status_code == 404
    assert visit("rosa").post(f"/for/{cast.ana_patient}/medication/{shelf.doras}/doses", tap()).status_code == 404
    assert visit("dora").post(f"/medication/{shelf.gabapentin}/doses", tap()).status_code == 404
    assert visit("ben").post(f"/medication/{shelf.gabapentin}/doses", tap()).status_code == 404
    assert visit(None).post(f"/medication/{shelf.gabapentin}/doses", tap()).status_code == 401
    assert doses() == []


def test_a_removed_dose_opens_its_time_again(app, cast, shelf):
    ana, author, medicine = (
        db.get(Patient, cast.ana_patient),
        db.get(Account, cast.ana),
        db.get(Medicine, shelf.gabapentin),
    )
    first, _new = record(ana, author, medicine, "a", "", "taken", NOW, NOW, time(8))
    remove(first, author, NOW)
    assert day_rows(cast) == []
    second, _new = record(ana, author, medicine, "b", "", "taken", NOW, NOW, time(8))
    assert second.due_wall == time(8) and day_rows(cast) == [(medicine.id, 1, 0)]


def test_a_dose_that_was_saved_is_known_after_the_stop(app, visit, shelf):
    ana, form = visit("ana"), tap(wall="08:00")
    ana.post(f"/medication/{shelf.gabapentin}/doses", form)
    ana.post(f"/medication/{shelf.gabapentin}/stop")
    assert ana.post(f"/medication/{shelf.gabapentin}/doses", form).status_code == 303
    assert len(doses()) == 1


def test_a_wrong_clock_keeps_the_planned_time(sqlite_app, visit, shelf):
    wrong = tap(wall="08:00", at="2026-03-10T12:00:00Z")
    page = visit("ana").post(f"/medication/{shelf.gabapentin}/doses", wrong).get_data(as_text=True)
    assert 'name="wall" value="08:00"' in page and f'value="{wrong["uuid"]}"' in page
