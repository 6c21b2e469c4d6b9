"""Claim and lease: every planned time once, whoever claims, whatever the clocks do."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event, select

from companion import store
from companion.identity.model import Patient
from companion.reminders.due import LEASE, USEFUL, claim, lease
from companion.reminders.model import Delivery
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.store import db
from tests.cast import NOW

MINUTE = timedelta(minutes=1)
HALF_PAST = NOW + timedelta(minutes=30)


def many(patient_id, count, due_at=NOW):
    """Schedules that are due at `due_at`."""
    with store.work():
        row = {"patient_id": patient_id, "kind": "diary", "wall": time(10), "starts_on": date(2026, 1, 1)}
        due = {"next_due_at": due_at, "next_due_on": date(2026, 3, 10)}
        db.add_all(Schedule(**row, **due, thing_id=n) for n in range(count))


def schedule(schedule_id):
    store.begin_reading()
    found = db.get_one(Schedule, schedule_id)
    db.remove()
    return found


def test_it_claims_what_is_due(app, plan, deliveries):
    due, still_to_come = plan("medication", time(10, 30)), plan("therapy", time(10, 31))
    assert claim(HALF_PAST) == 1
    [delivery] = deliveries()
    assert (delivery.schedule_id, delivery.due_on, delivery.due_at, delivery.prompt) == (
        due,
        date(2026, 3, 10),
        HALF_PAST,
        1,
    )
    assert (delivery.state, delivery.try_at, delivery.tries) == ("waiting", HALF_PAST, 0)
    assert schedule(due).next_due_at == HALF_PAST + timedelta(days=1)
    assert schedule(due).next_due_on == date(2026, 3, 11)
    assert schedule(still_to_come).next_due_at == HALF_PAST + MINUTE


def test_it_claims_nothing_twice(app, plan, deliveries):
    plan("diary", time(10, 30))
    assert [claim(HALF_PAST), claim(HALF_PAST), claim(HALF_PAST + MINUTE)] == [1, 0, 0]
    assert len(deliveries()) == 1


def test_it_gives_every_delivery_a_key_of_its_own(app, cast, deliveries):
    many(cast.ana_patient, 50)
    claim(NOW)
    assert len({delivery.key for delivery in deliveries()}) == 50
    assert min(len(delivery.key) for delivery in deliveries()) >= 22


def test_it_takes_no_more_than_it_was_asked_to(app, cast, deliveries):
    many(cast.ana_patient, 25)
    assert [claim(NOW, 10), claim(NOW, 10), claim(NOW, 10), claim(NOW, 10)] == [10, 10, 5, 0]
    assert len({delivery.schedule_id for delivery in deliveries()}) == 25


def test_clocks_that_claim_at_once_claim_each_time_once(app, cast, deliveries):
    many(cast.ana_patient, 200)
    together, taken = threading.Barrier(4), []

    def clock():
        together.wait()
        while count := claim(NOW, 20):
            taken.append(count)

    threads = [threading.Thread(target=clock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 200
    assert sorted(delivery.schedule_id for delivery in deliveries()) == sorted(
        {delivery.schedule_id for delivery in deliveries()}
    )
    assert len(deliveries()) == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_clock_does_not_wait_for_what_another_holds(app, cast):
    many(cast.ana_patient, 10)
    with store.engine().connect() as other:
        other.execute(select(Schedule.id).order_by(Schedule.id).limit(4).with_for_update())
        assert claim(NOW) == 6
        assert claim(NOW) == 0
    assert claim(NOW) == 4


def test_a_delivery_that_is_there_is_not_made_again(app, plan, deliveries):
    """After a journey the same local day may come round a second time."""
    number = plan("diary", time(10, 30))
    claim(HALF_PAST)
    with store.work():
        again = db.get_one(Schedule, number)
        again.next_due_at, again.next_due_on = HALF_PAST + timedelta(hours=1), date(2026, 3, 10)
    assert claim(HALF_PAST + timedelta(hours=1)) == 1
    assert len(deliveries()) == 1


def test_a_journey_west_does_not_ring_twice(app, cast, plan, deliveries):
    number = plan("diary", time(10, 30))
    claim(HALF_PAST)
    with store.work():
        ana = db.get_one(Patient, cast.ana_patient)
        ana.zone = "America/New_York"
        times.re_aim(ana, HALF_PAST + MINUTE)
    for hours in range(24):
        claim(HALF_PAST + timedelta(hours=hours))
    assert [delivery.due_on for delivery in deliveries()] == [date(2026, 3, 10)]
    assert schedule(number).next_due_at == datetime(2026, 3, 11, 14, 30, tzinfo=UTC)


def test_what_became_due_in_a_downtime_is_not_rung_for(app, plan, deliveries):
    number = plan("diary", time(10, 30))
    back = HALF_PAST + timedelta(days=5, hours=3)
    assert claim(back) == 1
    assert deliveries() == []
    assert schedule(number).next_due_at == HALF_PAST + timedelta(days=6)
    assert claim(back) == 0


def test_a_downtime_leaves_one_ring_for_the_last_time(app, plan, deliveries):
    number = plan("diary", time(10, 30))
    back = HALF_PAST + timedelta(days=5) + USEFUL - MINUTE
    claim(back)
    [delivery] = deliveries()
    assert delivery.due_on == date(2026, 3, 15)
    assert delivery.due_at == HALF_PAST + timedelta(days=5)
    assert schedule(number).next_due_on == date(2026, 3, 16)


def test_a_short_delay_still_rings(app, plan, deliveries):
    plan("diary", time(10, 30))
    claim(HALF_PAST + USEFUL - MINUTE)
    assert [delivery.due_at for delivery in deliveries()] == [HALF_PAST]


def test_a_schedule_that_ends_is_claimed_once_more_and_then_never(app, plan, deliveries):
    number = plan("diary", time(10, 30))
    with store.work():
        db.get_one(Schedule, number).ends_on = date(2026, 3, 10)
    claim(HALF_PAST)
    assert len(deliveries()) == 1
    assert schedule(number).next_due_at is None


@pytest.mark.parametrize(
    ("zone", "wall", "first", "expected"),
    [
        # the hour that is not there: the first instant after it
        ("Europe/Berlin", time(2, 30), date(2026, 3, 28), ["28T01:30", "29T01:00", "30T00:30"]),
        ("America/New_York", time(2, 30), date(2026, 3, 7), ["07T07:30", "08T07:00", "09T06:30"]),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 3), ["02T15:45", "03T15:30", "04T15:15"]),
        # the hour that is there twice: the first of the two
        ("Europe/Berlin", time(2, 30), date(2026, 10, 24), ["24T00:30", "25T00:30", "26T01:30"]),
        ("America/New_York", time(1, 30), date(2026, 10, 31), ["31T05:30", "01T05:30", "02T06:30"]),
        ("Australia/Lord_Howe", time(1, 45), date(2026, 4, 4), ["03T14:45", "04T14:45", "05T15:15"]),
        ("America/New_York", time(0, 0), date(2027, 3, 13), ["13T05:00", "14T05:00", "15T04:00"]),
    ],
)  # fmt: skip
def test_daylight_saving_rings_each_day_once(app, cast, plan, deliveries, zone, wall, first, expected):
    since = datetime.combine(first, time(), UTC) - timedelta(days=1)
    with store.work():
        db.get_one(Patient, cast.ana_patient).zone = zone
    plan("diary", wall, since=since)
    with store.work():
        db.query(Schedule).update({"starts_on": first})
        row = db.query(Schedule).one()
        row.next_due_at = row.next_due_on = None
        row.aim(since, zone)
    for step in range(4 * 24 * 4):
        claim(since + timedelta(minutes=15 * step))
    found = deliveries()[:3]
    assert [delivery.due_on for delivery in found] == [first + timedelta(days=n) for n in range(3)]
    assert [f"{delivery.due_at:%dT%H:%M}" for delivery in found] == expected


def test_it_leases_what_waits(app, cast, deliveries):
    many(cast.ana_patient, 7)
    claim(NOW)
    name, ids = lease(NOW, 5)
    assert len(ids) == 5
    held = [delivery for delivery in deliveries() if delivery.id in ids]
    assert {(delivery.lease, delivery.try_at, delivery.state) for delivery in held} == {(name, NOW + LEASE, "waiting")}
    other, rest = lease(NOW, 5)
    assert (len(rest), other != name, lease(NOW)[1]) == (2, True, [])
    assert not set(ids) & set(rest)


def test_a_lease_that_ends_is_handed_out_again(app, plan):
    plan("diary", time(10, 30))
    claim(HALF_PAST)
    dead, ids = lease(HALF_PAST)
    assert lease(HALF_PAST + LEASE - MINUTE)[1] == []
    again, same = lease(HALF_PAST + LEASE)
    assert same == ids
    assert again != dead


def test_it_leases_nothing_that_is_sent_or_over_or_not_yet(app, cast, deliveries):
    many(cast.ana_patient, 4)
    claim(NOW)
    states = [("sent", NOW), ("over", NOW), ("waiting", NOW + MINUTE), ("waiting", NOW)]
    with store.work():
        for delivery, (state, try_at) in zip(db.query(Delivery).order_by(Delivery.id), states, strict=True):
            delivery.state, delivery.try_at = state, try_at
    assert lease(NOW)[1] == [deliveries()[3].id]


def test_workers_that_lease_at_once_share_nothing(app, cast):
    many(cast.ana_patient, 100)
    claim(NOW)
    together, handed = threading.Barrier(3), []

    def worker():
        together.wait()
        while ids := lease(NOW, 10)[1]:
            handed.extend(ids)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handed) == len(set(handed)) == 100


def test_the_number_of_statements_does_not_grow(app, cast):
    asked = []
    event.listen(store.engine(), "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for many_due in (1, 300):
        many(cast.ana_patient, many_due)
        asked.clear()
        claim(NOW)
        lease(NOW)
        counts.append(
            len([text for text in asked if not text.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "SELECT set_config"))])
        )
    assert counts == [5, 5]


def test_it_finds_what_is_due_by_an_index(app, cast):
    many(cast.ana_patient, 2000, due_at=NOW + timedelta(days=30))
    with store.engine().connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        due = "SELECT id FROM schedule WHERE next_due_at <= '2026-03-10 09:00:00+00' ORDER BY next_due_at LIMIT 1000"
        said = str(connection.exec_driver_sql(f"{explain} {due}").all())
    assert "ix_schedule_next_due_at" in said
