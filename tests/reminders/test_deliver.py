"""From a lease to a phone: what rings, what stays silent, and what is written down of it."""

import logging
import threading
from base64 import b64encode
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from companion import clock, queue, seal, store
from companion.identity.model import Account, Patient
from companion.medication import queries as medication
from companion.medication import take
from companion.reminders import deliver as delivering
from companion.reminders import push as pushing
from companion.reminders.deliver import FIRST_WAIT, contact, deliver, register
from companion.reminders.due import LEASE, USEFUL, claim, lease
from companion.reminders.model import Delivery, Device
from companion.reminders.push import Outcome
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.settings import Settings
from companion.store import db
from tests.cast import NOW

MINUTE = timedelta(minutes=1)
DUE = NOW + timedelta(minutes=30)
SECOND = DUE + timedelta(minutes=30)


def devices():
    store.begin_reading()
    found = db.query(Device).order_by(Device.id).all()
    db.remove()
    return found


def told(deliveries):
    return [(delivery.prompt, delivery.state, delivery.why) for delivery in deliveries()]


def swallow(cast, schedule_id, at):
    """Ana takes the medicine of the schedule, by the app."""
    with store.work():
        ana, account = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ana)
        planned = db.get_one(Schedule, schedule_id)
        medicine = medication.medicine(ana, planned.thing_id)
        take.record(ana, account, medicine, f"uuid-{schedule_id}", "digest", "taken", at, at, due_wall=planned.wall)


class Told:
    """A sender that answers as it is told, and remembers."""

    def __init__(self, *kinds, during=None):
        self.kinds, self.during, self.pushes = list(kinds), during, []

    def send(self, pushes):
        self.pushes += pushes
        if self.during:
            self.during()
        return [Outcome(self.kinds.pop(0) if self.kinds else "sent") for _ in pushes]


def test_it_rings_every_phone(app, service, phone, plan, ring, deliveries):
    phones = [phone(), phone()]
    plan("medication", time(10, 30))
    ring(DUE)
    assert [len(service.messages(each)) for each in phones] == [1, 1]
    first = deliveries()[0]
    assert (first.state, first.sent_at, first.lease) == ("sent", DUE, "")
    assert [device.sent_at for device in devices()] == [DUE, DUE]
    [message] = service.messages(phones[0])
    assert message.payload["notification"]["tag"] == first.key
    assert (message.urgency, message.ttl) == ("high", 30 * 60)
    assert service.refusals == []


def test_where_a_phone_is_reached_stands_sealed(sqlite_app, tmp_path, phone):
    subscription = phone()
    db.remove()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("companion.sqlite3*"))
    assert b"device" in stored
    for secret in (subscription.endpoint, subscription.p256dh, subscription.auth):
        assert secret.encode() not in stored


def test_a_phone_whose_key_is_lost_is_said_and_keeps_no_other_from_ringing(
    app, service, phone, plan, ring, tmp_path, caplog
):
    phone()
    seal.connect(tmp_path / "other-keys")
    (tmp_path / "other-keys").write_text(f"2 {b64encode(bytes(32)).decode()}")
    heard = phone()
    plan("medication", time(10, 30))
    ring(DUE)
    assert [message.subscription for message in service.messages()] == [heard]
    assert "device 1 cannot be reached. Key 1 is not here." in caplog.text


def test_it_rings_nobody_elses_phone(app, service, phone, plan, ring):
    doras = phone("dora")
    rosas = phone("rosa")
    phone()
    plan("medication", time(10, 30))
    ring(DUE)
    assert service.messages(doras) + service.messages(rosas) == []
    assert len(service.messages()) == 1


def test_it_rings_once_more_and_then_never(app, service, phone, plan, ring, deliveries):
    phone()
    plan("therapy", time(10, 30))
    for minute in range(0, 12 * 60, 5):
        ring(DUE + timedelta(minutes=minute))
    assert told(deliveries) == [(1, "sent", ""), (2, "sent", "")]
    assert [delivery.sent_at for delivery in deliveries()] == [DUE, SECOND]
    assert [message.ttl for message in service.messages()] == [30 * 60, 90 * 60]
    assert len({message.payload["notification"]["tag"] for message in service.messages()}) == 2


