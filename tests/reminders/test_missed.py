"""The word to a caregiver that a reminder was not answered: who hears it, when, and that it is said once."""

import threading
from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from companion import store
from companion.identity.model import Account, Patient
from companion.medication import queries as medication
from companion.medication import take
from companion.reminders import deliver as delivering
from companion.reminders.deliver import deliver
from companion.reminders.due import USEFUL, lease
from companion.reminders.model import Delivery
from companion.schedule.model import Schedule
from companion.sharing.model import PARTS, Grant
from companion.store import db
from tests.cast import NOW
from tests.reminders.test_deliver import Told

DUE = NOW + timedelta(minutes=30)
OVER = DUE + USEFUL
HOUR = timedelta(hours=1)


@pytest.fixture
def told_missed(cast):
    """Rosa is told what Ana does not answer."""
    with store.work():
        db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(told_missed=True))


def narrow(cast, **values):
    with store.work():
        db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(**values))


def answer(cast, schedule_id, status):
    """Ana takes or skips the medicine of the schedule."""
    with store.work():
        ana, account = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ana)
        planned = db.get_one(Schedule, schedule_id)
        medicine, at = medication.medicine(ana, planned.thing_id), OVER - HOUR
        take.record(ana, account, medicine, "uuid", "digest", status, at, at, due_wall=planned.wall)


def words(deliveries):
    return [(row.state, row.why) for row in deliveries() if row.grant_id is not None]


def test_each_caregiver_is_told_once_when_the_time_is_over(
    app, cast, service, phone, plan, ring, deliveries, told_missed
):
    with store.work():
        db.get_one(Patient, cast.ana_patient).name = "Ana María Morel"
        more = {"parts": ["therapy"], "told_missed": True, "granted_at": NOW}
        db.add(Grant(patient_id=cast.ana_patient, account_id=cast.dora, **more))
        db.get_one(Account, cast.dora).language = "en"
    anas, rosas, doras = phone("ana"), phone("rosa"), phone("dora")
    plan("therapy", time(10, 30))
    for minute in range(0, 12 * 60, 5):
        ring(DUE + timedelta(minutes=minute))
        if DUE + timedelta(minutes=minute) < OVER:
            assert service.messages(rosas) == []
    assert [len(service.messages(each)) for each in (anas, rosas, doras)] == [2, 1, 1]
    said = service.messages(rosas)[0].payload["notification"]
    assert said["body"] == "A reminder of Ana was not answered."
    assert said["navigate"] == f"http://localhost/for/{cast.ana_patient}/plan/"
    assert said["actions"] == [] and "key" not in said["data"]
    assert words(deliveries) == [("sent", "")] * 2
    assert {row.sent_at for row in deliveries() if row.grant_id} == {OVER}


def test_who_did_not_ask_for_it_hears_nothing(app, service, phone, plan, ring, deliveries):
    phone("ana"), phone("rosa")
    plan("therapy", time(10, 30))
    for at in (DUE, OVER, OVER + HOUR):
        ring(at)
    assert words(deliveries) == [] and len(service.messages()) == 1


@pytest.mark.parametrize("status", ["taken", "skipped"])
def test_what_was_answered_is_no_word(app, cast, service, phone, plan, ring, deliveries, told_missed, status):
    phone("ana")
    rosas, schedule = phone("rosa"), plan("medication", time(10, 30))
    ring(DUE)
    answer(cast, schedule, status)
    ring(OVER)
    assert service.messages(rosas) == [] and words(deliveries) == [("over", "done")]


def test_what_rang_nowhere_is_no_word(app, service, phone, plan, ring, deliveries, told_missed):
    """Ana has no phone that rings, so she left nothing without an answer."""
    phone("rosa")
    plan("therapy", time(10, 30))
    for at in (DUE, OVER):
        ring(at)
    assert words(deliveries) == [] and service.messages() == []


