"""Saying that a part of a record changed."""

from datetime import timedelta
from threading import Event, Thread

import pytest

from companion.identity.model import Patient
from companion.identity.touch import touch
from companion.store import db
from tests.cast import NOW


@pytest.mark.parametrize("part", ["diary", "medicines", "therapy", "procedures"])
def test_it_says_so_of_one_part(app, cast, part):
    patient = db.get_one(Patient, cast.ana_patient)
    touch(patient, part, NOW)
    db.commit()
    db.remove()
    patient = db.get_one(Patient, cast.ana_patient)
    told = {name: getattr(patient, f"{name}_at") for name in ("diary", "medicines", "therapy", "procedures")}
    assert told == {**dict.fromkeys(told), part: NOW}
    assert db.get_one(Patient, cast.dora_patient).diary_at is None


def test_another_writer_waits_for_the_first(app, cast):
    touch(db.get_one(Patient, cast.ana_patient), "diary", NOW)
    begun, done = Event(), Event()

    def other():
        begun.set()
        touch(db.get_one(Patient, cast.ana_patient), "diary", NOW + timedelta(seconds=1))
        db.commit()
        done.set()
        db.remove()

    thread = Thread(target=other)
    thread.start()
    assert begun.wait(5)
    assert not done.wait(0.3)
    db.commit()
    assert done.wait(5)
    thread.join()
