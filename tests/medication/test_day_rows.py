"""The day and month rows are always what the doses say."""

from __future__ import annotations

from collections import defaultdict
from datetime import time, timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.medication import take
from companion.medication.add import Taking, add
from companion.medication.model import Dose, DoseDay, DoseMonth, Medicine
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import WALLS

WALL = st.none() | st.sampled_from([*WALLS, time(5)])
DEED = st.tuples(
    st.sampled_from(["taken", "skipped", "skipped", "remove", "restore"]), st.integers(0, 9), st.integers(0, 60), WALL
)


def counted(doses):
    """(taken, skipped) by day and medicine, reckoned one by one: a time that was taken after all is not skipped."""
    standing = [dose for dose in doses if dose.removed_at is None]
    taken = {(dose.day, dose.medicine_id, dose.due_wall) for dose in standing if dose.status == "taken"}
    rows = defaultdict(lambda: [0, 0])
    for dose in standing:
        row = rows[dose.day, dose.medicine_id]
        if dose.status == "taken":
            row[0] += 1
        elif dose.due_wall is None or (dose.day, dose.medicine_id, dose.due_wall) not in taken:
            row[1] += 1
    return {key: tuple(row) for key, row in rows.items() if any(row)}


def kept(table, patient_id):
    """The rows of the database, in the shape of `counted`."""
    column = table.day if table is DoseDay else table.month
    query = select(column, table.medicine_id, table.taken, table.skipped).where(table.patient_id == patient_id)
    return {(day, medicine_id): (taken, skipped) for day, medicine_id, taken, skipped in db.execute(query)}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deeds=st.lists(DEED, min_size=1, max_size=14))
def test_they_equal_a_recount(app, cast, deeds):
    patient = Patient(name="Eve", zone="America/New_York")
    db.add(patient)
    db.flush()
    author = db.get(Account, cast.ana)
    taking = Taking(name="Gabapentin", walls=WALLS)
    mine = [add(patient, author, taking, NOW - timedelta(days=9)) for _ in range(2)]
    doses = []
    for verb, which, hours, wall in deeds:
        at = NOW - timedelta(hours=hours)
        if verb in {"taken", "skipped"} or not doses:
            status = verb if verb in {"taken", "skipped"} else "skipped"
            dose, new = take.record(patient, author, mine[which % 2], str(uuid4()), "", status, at, NOW, wall)
            assert new
            doses.append(dose)
        elif verb == "remove":
            take.remove(doses[which % len(doses)], author, NOW)
        else:
            take.restore(doses[which % len(doses)], NOW)
    db.commit()
    days = counted(db.scalars(select(Dose).where(Dose.patient_id == patient.id)))
    assert kept(DoseDay, patient.id) == days
    months = defaultdict(lambda: [0, 0])
    for (day, medicine_id), row in days.items():
        for n in range(2):
            months[day.replace(day=1), medicine_id][n] += row[n]
    assert kept(DoseMonth, patient.id) == {key: tuple(row) for key, row in months.items()}
    db.rollback()


def test_a_skip_counts_again_when_the_dose_is_taken_back(app, cast, shelf):
    patient, author = db.get(Patient, cast.ana_patient), db.get(Account, cast.ana)
    gabapentin = db.get(Medicine, shelf.gabapentin)
    today = (NOW.date(), shelf.gabapentin)
    for status in ("skipped", "taken"):
        dose, _new = take.record(patient, author, gabapentin, status, "", status, NOW, NOW, time(8))
    assert kept(DoseDay, patient.id) == {today: (1, 0)}
    take.remove(dose, author, NOW)
    assert kept(DoseDay, patient.id) == {today: (0, 1)}
    take.restore(dose, NOW)
    assert kept(DoseDay, patient.id) == {today: (1, 0)}