def test_a_tap_on_later_is_no_answer(app, visit, service, phone, plan, ring, deliveries, told_missed, set_clock):
    phone("ana")
    rosas = phone("rosa")
    plan("therapy", time(10, 30))
    ring(DUE)
    key = next(row.key for row in deliveries() if row.prompt == 1)
    set_clock(DUE + timedelta(minutes=5))
    assert visit("ana").post(f"/reminders/deliveries/{key}/later").status_code == 303
    for at in (DUE + timedelta(minutes=20), OVER):
        ring(at)
    assert len(service.messages(rosas)) == 1


@pytest.mark.parametrize(
    "closed",
    [
        {"told_missed": False},
        {"parts": [part for part in PARTS if part != "therapy"]},
        {"until_on": date(2026, 3, 9)},
        {"stopped_at": DUE},
        {"ends_at": OVER - HOUR},
    ],
)
def test_what_was_closed_meanwhile_is_no_word(app, cast, service, phone, plan, ring, deliveries, told_missed, closed):
    phone("ana")
    rosas = phone("rosa")
    plan("therapy", time(10, 30))
    ring(DUE)
    narrow(cast, **closed)
    ring(OVER)
    assert service.messages(rosas) == [] and words(deliveries) == [("over", "stopped")]


@pytest.mark.parametrize("who", ["ana", "rosa"])
def test_of_and_to_who_is_leaving_there_is_no_word(app, cast, service, phone, plan, ring, deliveries, told_missed, who):
    phone("ana")
    rosas = phone("rosa")
    plan("therapy", time(10, 30))
    ring(DUE)
    with store.work():
        db.get_one(Account, getattr(cast, who)).erases_at = NOW + timedelta(days=7)
    ring(OVER)
    assert service.messages(rosas) == [] and words(deliveries) == [("over", "stopped")]


def test_a_word_that_comes_too_late_is_not_said(app, service, phone, plan, ring, deliveries, told_missed):
    phone("ana")
    rosas = phone("rosa")
    plan("therapy", time(10, 30))
    ring(DUE)
    ring(OVER + USEFUL)
    assert service.messages(rosas) == [] and words(deliveries) == [("over", "expired")]


def test_one_caregivers_lost_phone_keeps_no_word_from_another(
    app, cast, phone, plan, deliveries, settings, told_missed, ring
):
    """Each has a delivery of their own: what has to be tried again is tried again for that one only."""
    with store.work():
        more = {"parts": ["therapy"], "told_missed": True, "granted_at": NOW}
        db.add(Grant(patient_id=cast.ana_patient, account_id=cast.dora, **more))
    phone("ana"), phone("rosa"), phone("dora")
    plan("therapy", time(10, 30))
    ring(DUE)
    ring(DUE + HOUR)
    first, again = Told("later", "sent"), Told()
    deliver(*lease(OVER), OVER, first, settings)
    assert sorted(words(deliveries)) == [("sent", ""), ("waiting", "")]
    deliver(*lease(OVER + HOUR), OVER + HOUR, again, settings)
    assert [len(each.pushes) for each in (first, again)] == [2, 1]
    assert words(deliveries) == [("sent", "")] * 2


def test_two_clocks_say_it_once(app, service, phone, plan, ring, deliveries, settings, told_missed):
    phone("ana")
    rosas = phone("rosa")
    plan("therapy", time(10, 30))
    ring(DUE)
    ring(DUE + HOUR)
    together = threading.Barrier(2)

    def clock():
        together.wait()
        name, ids = lease(OVER)
        deliver(name, ids, OVER, delivering.sender(settings), settings)

    clocks = [threading.Thread(target=clock) for _ in range(2)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join()
    ring(OVER)
    assert len(service.messages(rosas)) == 1


def test_a_reminder_that_is_sent_twice_plans_one_word(app, phone, plan, ring, deliveries, told_missed):
    phone("ana")
    plan("therapy", time(10, 30))
    ring(DUE)
    with store.work():
        db.execute(update(Delivery).where(Delivery.prompt == 1).values(state="waiting", try_at=DUE))
    ring(DUE + timedelta(minutes=1))
    assert len(words(deliveries)) == 1
