"""A part that is taken away can be read on no page of the caregiver and the clinic: whatever it says, they look the same."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from companion.diary.model import DiaryDay, DiaryMonth, Entry, ObservedDay, Site
from companion.identity.model import Patient
from companion.medication.model import Dose, DoseDay, DoseMonth, Medicine
from companion.procedures.model import Procedure
from companion.schedule.model import Schedule
from companion.sharing.model import PARTS, Grant
from companion.store import db
from companion.therapy.model import Programme, Session
from tests.cast import NOW
from tests.sharing.walk import TODAY, addresses, fill, pages


def say(model, **words):
    """Every row of the model says other words."""

    def tell():
        for row in db.scalars(select(model)):
            for name, said in words.items():
                setattr(row, name, said)

    return tell


#: what each part holds, told otherwise; each of them leaves the other parts as they are
OTHERWISE = {
    "pain": [
        update(Entry).values(pain=9, impact=9, sleep=9),
        update(Site).values(region="front-knee-l"),
        update(DiaryDay).values(pain_sum=9 * DiaryDay.entries, pain_low=9, pain_high=9, impact_sum=9, sleep_sum=9),
        update(DiaryMonth).values(pain_sum=9 * DiaryMonth.days, pain_low=9, pain_high=9, impact_sum=9, sleep_sum=9),
        update(ObservedDay).values(pain_sum=9 * ObservedDay.entries),
        update(Session).values(pain_before=9, pain_after=9),
    ],
    "mood": [
        update(Entry).values(mood=9),
        update(DiaryDay).values(mood_sum=9),
        update(DiaryMonth).values(mood_sum=9),
    ],
    "medicines": [
        say(Medicine, name="Otherwise", note="Otherwise"),
        say(Dose, status="skipped", reason="Otherwise"),
        update(DoseDay).values(taken=7, skipped=7),
        update(DoseMonth).values(taken=7, skipped=7),
    ],
    "therapy": [
        say(Programme, title="Otherwise", note="Otherwise", minutes=99),
        update(Session).values(status="skipped"),
        delete(Schedule).where(Schedule.kind == "therapy"),
    ],
    "procedures": [say(Procedure, kind="rfa", level="Otherwise", note="Otherwise")],
    "notes": [say(Entry, note="Otherwise"), say(Session, note="Otherwise")],
}
#: the first page of each room
FIRST = re.compile(r"/for/\d+/\w+/|/clinic/patients/\d+")
DAYS = [date(2024, 12, 15), TODAY - timedelta(days=40), TODAY - timedelta(days=3), TODAY]


def _share(parts):
    db.execute(update(Grant).values(parts=parts, may_log=True))
    db.commit()


def _tell_otherwise(part):
    for otherwise in OTHERWISE[part]:
        otherwise() if callable(otherwise) else db.execute(otherwise)
    db.flush()
    # what was drawn is kept until the record says that it changed
    moments = {f"{name}_at": NOW - timedelta(minutes=1) for name in ("diary", "medicines", "therapy", "procedures")}
    db.execute(update(Patient).values(**moments))
    db.commit()
    db.remove()


def test_every_part_is_tried():
    assert OTHERWISE.keys() == PARTS.keys()


@pytest.mark.parametrize("part", PARTS)
def test_no_page_tells_of_a_closed_part(sqlite_app, visit, cast, part):
    fill(cast, DAYS)
    found = addresses(sqlite_app, cast)
    _share([each for each in PARTS if each != part])
    closed = pages(visit, found)
    _share([*PARTS])
    first = [address for address in found if FIRST.fullmatch(address)]
    opened = pages(visit, first)
    _tell_otherwise(part)
    assert pages(visit, first) != opened
    _share([each for each in PARTS if each != part])
    told = pages(visit, found)
    assert sum(text.startswith("200") for text in closed.values()) > 15
    assert [address for address in closed if closed[address] != told[address]] == []
