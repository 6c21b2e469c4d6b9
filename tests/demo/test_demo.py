"""The invented clinic: the same each time, plausible, and with day rows that its entries add up to."""

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from companion import store
from companion.demo.fill import fill
from companion.diary.model import DiaryDay, DiaryMonth, Entry, Site
from companion.identity.model import Account, Patient
from companion.medication.model import Dose, DoseDay, DoseMonth, Medicine
from companion.procedures.model import Procedure
from companion.store import db
from companion.therapy.model import Session
from tests.cast import NOW
from tests.servers.process import Server, free_port


def written():
    """All that an invented person is said to have felt, taken and done, without the ids that the database gives."""
    entries = select(Entry.uuid, Entry.felt_at, Entry.pain, Entry.impact, Entry.sleep, Entry.mood)
    said = [[entry.note for entry in db.scalars(select(Entry).order_by(Entry.id))]]
    return said + [
        db.execute(asked).all()
        for asked in (
            entries.order_by(Entry.id),
            select(Entry.uuid, Site.region).join(Site.entry).order_by(Entry.id, Site.region),
            select(Dose.uuid, Dose.status, Dose.taken_at, Dose.due_wall).order_by(Dose.id),
            select(Session.uuid, Session.done_at, Session.pain_before, Session.pain_after).order_by(Session.id),
            select(Medicine.name, Medicine.strength, Medicine.started_on).order_by(Medicine.id),
            select(Procedure.kind, Procedure.level, Procedure.side, Procedure.done_on).order_by(Procedure.id),
        )
    ]


def test_it_is_the_same_for_the_same_day(sqlite_app):
    fill(NOW)
    once = written()
    assert all(len(rows) > 10 for rows in once)
    db.rollback()
    fill(NOW)
    assert written() == once


def test_it_adds_up(app):
    people = fill(NOW)
    db.commit()
    assert set(people) == {"patient", "caregiver", "clinician", "other clinician", "other patient", "administrator"}
    assert db.query(Patient).count() == 12
    first = db.execute(select(Entry.felt_at, Entry.pain).order_by(Entry.id)).all()
    assert 2500 < len(first) < 5000
    assert all(0 <= pain <= 10 and felt_at <= NOW for felt_at, pain in first)
    entries = db.execute(select(func.count(), func.sum(Entry.pain))).one()
    assert db.execute(select(func.sum(DiaryDay.entries), func.sum(DiaryDay.pain_sum))).one() == entries
    days = db.execute(select(func.count(), func.sum(DiaryDay.pain_sum * 1.0 / DiaryDay.entries))).one()
    months = db.execute(select(func.sum(DiaryMonth.days), func.sum(DiaryMonth.pain_sum))).one()
    assert months == (days[0], pytest.approx(float(days[1])))
    doses = db.execute(select(func.count()).select_from(Dose)).scalar()
    for table in (DoseDay, DoseMonth):
        assert db.execute(select(func.sum(table.taken + table.skipped))).scalar() == doses


def test_it_has_a_year_of_the_patient_of_the_cast(sqlite_app):
    ana = fill(NOW)["patient"]
    db.flush()
    first, last = db.execute(
        select(func.min(Entry.day), func.max(Entry.day)).join(Patient).where(Patient.account_id == ana.id)
    ).one()
    assert (last - first).days >= 355


@pytest.fixture
def demo(tmp_path):
    """`demo()` starts `companion demo` in a home that stays."""
    port = free_port()
    environment = {**os.environ, "COMPANION_HOME": str(tmp_path / "home"), "PORT": str(port)}
    started = ExitStack()

    def begin():
        server = Server([str(Path(sys.executable).with_name("companion")), "demo"], env=environment)
        started.enter_context(server)
        server.wait_for_line("Ctrl-C", timeout=60)
        server.wait_for_port(port, timeout=20)
        return server

    yield begin
    started.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_an_address_for_each_person_ends_when_told_and_keeps_the_data(demo, tmp_path, number):
    began = time.monotonic()
    server = demo()
    filling = time.monotonic() - began
    lines = [line.split() for line in server.output.splitlines() if "/demo/" in line]
    assert len(lines) == 6 and all(line[-1].startswith("http://localhost:") for line in lines)
    began = time.monotonic()
    assert server.stop(number, timeout=5) == 0
    assert time.monotonic() - began < 2
    store.connect(f"sqlite:///{tmp_path / 'home' / 'companion.sqlite3'}")
    assert db.query(Account).count() == 16
    store.disconnect()
    began = time.monotonic()
    again = demo()
    assert time.monotonic() - began < filling
    assert [line.split() for line in again.output.splitlines() if "/demo/" in line] == lines


def test_demo_addresses_exist_only_in_demo_mode(sqlite_app, visit):
    assert visit(None).get("/demo/anything").status_code == 404
