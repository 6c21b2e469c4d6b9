"""When a diary day begins is the clinic's choice."""

from datetime import UTC, date, datetime, time

import pytest

from companion import clock
from companion.app import create_app
from companion.settings import Settings, SettingsError
from tests.diary.sheets import filled, kept

#: 01:30 on Wednesday in Berlin
NIGHT = datetime(2026, 3, 11, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def four_again():
    yield
    clock.begin_days_at(time(4))


@pytest.mark.parametrize(("begins", "day"), [("04:00", date(2026, 3, 10)), ("00:00", date(2026, 3, 11))])
def test_a_night_belongs_to_the_day_that_is_going_on(sqlite_app, visit, cast, set_clock, begins, day):
    clock.begin_days_at(Settings.read({"COMPANION_DAY_STARTS": begins}).day_starts)
    set_clock(NIGHT)
    visit("ana").post("/diary/entries", filled())
    assert kept(cast.ana_patient)[0].day == day
    first, after = clock.bounds(day, "Europe/Berlin")
    assert first <= NIGHT < after


def test_the_app_reckons_with_it(tmp_path):
    create_app(Settings(home=tmp_path, day_starts=time(6)))
    assert clock.day_starts() == time(6)


@pytest.mark.parametrize("wrong", ["12:00", "4", "24:00", "4:00", ""])
def test_another_time_stops_the_start(wrong):
    with pytest.raises(SettingsError, match="COMPANION_DAY_STARTS does not fit: write a time from 00:00 to 11:59"):
        Settings.read({"COMPANION_DAY_STARTS": wrong})