def test_there_is_no_second_prompt_where_none_is_set(app, service, phone, plan, settings, deliveries):
    phone()
    plan("therapy", time(10, 30))
    claim(DUE)
    deliver(*lease(DUE), DUE, delivering.sender(settings), replace(settings, second_prompt_minutes=0))
    assert told(deliveries) == [(1, "sent", "")]
    assert [message.ttl for message in service.messages()] == [USEFUL.total_seconds()]


def test_a_late_first_prompt_is_not_followed_at_once(app, phone, plan, ring, deliveries):
    phone()
    plan("therapy", time(10, 30))
    ring(SECOND + MINUTE)
    assert [delivery.try_at for delivery in deliveries()][1:] == [SECOND + 16 * MINUTE]


def test_a_very_late_first_prompt_is_the_only_one(app, phone, plan, ring, deliveries):
    phone()
    plan("therapy", time(10, 30))
    ring(DUE + USEFUL - 5 * MINUTE)
    assert told(deliveries) == [(1, "sent", "")]


def test_it_is_silent_when_it_is_done(app, cast, service, phone, plan, ring, deliveries):
    phone()
    number = plan("medication", time(10, 30))
    swallow(cast, number, DUE - 5 * MINUTE)
    ring(DUE)
    assert service.attempts() == []
    assert told(deliveries) == [(1, "over", "done")]


def test_it_is_silent_the_second_time_when_it_was_done_after_the_first(
    app, cast, service, phone, plan, ring, deliveries
):
    phone()
    number = plan("medication", time(10, 30))
    ring(DUE)
    swallow(cast, number, DUE + 10 * MINUTE)
    ring(SECOND)
    assert len(service.messages()) == 1
    assert told(deliveries) == [(1, "sent", ""), (2, "over", "done")]


def test_it_asks_the_day(app, service, phone, plan, ring, deliveries, monkeypatch):
    asked = []
    monkeypatch.setattr(delivering, "wanted", lambda *told: asked.append(told))
    phone()
    number = plan("diary", time(10, 30))
    ring(DUE)
    [(patient, schedule, due_on, now)] = asked
    assert (patient.name, schedule.id, due_on, now) == ("Ana", number, date(2026, 3, 10), DUE)
    assert service.attempts() == []


def test_it_is_silent_when_the_bell_was_switched_off(app, service, phone, plan, ring, deliveries):
    phone()
    number = plan("diary", time(10, 30))
    claim(DUE)
    with store.work():
        db.get_one(Schedule, number).rings = False
    ring(DUE + MINUTE)
    assert service.attempts() == []
    assert told(deliveries) == [(1, "over", "stopped")]


def test_it_is_silent_when_it_was_stopped(app, cast, service, phone, plan, ring):
    phone()
    number = plan("therapy", time(10, 30))
    claim(DUE)
    with store.work():
        times.stop(db.get_one(Patient, cast.ana_patient), "therapy", db.get_one(Schedule, number).thing_id, DUE)
    ring(DUE + MINUTE)
    assert service.attempts() == []


