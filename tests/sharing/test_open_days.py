"""Only the open days can be read, on every page of the caregiver and the clinic."""

from datetime import date, timedelta

from sqlalchemy import select, update

from companion.diary import record
from companion.diary.model import Entry
from companion.identity.signin import account_of
from companion.medication import take
from companion.medication.model import Dose, Medicine
from companion.procedures import record as procedures
from companion.procedures.model import Procedure
from companion.sharing.model import PARTS, Grant
from companion.sharing.terms import Period
from companion.store import db
from companion.therapy import keep
from companion.therapy.model import Programme, Session
from tests.cast import NOW
from tests.sharing.walk import TODAY, addresses, fill, pages

MARK = "Heron"
#: in the middle of a month, and so long ago that all of it is drawn by month
SINCE = date(2024, 12, 15)
OPEN = [SINCE, date(2025, 6, 1), TODAY - timedelta(days=12), TODAY - timedelta(days=6)]
BEFORE = [date(2023, 1, 2), date(2024, 12, 10)]
LAST = TODAY - timedelta(days=5)


def _share(**terms):
    db.execute(update(Grant).values(parts=list(PARTS), may_log=True, **terms))
    db.commit()


def _take_out(period):
    """Remove what is closed, and call the things that were over by another name."""
    ana = account_of("ana@example.org")
    for model, verb in ((Entry, record), (Dose, take), (Session, keep)):
        for row in db.scalars(select(model)).all():
            if not period.holds(row.day):
                verb.remove(row, ana, NOW)
    for row in db.scalars(select(Procedure)).all():
        if not period.holds(row.done_on):
            procedures.remove(row, ana, NOW)
    db.execute(update(Medicine).where(Medicine.name.contains(MARK)).values(name="Other"))
    db.execute(update(Programme).where(Programme.title.contains(MARK)).values(title="Other"))
    db.commit()
    db.remove()


def test_no_page_tells_of_a_closed_day(app, visit, cast):
    fill(cast, OPEN)
    fill(cast, [TODAY - timedelta(days=1), TODAY], MARK, pain=9)
    _try(app, visit, cast, Period(SINCE, LAST))


def test_no_page_tells_of_a_day_before_the_first(sqlite_app, visit, cast):
    fill(cast, OPEN)
    _try(sqlite_app, visit, cast, Period(SINCE, None))


def test_no_page_tells_of_a_day_of_the_same_week(sqlite_app, visit, cast):
    fill(cast, [TODAY - timedelta(days=2), TODAY])
    fill(cast, [TODAY - timedelta(days=4), TODAY - timedelta(days=3)], MARK, pain=9)
    _try(sqlite_app, visit, cast, Period(TODAY - timedelta(days=2), None))


def _try(app, visit, cast, period):
    fill(cast, BEFORE, MARK, pain=9)
    found = addresses(app, cast)
    _share()
    first = [address for address in found if "?" not in address]
    assert sum(MARK in text for text in pages(visit, first).values()) > 10
    _share(since_on=period.since, until_on=period.until)
    told = pages(visit, found)
    assert sum(text.startswith("200") for text in told.values()) > 25
    assert [address for address, text in told.items() if MARK in text] == []
    _take_out(period)
    after = pages(visit, found)
    assert [address for address in told if told[address] != after[address]] == []


def test_it_writes_only_while_today_is_open(app, visit, cast):
    path = f"/for/{cast.ana_patient}/diary/log"
    assert visit("rosa").get(path).status_code == 200
    _share(until_on=TODAY - timedelta(days=1))
    assert visit("rosa").get(path).status_code == 404
    page = visit("rosa").get(f"/for/{cast.ana_patient}/plan/").text
    assert "This day is not open to you." in page
    assert path not in page


def test_it_holds_until_the_end_of_its_last_day(app, visit, cast, set_clock):
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    form = {"parts": ["pain"], "ends_on": "2026-03-12"}
    assert visit("ana").post(f"/sharing/grants/{grant.id}/parts", form).status_code == 303
    assert "Stops by itself after March 12, 2026" in visit("rosa").get("/caring/").text
    path = f"/for/{cast.ana_patient}/plan/"
    # 23:59 in Berlin, then midnight
    set_clock(NOW.replace(day=12, hour=22, minute=59))
    assert visit("rosa").get(path).status_code == 200
    set_clock(NOW.replace(day=12, hour=23, minute=0))
    assert visit("rosa").get(path).status_code == 404
    assert f'href="{path}"' not in visit("rosa").get("/caring/").text
    assert "Only Northmoor Pain Clinic can see your diary." in visit("ana").get("/sharing/").text


def test_a_clinic_loses_the_line_in_its_list_with_the_end(app, visit, cast, set_clock):
    grant = db.scalars(select(Grant).where(Grant.clinic_id == cast.northmoor)).one()
    visit("ana").post(f"/sharing/grants/{grant.id}/parts", {"parts": ["pain"], "ends_on": "2026-03-10"})
    assert ">Ana</a>" in visit("ben").get("/clinic/").text
    set_clock(NOW.replace(hour=23))
    page = visit("ben").get("/clinic/").text
    assert "Nobody shares with your clinic yet." in page
    assert visit("ben").get(f"/clinic/patients/{cast.ana_patient}").status_code == 404
    assert "0 people share with your clinic." in visit("ben").get("/clinic/invitations").text
