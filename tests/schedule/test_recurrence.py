"""Wall times against the clocks of three places with different daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.clock import at, bounds, day_of
from companion.schedule.recurrence import Rule, calendar_day, next_after, slots

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
weekdays = st.sets(st.sampled_from("1234567"), min_size=1).map(lambda digits: "".join(sorted(digits)))
instants = st.integers(0, 5 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 8, tzinfo=UTC) + timedelta(minutes=minutes)
)
rules = st.builds(Rule, walls, weekdays, st.just(date(2023, 1, 1)))


def by_brute_force(day: date, wall: time, zone: str) -> datetime:
    """The first minute of the calendar day, in UTC order, at which a clock on the wall shows `wall` or later."""
    tz = ZoneInfo(zone)
    instant = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=15)
    while True:
        local = instant.astimezone(tz)
        if local.date() == day and local.time() >= wall:
            return instant
        instant += timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "day", "gone", "first"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(2, 0), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        # half an hour, at 02:00
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_it_rings_right_after_the_spring_gap(zone, day, gone, first):
    assert at(day, gone, zone) == first
    daily = Rule(gone, "1234567", date(2026, 1, 1))
    assert next_after(daily, zone, first - timedelta(minutes=1)) == (first, day)
    assert next_after(daily, zone, first)[1] == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day", "twice", "first", "second"),
    [
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30Z", "2026-11-01T06:30Z"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45Z", "2026-04-04T15:15Z"),
    ],
)
def test_it_rings_only_the_first_time_in_the_autumn_overlap(zone, day, twice, first, second):
    first, second = datetime.fromisoformat(first), datetime.fromisoformat(second)
    tz = ZoneInfo(zone)
    assert first.astimezone(tz).replace(tzinfo=None) == second.astimezone(tz).replace(tzinfo=None)
    assert at(day, twice, zone) == first
    daily = Rule(twice, "1234567", date(2026, 1, 1))
    assert next_after(daily, zone, first - timedelta(seconds=1)) == (first, day)
    assert next_after(daily, zone, first)[0] > second


@given(days, walls, zones)
def test_a_wall_time_is_the_first_minute_that_shows_it(day, wall, zone):
    assert at(day, wall, zone) == by_brute_force(day, wall, zone)


@given(rules, zones, instants)
def test_the_next_time_is_later_on_a_chosen_weekday_and_none_lies_between(rule, zone, after):
    instant, day = next_after(rule, zone, after)
    assert instant > after
    assert str(day.isoweekday()) in rule.weekdays
    start = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=2)
    every = [start + timedelta(days=n) for n in range(12)]
    assert instant == min(each for each in (at(d, rule.wall, zone) for d in every if rule.holds_on(d)) if each > after)


@given(rules, zones, instants)
def test_each_local_day_comes_at_most_once_and_in_order(rule, zone, after):
    seen = []
    for _ in range(16):
        after, day = next_after(rule, zone, after)
        seen.append(day)
    assert seen == sorted(set(seen))


@given(rules, zones, days, st.integers(0, 20))
def test_slots_are_what_the_next_time_finds(rule, zone, first, length):
    last = first + timedelta(days=length)
    found = list(slots(rule, zone, first, last))
    after, end = bounds(first, zone)[0] - timedelta(seconds=1), bounds(last, zone)[1]
    chain = []
    while (following := next_after(rule, zone, after))[0] < end:
        after = following[0]
        chain.append(after)
    assert [instant for _day, instant in found] == chain
    assert all(day_of(instant, zone) == day for day, instant in found)


@given(rules, zones, instants, st.integers(-3, 20))
def test_nothing_comes_before_the_start_or_after_the_end(rule, zone, after, length):
    begin = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=3)
    short = Rule(rule.wall, rule.weekdays, begin, begin + timedelta(days=length))
    found = next_after(short, zone, after)
    held = [begin + timedelta(days=n) for n in range(length + 1) if short.holds_on(begin + timedelta(days=n))]
    assert (found[1] if found else None) == (held[0] if held else None)


def test_no_weekday_never_comes():
    assert next_after(Rule(time(8), "", date(2026, 1, 1)), "Europe/Berlin", datetime(2026, 3, 10, tzinfo=UTC)) is None


@pytest.mark.parametrize(("wall", "calendar"), [(time(3, 59), date(2026, 3, 11)), (time(4), date(2026, 3, 10))])
def test_the_small_hours_belong_to_the_evening_before(wall, calendar):
    assert calendar_day(date(2026, 3, 10), wall) == calendar
