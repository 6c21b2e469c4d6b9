"""The sentence on top."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from companion import words
from companion.trends import insight
from companion.trends.insight import sentence, sides
from companion.trends.series import Axis, Line, Mark

TODAY = date(2026, 3, 10)
NOBODY = (0.0, 0)


def made(*pains):
    """A line with these pains, the last one today, and its axis."""
    line = Line([float(pain or 0) for pain in pains], [0 if pain is None else 1 for pain in pains])
    return line, Axis(TODAY - timedelta(days=len(pains) - 1), TODAY)


def mark(back, injection=True):
    return Mark(TODAY - timedelta(days=back), "Epidural", "Epidural steroid injection, L4-5", injection, True)


def said(pains, turn=None, former=NOBODY):
    line, axis = made(*pains)
    return "".join(sentence(line, turn, former, axis))


@pytest.mark.parametrize(
    ("before", "since", "injection", "wanted"),
    [
        ((6.0, 7), (4.0, 5), True, "Average pain 4, down 2 (33%) since the injection on Mar 5."),
        ((4.0, 3), (6.0, 5), True, "Average pain 6, up 2 (50%) since the injection on Mar 5."),
        ((5.0, 7), (5.4, 5), True, "Average pain 5.4, about the same as before the injection on Mar 5."),
        ((0.0, 7), (2.0, 5), True, "Average pain 2, up 2 since the injection on Mar 5."),
        ((6.0, 7), (4.0, 5), False, "Average pain 4, down 2 (33%) since the procedure on Mar 5."),
        ((4.0, 7), (6.0, 5), False, "Average pain 6, up 2 (50%) since the procedure on Mar 5."),
        ((5.0, 7), (5.0, 5), False, "Average pain 5, about the same as before the procedure on Mar 5."),
        # four days are too few to say that it changed, and nothing else is compared meanwhile
        ((6.0, 7), (4.0, 4), True, "Average pain 5. The injection was on Mar 5; a few more days will show a change."),
        ((6.0, 7), (4.0, 4), False, "Average pain 5. The procedure was on Mar 5; a few more days will show a change."),
    ],
)  # fmt: skip
def test_it_compares_with_the_week_before_a_procedure(before, since, injection, wanted):
    turn = sides(mark(5, injection), before, since)
    assert said([5] * 30, turn, (9.0, 30)) == wanted


def test_a_silent_week_before_a_procedure_is_no_baseline():
    assert sides(mark(5), (6.0, 2), (4.0, 5)) is None


@pytest.mark.parametrize(
    ("pains", "former", "wanted"),
    [
        ([4] * 30, (4.8, 25), "Average pain 4, down 0.8 from the 30 days before."),
        ([4] * 30, (3.2, 25), "Average pain 4, up 0.8 from the 30 days before."),
        ([4] * 30, (4.49, 25), "Average pain 4, about the same as in the 30 days before."),
        ([4] * 30, (4.5, 25), "Average pain 4, down 0.5 from the 30 days before."),
        ([4] * 30, (6.0, 4), "Average pain 4."),
        ([4] * 4 + [None] * 6, (6.0, 9), "Average pain 4."),
        ([4, 4] + [None] * 8, (6.0, 9), "A few more days with an entry will show an average here."),
        ([None] * 7, NOBODY, "A few more days with an entry will show an average here."),
    ],
)  # fmt: skip
def test_without_a_procedure_it_compares_with_the_time_before(pains, former, wanted):
    assert said(pains, None, former) == wanted


def test_every_second_piece_is_a_number():
    line, axis = made(*[5] * 30)
    pieces = sentence(line, sides(mark(5), (6.0, 7), (4.0, 5)), NOBODY, axis)
    assert pieces == ("Average pain ", "4", ", down ", "2", " (33%) since the injection on Mar 5.")


def test_the_figures_have_their_source():
    rules = tomllib.loads((Path(insight.__file__).parent / "change.toml").read_text(encoding="utf-8"))
    assert "Farrar 2001" in rules["source"]
    assert (insight.BASELINE, insight.FEWEST, insight.ENOUGH, insight.SAME) == (7, 3, 5, 0.5)


def test_it_says_numbers_in_the_language():
    line, axis = made(4, 5, 5)
    with words.speaking("es"):
        assert "4,7" in sentence(line, None, NOBODY, axis)
