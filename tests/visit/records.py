"""A record with a marked word in each part, on days that a report covers and on days that it does not; and links to it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from companion import clock
from companion.diary import record
from companion.diary.model import DiaryDay, Entry, ObservedDay
from companion.diary.rollup import add_up_months
from companion.identity.model import Account, Patient
from companion.medication.model import Dose, Medicine
from companion.procedures.model import Procedure
from companion.schedule.model import EVERY_DAY, Schedule
from companion.store import db
from companion.therapy.model import Programme, Session
from companion.visit.make import make
from tests.cast import NOW, ZONE, Cast

TODAY = date(2026, 3, 10)
#: the marked words of each part, as a page with all parts shows them
MARKS = {
    "pain": ("Average pain", "Pain each day"),
    "mood": ("0: very low. 10: very good.",),
    "medicines": ("Gabamark", "withmark", "3 of 40 planned times, 1 skipped"),
    "therapy": ("Backmark", "Done 2 times"),
    "procedures": ("Epidural steroid injection, L4-5", "procmark"),
    "notes": ("notemark", "rosamark"),
}
#: what happened before the days of a report on forty days, or after a link was made
OUTSIDE = ("oldnote", "Oldmed", "oldproc", "Oldplan", "newnote", "Newmed")
DAYS = 40


def write(cast: Cast) -> None:
    """Ana's pain is 8 in the old days, 6 before the injection twenty days ago and 3 since."""
    patient_id = cast.ana_patient
    backs = (*range(DAYS), *range(100, 140))
    db.add_all(_day(patient_id, back, 8 if back >= 100 else 6 if back > 20 else 3) for back in backs)
    for back, author_id, pain, note in (
        (5, cast.ana, 3, "notemark"),
        (110, cast.ana, 8, "oldnote"),
        (4, cast.rosa, 9, "rosamark"),
    ):
        at = NOW - timedelta(days=back)
        entry = Entry(
            patient_id=patient_id, author_id=author_id, uuid=note, digest="", felt_at=at, zone=ZONE, day=at.date()
        )
        entry.pain, entry.note, entry.recorded_at = pain, note, NOW
        db.add(entry)
    db.add(ObservedDay(patient_id=patient_id, day=TODAY - timedelta(days=4), entries=1, pain_sum=9))
    db.flush()
    add_up_months(patient_id, TODAY - timedelta(days=140), TODAY)
    _medicines(cast)
    _therapy(cast)
    for back, level, note in ((20, "L4-5", "procmark"), (120, "L1-2", "oldproc")):
        done_on = TODAY - timedelta(days=back)
        by = {"patient_id": patient_id, "clinic_id": cast.northmoor, "author_id": cast.ben, "recorded_at": NOW}
        db.add(Procedure(**by, kind="esi", level=level, done_on=done_on, note=note))
    db.commit()
    db.remove()


def _day(patient_id: int, back: int, pain: int) -> DiaryDay:
    row = DiaryDay(patient_id=patient_id, day=TODAY - timedelta(days=back), entries=1, pain_sum=pain)
    row.pain_low = row.pain_high = pain
    for name, value in (("impact", 5), ("sleep", 4), ("mood", 7)):
        setattr(row, f"{name}_sum", value)
        setattr(row, f"{name}_count", 1)
    return row


def _medicines(cast: Cast) -> None:
    by = {"patient_id": cast.ana_patient, "added_by": cast.ana}
    gaba = Medicine(**by, name="Gabamark", note="withmark", amount="1 capsule", started_on=TODAY - timedelta(days=300))
    old = Medicine(**by, name="Oldmed", started_on=TODAY - timedelta(days=300), stopped_at=NOW - timedelta(days=100))
    db.add_all([gaba, old])
    db.flush()
    starts = TODAY - timedelta(days=DAYS - 1)
    db.add(
        Schedule(
            patient_id=cast.ana_patient,
            kind="medication",
            thing_id=gaba.id,
            wall=time(8),
            weekdays=EVERY_DAY,
            starts_on=starts,
        )
    )
    for back, medicine, status in (
        (1, gaba, "taken"),
        (2, gaba, "taken"),
        (3, gaba, "taken"),
        (4, gaba, "skipped"),
        (110, old, "taken"),
    ):
        day = TODAY - timedelta(days=back)
        at = clock.at(day, time(8), ZONE)
        db.add(Dose(uuid=f"d{back}", patient_id=cast.ana_patient, medicine_id=medicine.id, author_id=cast.ana, status=status,
                    taken_at=at, day=day, due_wall=time(8), recorded_at=NOW, digest=""))  # fmt: skip


def _therapy(cast: Cast) -> None:
    for title, backs in (("Backmark", (2, 3)), ("Oldplan", (110,))):
        row = Programme(
            patient_id=cast.ana_patient,
            kind="pt",
            title=title,
            planned_by=cast.ben,
            starts_on=TODAY - timedelta(days=200),
        )
        db.add(row)
        db.flush()
        for back in backs:
            day = TODAY - timedelta(days=back)
            by = {"patient_id": cast.ana_patient, "programme_id": row.id, "author_id": cast.ana, "digest": ""}
            db.add(Session(**by, uuid=f"s{back}", status="done", day=day, done_at=NOW, recorded_at=NOW))


def write_later(cast: Cast, now: datetime) -> None:
    """What comes after the link was made."""
    ana, author = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ana)
    record.record(ana, author, "later", "", now, 10, now, note="newnote")
    db.add(Medicine(patient_id=ana.id, added_by=cast.ana, name="Newmed", started_on=now.date()))
    db.commit()
    db.remove()


def link(cast: Cast, parts: Any = tuple(MARKS), passphrase: str = "", lasts: timedelta = timedelta(days=7)) -> str:
    """The token of a link of Ana's to `parts` of the last forty days."""
    ana, author = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ana)
    days = (TODAY - timedelta(days=DAYS - 1), TODAY)
    _row, token = make(ana, author, "Dr Okon", parts, days, lasts, passphrase, clock.now())
    db.commit()
    db.remove()
    return token


def opened(browser: Any, token: str, **form: Any) -> Any:
    """Open the link in the browser, and answer with its page."""
    answer = browser.post("/visit/open", {"code": token, **form})
    assert (answer.status_code, answer.location) == (303, "/visit/shared"), answer.text
    return browser.get("/visit/shared")


def shown(page: str) -> set[str]:
    """The parts whose marked words stand in the page."""
    text = re.sub(r"</?b>", "", page)
    found = {part for part, words in MARKS.items() if all(word in text for word in words)}
    partly = {part for part, words in MARKS.items() if any(word in text for word in words)}
    assert found == partly
    return found
