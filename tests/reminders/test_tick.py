"""The heartbeat hands out everything that is due, and survives what goes wrong."""

import logging
import threading
from contextlib import suppress
from datetime import date, time

from companion import store
from companion.reminders import tick as ticking
from companion.reminders.due import LEASE
from companion.reminders.tick import start_clock, tick
from companion.schedule.model import Schedule
from companion.store import db
from tests.cast import NOW


def many(patient_id, count):
    with store.work():
        row = {"patient_id": patient_id, "kind": "diary", "wall": time(10), "starts_on": date(2026, 1, 1)}
        db.add_all(Schedule(**row, next_due_at=NOW, next_due_on=date(2026, 3, 10), thing_id=n) for n in range(count))


def test_it_hands_out_everything_that_is_due(app, cast):
    many(cast.ana_patient, 1203)
    handed = {}
    assert tick(NOW, lambda lease, ids: handed.update({lease: ids})) == 1203
    assert sorted(map(len, handed.values())) == [203, 500, 500]
    assert len({id for ids in handed.values() for id in ids}) == 1203
    assert tick(NOW, lambda *_: None) == 0


def test_what_could_not_be_handed_out_comes_again(app, cast):
    many(cast.ana_patient, 3)

    def away(*_):
        raise ConnectionError("no queue")

    with suppress(ConnectionError):
        tick(NOW, away)
    assert tick(NOW, lambda *_: None) == 0
    assert tick(NOW + LEASE, lambda *_: None) == 3


def test_the_clock_beats_at_once_and_goes_on_after_a_failure(sqlite_app, cast, settings, caplog, monkeypatch):
    beats, twice = [], threading.Event()

    def once_bad(now, enqueue):
        beats.append(enqueue)
        if len(beats) == 1:
            raise RuntimeError("Ana takes oxycodone")
        twice.set()

    monkeypatch.setattr(ticking, "tick", once_bad)
    with caplog.at_level(logging.INFO):
        clock = start_clock(settings.__class__(tick_seconds=1), print)
        try:
            assert twice.wait(5)
        finally:
            clock.shutdown()
    assert beats == [print, print]
    assert "RuntimeError" in caplog.text
    assert "Ana" not in caplog.text


def test_a_clock_hands_over_what_is_due(sqlite_app, cast, settings):
    many(cast.ana_patient, 2)
    handed, done = [], threading.Event()

    def enqueue(lease, ids):
        handed.extend(ids)
        done.set()

    clock = start_clock(settings, enqueue)
    try:
        assert done.wait(5)
    finally:
        clock.shutdown()
    assert len(handed) == 2
