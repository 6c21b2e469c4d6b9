"""A phone with a wrong clock: the time is put right where that can be done, else it is a guess, marked and asked about."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion.diary.model import Entry, Revision
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept

HOUR = timedelta(hours=1)
YEARS = timedelta(days=2000)


def write(browser, at, clock=None, **more):
    headers = {"X-Sent-At": clock.isoformat()} if clock else {}
    return browser.post("/diary/entries", filled(at=at.isoformat(), uuid=str(uuid4()), **more), headers=headers)


@pytest.mark.parametrize("wrong", [-5 * HOUR, -7 * timedelta(minutes=1), 3 * HOUR])
def test_a_clock_that_is_wrong_by_hours_is_put_right(app, visit, cast, wrong):
    # Given a tap an hour ago, on a phone whose clock is wrong by so much
    assert write(visit("ana"), NOW - HOUR + wrong, NOW + wrong).status_code == 303
    [entry] = kept(cast.ana_patient)
    assert (entry.felt_at, entry.doubtful_at) == (NOW - HOUR, None)


def test_the_way_of_a_letter_moves_nothing(sqlite_app, visit, cast):
    write(visit("ana"), NOW - HOUR, NOW - timedelta(minutes=2))
    assert kept(cast.ana_patient)[0].felt_at == NOW - HOUR


@pytest.mark.parametrize("wrong", [-YEARS, YEARS])
def test_a_clock_that_is_years_off_is_put_right_and_asked_about(sqlite_app, visit, cast, wrong):
    write(visit("ana"), NOW - HOUR + wrong, NOW + wrong)
    [entry] = kept(cast.ana_patient)
    assert (entry.felt_at, entry.doubtful_at) == (NOW - HOUR, NOW - HOUR + wrong)


@pytest.mark.parametrize(
    "told",
    [NOW + HOUR, NOW + YEARS, NOW - YEARS, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)],
)
def test_a_time_that_cannot_be_is_kept_as_now_and_asked_about(app, visit, cast, told):
    assert write(visit("ana"), told, NOW).status_code == 303
    [entry] = kept(cast.ana_patient)
    assert (entry.felt_at, entry.doubtful_at) == (NOW, told)


def test_a_month_without_a_network_is_believed(sqlite_app, visit, cast):
    write(visit("ana"), NOW - timedelta(days=40), NOW)
    assert kept(cast.ana_patient)[0].doubtful_at is None


def test_a_chosen_time_is_not_doubted(sqlite_app, visit, cast):
    write(visit("ana"), NOW + HOUR, NOW, when="2026-03-10T09:30")
    [entry] = kept(cast.ana_patient)
    assert (entry.felt_at, entry.doubtful_at) == (datetime(2026, 3, 10, 8, 30, tzinfo=UTC), None)


def test_the_same_tap_sent_again_by_another_clock_is_one_entry(sqlite_app, visit, cast):
    sheet = filled(at=(NOW + 3 * HOUR).isoformat())
    for late in (timedelta(), HOUR):
        headers = {"X-Sent-At": (NOW + 3 * HOUR + late).isoformat()}
        assert visit("ana").post("/diary/entries", sheet, headers=headers).status_code == 303
    assert len(kept(cast.ana_patient)) == 1


@pytest.mark.parametrize("clock", ["yesterday", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", ""])
def test_a_clock_that_says_nothing_useful_breaks_nothing(sqlite_app, visit, cast, clock):
    answer = visit("ana").post("/diary/entries", filled(at=NOW.isoformat()), headers={"X-Sent-At": clock})
    assert answer.status_code == 303
    assert kept(cast.ana_patient)[0].felt_at == NOW


def test_it_is_asked_about_until_it_is_put_right(sqlite_app, visit, cast):
    ana = visit("ana")
    write(ana, NOW + YEARS, NOW)
    [entry] = kept(cast.ana_patient)
    pages = ("/plan/", f"/diary/entries/{entry.uuid}")
    assert all("When was this?" in ana.get(page).text for page in pages)
    # A time that is right as it was guessed is saved as it is
    sheet = filled(version="1", when=f"{entry.local:%Y-%m-%dT%H:%M}")
    assert ana.post(f"/diary/entries/{entry.uuid}/corrections", sheet).status_code == 303
    assert not any("When was this?" in ana.get(page).text for page in pages)
    assert db.scalars(select(Entry.doubtful_at)).all() == [None]
    assert len(db.scalars(select(Revision)).all()) == 1


def test_a_removed_entry_is_not_asked_about(sqlite_app, visit, cast):
    ana = visit("ana")
    write(ana, NOW + YEARS, NOW)
    ana.post(f"/diary/entries/{kept(cast.ana_patient)[0].uuid}/removal")
    assert "When was this?" not in ana.get("/plan/").text


def test_nobody_else_is_asked(sqlite_app, visit, cast):
    write(visit("ana"), NOW + YEARS, NOW)
    assert "When was this?" not in visit("rosa").get(f"/for/{cast.ana_patient}/plan/").text


def test_a_dose_gets_its_time_put_right_too(sqlite_app, visit, cast):
    ana = visit("ana")
    ana.post("/medication/", {"name": "Gabapentin", "when": "needed"})
    sheet = {"uuid": str(uuid4()), "status": "taken", "at": (NOW + 3 * HOUR).isoformat()}
    refused = ana.post("/medication/1/doses", sheet)
    assert refused.status_code == 422
    assert (
        ana.post("/medication/1/doses", sheet, headers={"X-Sent-At": (NOW + 4 * HOUR).isoformat()}).status_code == 303
    )