def test_it_is_silent_when_it_is_too_late(app, service, phone, plan, ring, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    ring(DUE + USEFUL)
    assert service.attempts() == []
    assert told(deliveries) == [(1, "over", "expired")]


def test_nobody_is_rung_without_a_phone(app, plan, ring, deliveries):
    plan("diary", time(10, 30))
    ring(DUE)
    assert told(deliveries) == [(1, "over", "nobody")]


def test_a_record_without_an_account_rings_nobody(app, cast, phone, plan, ring, deliveries, service):
    phone()
    plan("diary", time(10, 30))
    with store.work():
        db.get_one(Patient, cast.ana_patient).account_id = None
    ring(DUE)
    assert told(deliveries) == [(1, "over", "nobody")]
    assert service.attempts() == []


def test_a_push_service_that_is_no_longer_allowed_gets_nothing(app, service, phone, plan, settings, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    deliver(*lease(DUE), DUE, delivering.sender(settings), replace(settings, push_hosts=("fcm.googleapis.com",)))
    assert service.attempts() == []
    assert told(deliveries) == [(1, "over", "nobody")]


def test_a_phone_that_is_gone_is_not_tried_again(app, service, phone, plan, ring, deliveries):
    gone, other = phone(), phone()
    service.answer(gone, 410)
    plan("diary", time(10, 30))
    ring(DUE)
    ring(SECOND)
    assert [(device.ended_at, device.ended_why) for device in devices()] == [(DUE, "gone"), (None, "")]
    assert (len(service.attempts(gone)), len(service.messages(other))) == (1, 2)
    assert told(deliveries) == [(1, "sent", ""), (2, "sent", "")]


def test_it_is_over_when_the_only_phone_is_gone(app, service, phone, plan, ring, deliveries):
    service.answer(phone(), 404)
    plan("diary", time(10, 30))
    ring(DUE)
    assert told(deliveries) == [(1, "over", "nobody")]


def test_a_phone_that_confirmed_itself_meanwhile_is_believed(app, service, phone, plan, ring):
    service.answer(phone(at=DUE + MINUTE), 410)
    plan("diary", time(10, 30))
    ring(DUE)
    assert [device.ended_at for device in devices()] == [None]


def test_it_tries_again_with_growing_waits(app, service, phone, plan, ring, deliveries):
    phone()
    plan("diary", time(10, 30))
    service.answer(None, 500)
    waits, instant = [], DUE
    for _ in range(5):
        assert ring(instant) == 1
        [delivery] = deliveries()
        waits.append(delivery.try_at - instant)
        assert ring(delivery.try_at - timedelta(seconds=1)) == 0
        instant = delivery.try_at
    assert (delivery.state, delivery.tries, delivery.lease) == ("waiting", 5, "")
    assert all(FIRST_WAIT * 2**n * 0.75 <= wait <= FIRST_WAIT * 2**n for n, wait in enumerate(waits))
    service.answer(None, 201)
    ring(instant)
    assert deliveries()[0].state == "sent"
    assert len(service.messages()) == 1


def test_it_gives_up_when_it_is_of_no_use_any_more(app, service, phone, plan, ring, deliveries):
    phone()
    plan("diary", time(10, 30))
    service.answer(None, 503)
    for minute in range(0, 4 * 60, 2):
        ring(DUE + timedelta(minutes=minute))
    assert told(deliveries) == [(1, "over", "expired")]
    assert 8 <= len(service.attempts()) <= 20


def test_it_waits_as_long_as_it_is_told_to(app, service, phone, plan, ring, deliveries, set_clock):
    phone()
    plan("diary", time(10, 30))
    service.answer(None, 429, retry_after=1200)
    set_clock(DUE)
    ring(DUE)
    assert deliveries()[0].try_at == DUE + timedelta(seconds=1200)


def test_it_is_over_when_it_would_have_to_wait_too_long(app, service, phone, plan, settings, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE + USEFUL - MINUTE)
    now = DUE + USEFUL - MINUTE
    service.answer(None, 429, retry_after=600)
    deliver(*lease(now), now, delivering.sender(settings), settings)
    assert told(deliveries) == [(1, "over", "expired")]


def test_a_push_service_that_hangs_is_tried_again(app, service, phone, plan, ring, deliveries, monkeypatch):
    monkeypatch.setattr(pushing, "PATIENCE", 0.2)
    service.answer(phone(), "hang")
    plan("diary", time(10, 30))
    ring(DUE)
    assert told(deliveries) == [(1, "waiting", "")]


def test_what_is_refused_is_not_tried_again(app, service, phone, plan, ring, deliveries):
    service.answer(phone(), 403)
    plan("diary", time(10, 30))
    ring(DUE)
    ring(DUE + timedelta(minutes=20))
    assert told(deliveries) == [(1, "over", "refused")]
    assert [device.ended_at for device in devices()] == [None]
    assert len(service.attempts()) == 1


def test_the_same_message_twice_is_sent_once(app, phone, plan, settings):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    name, ids = lease(DUE)
    sender = Told()
    deliver(name, ids, DUE, sender, settings)
    deliver(name, ids, DUE, sender, settings)
    assert len(sender.pushes) == 1


def test_workers_with_the_same_message_at_once_send_it_once(app, phone, plan, settings):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    name, ids = lease(DUE)
    sender, together = Told(), threading.Barrier(3)

    def worker():
        together.wait()
        deliver(name, ids, DUE, sender, settings)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sender.pushes) == 1


def test_an_older_lease_is_void(app, phone, plan, settings, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    dead, ids = lease(DUE)
    after = DUE + LEASE
    name, _ = lease(after)
    sender = Told()
    deliver(dead, ids, after, sender, settings)
    assert sender.pushes == []
    deliver(name, ids, after, sender, settings)
    assert len(sender.pushes) == 1
    assert told(deliveries)[0] == (1, "sent", "")


def test_a_worker_that_died_is_made_up_for(app, service, phone, plan, ring, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    lease(DUE)  # and nothing comes of it
    assert ring(DUE + MINUTE) == 0
    assert ring(DUE + LEASE) == 1
    assert len(service.messages()) == 1


def test_a_tap_while_it_is_sent_is_not_undone(app, phone, plan, settings, deliveries):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)

    def snooze():
        with store.work():
            delivery = db.query(Delivery).one()
            delivery.try_at, delivery.lease = DUE + timedelta(minutes=15), ""

    deliver(*lease(DUE), DUE, Told(during=snooze), settings)
    [delivery] = deliveries()
    assert (delivery.state, delivery.try_at) == ("waiting", DUE + timedelta(minutes=15))


def test_the_network_is_never_inside_a_transaction(app, cast, phone, plan, settings):
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    seen = []

    def look():
        seen.append(store.engine().pool.checkedout())
        with store.work():
            db.get_one(Patient, cast.ana_patient).name = "written meanwhile"

    deliver(*lease(DUE), DUE, Told(during=look), settings)
    assert seen == [0]


def test_it_sends_in_the_language_of_the_account(app, cast, phone, plan, settings):
    with store.work():
        db.get_one(Account, cast.ana).language = "es"
    phone()
    plan("diary", time(10, 30))
    claim(DUE)
    sender = Told()
    deliver(*lease(DUE), DUE, sender, settings)
    assert sender.pushes[0].payload["notification"]["lang"] == "es"


def test_an_actor_delivers_inside_the_process(app, service, phone, plan, settings, set_clock):
    set_clock(DUE)
    phone()
    plan("diary", time(10, 30))
    broker = queue.connect("")
    actor = register(broker, settings)
    worker = queue.start_worker(broker)
    try:
        claim(clock.now())
        actor.send(*lease(clock.now()))
        assert service.wait_for(1)[0].topic
        broker.join("reminders")
    finally:
        worker.stop(timeout=5000)


def test_an_actor_that_fails_tells_no_more_than_the_kind_of_failure(app, settings, caplog, monkeypatch):
    def fail(*_):
        raise RuntimeError("Ana takes oxycodone")

    monkeypatch.setattr(delivering, "deliver", fail)
    with caplog.at_level(logging.DEBUG):
        register(queue.connect(""), settings).fn("lease", [1])
    assert "RuntimeError" in caplog.text
    assert "Ana" not in caplog.text


@pytest.mark.parametrize(
    ("contact_set", "origin", "named"),
    [("mailto:a@b.org", "http://localhost:8000", "mailto:a@b.org"), ("", "https://diary.example.org", "https://diary.example.org"),
     ("", "http://localhost:8000", ""), ("", "https://localhost", "")],
)  # fmt: skip
def test_push_services_are_told_whom_to_write_to(contact_set, origin, named):
    assert contact(Settings(contact=contact_set, origin=origin)) == named
