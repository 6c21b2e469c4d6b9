"""What comes back from a phone: shown, opened, done, later. Twice, late, or from somebody else."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from companion import store
from companion.medication.model import Dose
from companion.reminders.due import USEFUL
from companion.reminders.model import Receipt
from companion.schedule.model import Schedule
from companion.store import db
from companion.therapy.model import Session
from tests.cast import NOW

DUE = NOW + timedelta(minutes=30)
TAP = DUE + timedelta(minutes=5)
ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def rows(model):
    store.begin_reading()
    found = db.query(model).order_by(model.id).all()
    db.remove()
    return found


def receipts():
    return [(receipt.kind, receipt.at) for receipt in rows(Receipt)]


def told(deliveries):
    return [(delivery.prompt, delivery.state, delivery.why) for delivery in deliveries()]


@pytest.fixture
def rung(phone, plan, ring, deliveries, set_clock):
    """`rung("therapy")`: it has rung at 10:30, and it is 10:35; the key of the delivery."""

    def made(kind, wall=time(10, 30)):
        phone()
        plan(kind, wall)
        ring(DUE)
        set_clock(TAP)
        return deliveries()[0].key

    return made


def done(browser, key, at=TAP, uuid=ONE, headers=None):
    return browser.post(f"/reminders/deliveries/{key}/done", {"at": at.isoformat(), "uuid": uuid}, headers=headers)


def later(browser, key, at=TAP):
    return browser.post(f"/reminders/deliveries/{key}/later", {"at": at.isoformat(), "uuid": ONE})


def test_a_dose_is_taken_by_a_tap(app, cast, visit, rung, deliveries):
    answer = done(visit("ana"), rung("medication"))
    assert (answer.status_code, answer.location) == (303, "/plan/?said=saved")
    [dose] = rows(Dose)
    assert (dose.status, dose.taken_at, dose.due_wall, dose.uuid) == ("taken", TAP, time(10, 30), ONE)
    assert (dose.patient_id, dose.author_id, dose.day) == (cast.ana_patient, cast.ana, date(2026, 3, 10))
    assert told(deliveries) == [(1, "over", "done"), (2, "over", "done")]
    assert receipts() == [("done", TAP)]


def test_a_session_is_done_by_a_tap(app, cast, visit, rung, deliveries):
    answer = done(visit("ana"), rung("therapy"))
    assert answer.location == "/plan/?said=saved"
    [session] = rows(Session)
    assert (session.status, session.done_at, session.due_wall, session.uuid) == ("done", TAP, time(10, 30), ONE)
    assert (session.patient_id, session.author_id) == (cast.ana_patient, cast.ana)
    assert told(deliveries) == [(1, "over", "done"), (2, "over", "done")]


def test_a_check_in_goes_on_to_its_form(app, visit, rung, deliveries):
    assert done(visit("ana"), rung("diary")).location == "/diary/log"
    assert told(deliveries)[1] == (2, "waiting", "")


def test_the_worker_is_told_where_to_go(sqlite_app, cast, visit, rung):
    answer = done(visit("ana"), rung("medication"), headers={"X-Outbox": str(cast.ana)})
    assert (answer.status_code, answer.location) == (201, "/plan/?said=saved")


def test_a_tap_that_is_sent_twice_is_one_dose(app, visit, rung):
    ana, key = visit("ana"), rung("medication")
    assert [done(ana, key).status_code for _ in range(3)] == [303] * 3
    assert len(rows(Dose)) == 1
    assert receipts() == [("done", TAP)]


def test_taps_on_two_phones_are_one_dose(app, visit, rung):
    key = rung("medication")
    for uuid in (ONE, TWO):
        done(visit("ana"), key, uuid=uuid)
    assert [dose.uuid for dose in rows(Dose)] == [ONE]


def test_taps_on_both_prompts_are_one_session(app, visit, rung, ring, deliveries, set_clock):
    rung("therapy")
    ring(DUE + timedelta(minutes=30))
    set_clock(DUE + timedelta(minutes=40))
    for delivery, uuid in zip(deliveries(), (ONE, TWO), strict=True):
        done(visit("ana"), delivery.key, uuid=uuid)
    assert len(rows(Session)) == 1


def test_a_tap_without_a_script_is_one_dose_too(app, visit, rung):
    ana, key = visit("ana"), rung("medication")
    for _ in range(2):
        assert ana.post(f"/reminders/deliveries/{key}/done").status_code == 303
    [dose] = rows(Dose)
    assert dose.taken_at == TAP


def test_it_does_not_write_what_is_there(app, visit, rung):
    ana, key = visit("ana"), rung("medication")
    medicine = rows(Schedule)[0].thing_id
    ana.post(f"/medication/{medicine}/doses", {"uuid": TWO, "status": "taken", "at": "", "wall": "10:30"})
    assert len(rows(Dose)) == 1
    assert done(ana, key).status_code == 303
    assert len(rows(Dose)) == 1


def test_a_tap_that_comes_hours_later_keeps_its_time(app, visit, rung, set_clock):
    key = rung("medication")
    set_clock(DUE + timedelta(hours=9))
    done(visit("ana"), key)
    [dose] = rows(Dose)
    assert (dose.taken_at, dose.recorded_at) == (TAP, DUE + timedelta(hours=9))


def test_a_tap_on_the_next_morning_answers_for_the_evening(app, visit, phone, plan, ring, deliveries, set_clock):
    phone()
    plan("medication", time(23))
    ring(datetime(2026, 3, 10, 22, tzinfo=UTC))
    morning = datetime(2026, 3, 11, 5, tzinfo=UTC)
    set_clock(morning)
    done(visit("ana"), deliveries()[0].key, at=morning)
    [dose] = rows(Dose)
    assert (dose.day, dose.due_wall) == (date(2026, 3, 10), time(23))
    assert dose.taken_at == datetime(2026, 3, 11, 2, 59, 59, tzinfo=UTC)


def test_the_same_time_on_the_next_day_still_rings(app, visit, rung, ring, service, set_clock):
    done(visit("ana"), rung("medication"))
    ring(DUE + timedelta(days=1))
    assert len(service.messages()) == 2


@pytest.mark.parametrize(
    "form", [{"at": "soon"}, {"at": (TAP + timedelta(hours=1)).isoformat()}, {"uuid": "x"}, {"uuid": ""}]
)
def test_it_refuses_an_answer_that_makes_no_sense(sqlite_app, visit, rung, form):
    ana, key = visit("ana"), rung("medication")
    for verb in ("done", "later"):
        assert ana.post(f"/reminders/deliveries/{key}/{verb}", form).status_code == 422
    assert rows(Dose) == []
    assert receipts() == []


def test_later_rings_once_more_after_a_quarter_of_an_hour(app, visit, rung, ring, service, deliveries):
    answer = later(visit("ana"), rung("therapy"))
    assert (answer.status_code, answer.location) == (303, "/plan/?said=later")
    again = TAP + timedelta(minutes=15)
    assert deliveries()[0].try_at == again
    for minutes in range(0, 180, 5):
        ring(TAP + timedelta(minutes=minutes))
    assert [delivery.sent_at for delivery in deliveries()] == [again, None]
    assert told(deliveries) == [(1, "sent", ""), (2, "over", "later")]
    first, second = service.messages()
    assert first.payload == second.payload
    assert second.ttl == (DUE + USEFUL - again).total_seconds()
    assert receipts() == [("later", TAP)]


def test_later_after_the_second_prompt_rings_again(app, visit, rung, ring, service, deliveries, set_clock):
    rung("therapy")
    second = DUE + timedelta(minutes=30)
    ring(second)
    set_clock(second + timedelta(minutes=1))
    later(visit("ana"), deliveries()[1].key, at=second + timedelta(minutes=1))
    ring(second + timedelta(minutes=16))
    assert len(service.messages()) == 3
    assert told(deliveries) == [(1, "sent", ""), (2, "sent", "")]


def test_later_twice_is_later_once_more(app, visit, rung, ring, service, set_clock):
    ana, key = visit("ana"), rung("therapy")
    later(ana, key)
    ring(TAP + timedelta(minutes=15))
    set_clock(TAP + timedelta(minutes=16))
    later(ana, key, at=TAP + timedelta(minutes=16))
    ring(TAP + timedelta(minutes=31))
    assert len(service.messages()) == 3


def test_a_later_that_is_sent_again_after_it_rang_rings_no_more(app, visit, rung, ring, service, set_clock):
    ana, key = visit("ana"), rung("therapy")
    later(ana, key)
    ring(TAP + timedelta(minutes=15))
    set_clock(TAP + timedelta(minutes=20))
    assert later(ana, key).status_code == 303
    ring(TAP + timedelta(minutes=20))
    assert len(service.messages()) == 2


def test_later_is_silent_when_it_was_done_meanwhile(app, visit, rung, ring, service):
    ana, key = visit("ana"), rung("medication")
    later(ana, key)
    done(ana, key)
    ring(TAP + timedelta(minutes=15))
    assert len(service.messages()) == 1


def test_later_after_done_rings_no_more(app, visit, rung, ring, service, deliveries):
    ana, key = visit("ana"), rung("medication")
    done(ana, key)
    later(ana, key)
    ring(TAP + timedelta(minutes=15))
    assert len(service.messages()) == 1
    assert told(deliveries)[0] == (1, "over", "done")


def test_later_is_of_no_use_at_the_end(sqlite_app, visit, rung, ring, service, deliveries, set_clock):
    key = rung("therapy")
    tap = DUE + USEFUL - timedelta(minutes=15)
    set_clock(tap)
    later(visit("ana"), key, at=tap)
    assert told(deliveries)[0] == (1, "sent", "")


@pytest.mark.parametrize("verb", ["done", "later"])
def test_only_the_patient_answers(app, visit, rung, deliveries, verb):
    key = rung("medication")
    address = f"/reminders/deliveries/{key}/{verb}"
    for name in ("dora", "rosa", "ben", "carl"):
        assert visit(name).post(address).status_code == 404
    assert visit(None).post(address).status_code == 401
    assert visit("ana").post(f"/reminders/deliveries/unknown/{verb}").status_code == 404
    assert rows(Dose) == []
    assert told(deliveries) == [(1, "sent", ""), (2, "waiting", "")]


@pytest.mark.parametrize("kind", ["shown", "opened"])
def test_a_phone_says_what_it_did(app, visit, rung, kind):
    key = rung("diary")
    for browser in (visit(None), visit("ana")):
        assert browser.post(f"/reminders/deliveries/{key}/receipts", {"kind": kind}).status_code == 204
    assert receipts() == [(kind, TAP)]


def test_a_receipt_may_be_json(sqlite_app, visit, rung):
    assert (
        visit(None).post(f"/reminders/deliveries/{rung('diary')}/receipts", json={"kind": "shown"}).status_code == 204
    )
    assert receipts() == [("shown", TAP)]


def test_a_receipt_needs_a_key_and_a_kind(sqlite_app, visit, rung):
    key = rung("diary")
    assert visit(None).post("/reminders/deliveries/unknown/receipts", {"kind": "shown"}).status_code == 404
    for form in ({}, {"kind": "done"}, {"kind": "later"}):
        assert visit(None).post(f"/reminders/deliveries/{key}/receipts", form).status_code == 400
    assert receipts() == []


@pytest.mark.parametrize(("kind", "address"), [("medication", "/plan/"), ("diary", "/diary/log")])
def test_a_tap_opens_what_it_was_about(app, visit, rung, kind, address):
    answer = visit("ana").get(f"/reminders/open/{rung(kind)}")
    assert (answer.status_code, answer.location) == (303, address)
    assert receipts() == [("opened", TAP)]


def test_a_tap_opens_the_session_that_is_due(sqlite_app, visit, rung):
    key = rung("therapy")
    programme = rows(Schedule)[0].thing_id
    answer = visit("ana").get(f"/reminders/open/{key}")
    assert answer.location == f"/therapy/{programme}/session?wall=10:30&day=2026-03-10"
    assert visit("ana").get(answer.location).status_code == 200


def test_a_tap_on_somebody_elses_reminder_opens_nothing(app, visit, rung):
    key = rung("therapy")
    for name in ("dora", "rosa", "ben"):
        assert visit(name).get(f"/reminders/open/{key}").status_code == 404
    assert visit("ana").get("/reminders/open/unknown").status_code == 404
    assert visit(None).get(f"/reminders/open/{key}").location.startswith("/signin/")
    assert receipts() == []
