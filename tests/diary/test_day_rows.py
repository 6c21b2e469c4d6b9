"""The day and month rows are always what the entries say."""

import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from companion import clock
from companion.diary import record
from companion.diary.model import DiaryDay, DiaryMonth, Entry
from companion.identity.model import Account, Patient
from companion.store import Conflict, db
from tests.cast import NOW
from tests.diary.sheets import filled, kept

STEP = st.integers(0, 10)
MAYBE = st.none() | STEP
SAID = st.fixed_dictionaries(
    {
        "pain": STEP,
        "impact": MAYBE,
        "sleep": MAYBE,
        "mood": MAYBE,
        "regions": st.sets(st.sampled_from(["back-neck", "front-hip-l"])),
    }
)
DEED = st.tuples(
    st.sampled_from(["record", "record", "correct", "remove", "restore"]), st.integers(0, 9), st.integers(0, 300), SAID
)


def said_by(entries):
    """The day rows that the entries ask for, reckoned one by one."""
    days = defaultdict(list)
    for entry in entries:
        if entry.removed_at is None:
            days[entry.day].append(entry)
    rows = {}
    for day, found in days.items():
        pains = [entry.pain for entry in found]
        rows[day] = (len(found), sum(pains), min(pains), max(pains))
        for name in ("impact", "sleep", "mood"):
            answers = [getattr(entry, name) for entry in found if getattr(entry, name) is not None]
            rows[day] += (sum(answers), len(answers))
    return rows


def day_rows(patient_id):
    """The day rows in the database, in the shape of `said_by`."""
    order = (
        "entries",
        "pain_sum",
        "pain_low",
        "pain_high",
        "impact_sum",
        "impact_count",
        "sleep_sum",
        "sleep_count",
        "mood_sum",
        "mood_count",
    )
    found = db.scalars(
        select(DiaryDay).where(DiaryDay.patient_id == patient_id).execution_options(populate_existing=True)
    )
    return {row.day: tuple(getattr(row, name) for name in order) for row in found}


def month_rows(patient_id):
    """The month rows in the database, in the shape of `months_of`."""
    found = db.scalars(
        select(DiaryMonth).where(DiaryMonth.patient_id == patient_id).execution_options(populate_existing=True)
    )
    return {
        row.month: {
            "days": row.days,
            "ends": (row.pain_low, row.pain_high),
            "sums": pytest.approx([row.pain_sum, row.impact_sum, row.sleep_sum, row.mood_sum]),
            "on": (row.impact_days, row.sleep_days, row.mood_days),
        }
        for row in found
    }


def months_of(days):
    """The month rows that the day rows of `said_by` ask for."""
    months = defaultdict(list)
    for day, row in days.items():
        months[day.replace(day=1)].append(row)
    return {
        month: {
            "days": len(rows),
            "ends": (min(row[2] for row in rows), max(row[3] for row in rows)),
            "sums": [sum(row[at] / row[by] for row in rows if row[by]) for at, by in ((1, 0), (4, 5), (6, 7), (8, 9))],
            "on": tuple(sum(row[by] > 0 for row in rows) for by in (5, 7, 9)),
        }
        for month, rows in months.items()
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deeds=st.lists(DEED, min_size=1, max_size=12))
def test_day_rows_equal_a_recount(app, cast, deeds):
    patient = Patient(name="Eve", zone="America/New_York")
    db.add(patient)
    db.flush()
    author, entries, versions = db.get(Account, cast.ana), [], {}
    for verb, which, hours, said in deeds:
        felt_at = NOW - timedelta(hours=hours)
        if verb == "record" or not entries:
            entry, new = record.record(patient, author, str(uuid.uuid4()), "digest", felt_at, now=NOW, **said)
            assert new
            assert sorted(entry.regions) == sorted(said["regions"])
            entries.append(entry)
            versions[entry.id] = 1
            continue
        entry = entries[which % len(entries)]
        if verb == "correct":
            gone = entry.removed_at is not None
            changed = gone + record.correct(entry, author, NOW, entry.version, True, felt_at=felt_at, **said)
        else:
            changed = getattr(record, verb)(entry, author, NOW)
        versions[entry.id] += changed * (verb != "remove")
    db.commit()
    entries = kept(patient.id)
    assert day_rows(patient.id) == said_by(entries)
    assert month_rows(patient.id) == months_of(said_by(entries))
    assert {entry.id: entry.version for entry in entries} == versions
    assert all([revision.version for revision in entry.revisions] == list(range(1, entry.version)) for entry in entries)
    assert all(entry.day == clock.day_of(entry.felt_at, "America/New_York") for entry in entries)
    db.rollback()


def test_day_rows_hold_when_everything_happens_at_once(app, visit, cast):
    for pain in range(6):
        visit("ana").post("/diary/entries", filled(pain=str(pain)))
    uuids = [entry.uuid for entry in kept(cast.ana_patient)]
    db.remove()

    def at_once(n):
        verb, uuid_ = n % 3, uuids[n % 6]
        if verb == 0:
            return visit("ana").post(f"/diary/entries/{uuid_}/removal")
        if verb == 1:
            return visit("ana").post("/diary/entries", filled(pain=str(n % 11)))
        sheet = {"version": "1", "pain": str(n % 11), "when": f"2026-03-{8 + n % 2:02}T12:00"}
        return visit("ana").post(f"/diary/entries/{uuid_}/corrections", sheet)

    with ThreadPoolExecutor(4) as pool:
        statuses = {answer.status_code for answer in pool.map(at_once, range(24))}
    assert statuses <= {303, 404, 409}
    entries = kept(cast.ana_patient)
    assert len(entries) == 14
    assert day_rows(cast.ana_patient) == said_by(entries)
    assert month_rows(cast.ana_patient) == months_of(said_by(entries))


def test_a_verb_alone_tells_a_resend_from_other_words(app, cast):
    patient, author = db.get(Patient, cast.ana_patient), db.get(Account, cast.ana)
    first, new = record.record(patient, author, "a", "one", NOW, 5, NOW, regions=["back-neck"])
    again, anew = record.record(patient, author, "a", "one", NOW, 5, NOW, regions=["back-neck"])
    assert (new, anew, again is first, first.regions) == (True, False, True, ["back-neck"])
    try:
        record.record(patient, author, "a", "two", NOW, 6, NOW)
    except Conflict:
        assert db.scalars(select(Entry.pain)).all() == [5]
    else:
        raise AssertionError("other words were taken for a resend")
