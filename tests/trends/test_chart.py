"""Numbers to the texts of an SVG."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.trends import chart
from companion.trends.chart import Scale
from companion.trends.frame import Frame
from companion.trends.insight import Sides
from companion.trends.series import Diary, Line, Mark, Tally, axis

TODAY = date(2026, 3, 10)
VALUES = st.lists(st.none() | st.integers(0, 10), min_size=7, max_size=120)


def frame(days, marks=()):
    return Frame(axis("all", TODAY, TODAY - timedelta(days=days - 1)), 330, marks)


def diary(values):
    line = Line([float(value or 0) for value in values], [0 if value is None else 1 for value in values])
    low, high = ([end if value is None else value for value in values] for end in (11, -1))
    return Diary(line, low, high, line, line, line)


def places(path):
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


@given(VALUES)
def test_a_line_has_a_place_for_each_value_and_rests_between(values):
    drawn = chart.line(frame(len(values)), values)
    held = [value for value in values if value is not None]
    assert len(places(drawn.path)) == len(held)
    begun = sum(1 for n, value in enumerate(values) if value is not None and (n == 0 or values[n - 1] is None))
    assert drawn.path.count("M") == begun
    assert (drawn.end is None) == (not held)


@given(VALUES)
def test_nothing_leaves_the_scale(values):
    drawn = chart.pain(frame(len(values)), diary(values), None, {})
    assert all(drawn.scale.top <= y <= drawn.scale.bottom for _x, y in places(drawn.path) + places(drawn.band))
    assert all(22 <= x <= 322 for x, _y in places(drawn.path))
    assert [number for _cls, _y, number in drawn.scale.lines] == [0, 5, 10]


def test_the_scale_is_placed_to_a_tenth():
    scale = Scale(10, 110)
    assert (scale(0), scale(10), scale(4.24)) == ("110.0", "10.0", "68.0")


def test_a_gap_is_as_wide_as_its_days():
    drawn = chart.pain(frame(10), diary([4, None, None, 5, 5, 5, 5, 5, 5, 5]), None, {})
    assert drawn.gaps == [("51.8", "59.6")]


def test_names_that_would_run_into_a_newer_one_are_left_out():
    marks = [
        Mark(TODAY - timedelta(days=back), name, name, True, True)
        for back, name in ((80, "First"), (12, "Older"), (10, "Newest"))
    ]
    drawn = chart.pain(frame(90, marks), diary([4] * 90), None, {})
    assert [name for _x, name, _anchor in drawn.names] == ["Newest", "First"]
    assert len(drawn.frame.stems) == 3


def test_narrow_bars_of_one_height_are_one_outline():
    full = Tally([2] * 180, [0] * 180)
    (row,) = chart.rows(frame(180), [("Gabapentin", "360 times", full)]).rows
    assert row.done == "M22.0 40V24.0H320.0V40"
    (row,) = chart.rows(frame(30), [("Gabapentin", "60 times", Tally([2] * 30, [0] * 30))]).rows
    assert row.done.count("z") == 30


def test_a_box_stands_where_all_was_skipped():
    (row,) = chart.rows(frame(7), [("Gabapentin", "", Tally([1, 0, 0, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0, 0]))]).rows
    assert row.skipped.count("M") == 1
    assert row.done.count("M") == 5


@given(st.integers(7, 3000))
def test_labels_have_room(days):
    labels = frame(days).labels
    xs = [float(x) for x, _text in labels]
    assert labels
    assert all(b - a >= (28 if days <= 10 else 38) for a, b in pairwise(xs))


def test_the_averages_stand_beside_the_stem_on_their_lines():
    mark = Mark(TODAY - timedelta(days=30), "Epidural", "Epidural", True, True)
    drawn = chart.pain(frame(90, [mark]), diary([4] * 90), Sides(mark, 6.0, 4.0), {})
    (before, since), scale = drawn.numbers, drawn.scale
    assert before[2:] == ("end", "6")
    assert since[2:] == ("start", "4")
    assert float(before[1]) == float(scale(6)) - 5
    assert float(since[1]) == float(scale(4)) - 5
    start, stem = re.match(r"M([\d.]+) [\d.]+H([\d.]+)M", drawn.average).groups()
    assert float(stem) - float(start) == pytest.approx(7.5 * drawn.frame.step, abs=0.11)


def test_what_others_entered_stands_apart():
    drawn = chart.pain(frame(10), diary([None] * 10), None, {3: 7.0})
    assert drawn.observed == f"M{drawn.frame.xs[3]} {drawn.scale(7)}m0 -5l5 5l-5 5l-5 -5z"
    assert (drawn.path, drawn.end) == ("", None)


def test_the_lowest_answer_is_a_low_bar():
    drawn = chart.bars(frame(7), [0, None, 0, 5, 5, 5, 5])
    assert drawn.path.count("M") == 6
    assert f"V{drawn.scale(0)}h" not in drawn.path


def test_all_lines_have_one_scale():
    often, seldom = (
        chart.rows(frame(7), [("A", "", Tally([6] * 7, [0] * 7)), ("B", "", Tally([count] * 7, [0] * 7))]).rows
        for count in (3, 6)
    )
    heights = [row.base - float(re.search(r"V([\d.]+)h", row.done)[1]) for row in (*often, *seldom)]
    assert heights == [22, 11, 22, 22]
