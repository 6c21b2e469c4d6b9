"""From day rows to one time axis."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.trends.series import SPANS, axis, diary, monday, month, periods, runs, silent, tallies

TODAY = date(2026, 3, 10)
PAINS = st.lists(st.integers(0, 10), min_size=1, max_size=5)
#: days back from today with the pains of each
RECORDS = st.dictionaries(st.integers(0, 900), PAINS, min_size=1, max_size=60)
SPAN = st.sampled_from(sorted(SPANS))


def rows_on(line, record):
    """What the database would say about the record on this axis."""
    found: dict[int, list] = {}
    for back, pains in record.items():
        day = TODAY - timedelta(days=back)
        if day < line.first:
            continue
        mean = sum(pains) / len(pains)
        row = found.setdefault(line.index(day), [0, 0.0, 11, -1])
        row[:] = [row[0] + 1, row[1] + mean, min(row[2], *pains), max(row[3], *pains)]
    return [(bucket, *row, 0, 0, 0, 0, 0, 0) for bucket, row in found.items()]


@given(RECORDS, SPAN)
def test_it_keeps_the_mean_between_low_and_high(record, span):
    line = axis(span, TODAY, TODAY - timedelta(days=max(record)))
    drawn = diary(line.size, rows_on(line, record))
    for mean, low, high in zip(drawn.pain.values, drawn.low, drawn.high, strict=True):
        assert mean is None or low - 1e-9 <= mean <= high + 1e-9


@given(RECORDS, SPAN)
def test_it_leaves_a_gap_for_exactly_the_silent_days(record, span):
    line = axis(span, TODAY, TODAY - timedelta(days=max(record)))
    drawn = diary(line.size, rows_on(line, record))
    gaps = {n for first, last in silent(drawn.pain.values) for n in range(first, last + 1)}
    noted = {line.index(TODAY - timedelta(days=back)) for back in record if TODAY - timedelta(days=back) >= line.first}
    assert gaps == set(range(line.size - 1)) - noted
    assert {n for a, b in runs(drawn.pain.values) for n in range(a, b + 1)} == noted


@given(RECORDS, SPAN, st.sampled_from([monday, month]))
def test_its_periods_sum_up_to_the_whole(record, span, of):
    line = axis(span, TODAY, TODAY - timedelta(days=max(record)))
    drawn = diary(line.size, rows_on(line, record))
    cuts = periods(line, of)
    assert [cut[1] for cut in cuts] == [0, *(cut[2] for cut in cuts[:-1])]
    assert cuts[-1][2] == line.size
    assert sum(drawn.pain.over(first, end)[1] for _, first, end in cuts) == drawn.pain.over()[1]
    parts = [drawn.pain.over(first, end) for _, first, end in cuts]
    total = sum(mean * days for mean, days in parts if mean is not None)
    assert abs(total - sum(drawn.pain.sums)) < 1e-6


@given(SPAN, st.integers(0, 3000))
def test_it_puts_every_day_in_the_bucket_that_begins_before_it(span, back):
    line = axis(span, TODAY, TODAY - timedelta(days=back))
    assert line.last == TODAY
    for day in (line.first, TODAY - timedelta(days=3), TODAY):
        n = line.index(day)
        assert 0 <= n < line.size
        assert line.start(n) <= day < line.start(n + 1)


def test_it_begins_with_the_record_but_shows_a_week():
    assert axis("90", TODAY, TODAY - timedelta(days=9)).days == 10
    assert axis("90", TODAY, TODAY).days == 7
    assert axis("90", TODAY, None).days == 7
    assert axis("7", TODAY, TODAY - timedelta(days=500)).days == 7
    assert axis("90", TODAY, TODAY - timedelta(days=500)).days == 90


@pytest.mark.parametrize(("back", "by"), [(199, "day"), (200, "week"), (399, "week"), (400, "month"), (3000, "month")])
def test_a_long_axis_goes_by_week_and_a_longer_one_by_month(back, by):
    line = axis("all", TODAY, TODAY - timedelta(days=back))
    assert (line.by, line.days) == (by, back + 1)
    assert by != "week" or line.origin.weekday() == 0
    assert by != "month" or line.origin.day == 1


def test_a_year_has_its_days_though_it_goes_by_week():
    line = axis("365", TODAY, date(2020, 1, 1))
    assert (line.by, line.days, line.size) == ("week", 365, 53)


def test_todays_silence_is_no_gap_yet():
    assert silent([1.0, None, 2.0, None]) == [(1, 1)]
    assert silent([None, None, None]) == [(0, 1)]


def test_it_adds_things_of_one_name():
    rows = [(1, 0, 2, 0), (2, 0, 1, 1), (1, 2, 0, 1)]
    taken = tallies(3, rows, {1: "Gabapentin", 2: "Gabapentin"}.__getitem__)
    assert taken["Gabapentin"].done == [3, 0, 0]
    assert taken["Gabapentin"].skipped == [1, 0, 1]
