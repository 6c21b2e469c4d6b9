"""The sentence on top."""

from datetime import date, timedelta

import pytest

from companion import words
from companion.trends.insight import sentence, sides
from companion.trends.series import Axis, Line, Mark

TODAY = date(2026, 3, 10)
NOBODY = (0.0, 0)


def made(*pains):
    """A line with these pains, the last one today, and its axis."""
    line = Line([float(pain or 0) for pain in pains], [0 if pain is None else 1 for pain in pains])
    return line, Axis(TODAY - timedelta(days=len(pains) - 1), TODAY)


def mark(back, injection=True):
    return Mark(TODAY - timedelta(days=back), "Epidural", "Epidural steroid injection, L4-5", injection)


def said(pains, marks=(), former=NOBODY):
    line, axis = made(*pains)
    return "".join(sentence(line, sides(line, marks, axis), former, axis))


@pytest.mark.parametrize(
    ("pains", "marks", "former", "wanted"),
    [
        ([6] * 5 + [9] + [4] * 5, [mark(5)], NOBODY, "Average pain 4, down 2 since the injection."),
        ([4] * 5 + [0] + [6] * 5, [mark(5)], NOBODY, "Average pain 6, up 2 since the injection."),
        ([5] * 11, [mark(5)], NOBODY, "Average pain 5, about the same as before the injection."),
        ([6] * 5 + [9] + [4] * 5, [mark(5, injection=False)], NOBODY, "Average pain 4, down 2 since the procedure."),
        ([5] * 11, [mark(5, injection=False)], NOBODY, "Average pain 5, about the same as before the procedure."),
        # four days on one side are too few: it is compared with the time before
        ([6] * 6 + [4] * 4, [mark(4)], (5.0, 10), "Average pain 5.2, about the same as in the 10 days before."),
        ([6] * 6 + [4] * 4, [mark(4)], NOBODY, "Average pain 5.2."),
        ([4] * 30, [], (4.8, 25), "Average pain 4, down 0.8 from the 30 days before."),
        ([4] * 30, [], (3.2, 25), "Average pain 4, up 0.8 from the 30 days before."),
        ([4] * 30, [], (4.49, 25), "Average pain 4, about the same as in the 30 days before."),
        ([4] * 30, [], (4.5, 25), "Average pain 4, down 0.5 from the 30 days before."),
        ([4] * 30, [], (6.0, 4), "Average pain 4."),
        ([4] * 4 + [None] * 6, [], (6.0, 9), "Average pain 4."),
        ([4, 4] + [None] * 8, [], (6.0, 9), "A few more days with an entry will show an average here."),
        ([None] * 7, [], NOBODY, "A few more days with an entry will show an average here."),
    ],
)  # fmt: skip
def test_it_says_what_was_noted(pains, marks, former, wanted):
    assert said(pains, marks, former) == wanted


def test_it_takes_the_latest_procedure_with_days_on_both_sides():
    pains = [8] * 6 + [6] * 6 + [4] * 6 + [4] * 2
    assert said(pains, [mark(14), mark(8), mark(1)]) == "Average pain 4, down 3.1 since the injection."


def test_the_day_of_the_procedure_counts_for_neither_side():
    line, axis = made(*[6] * 5, 10, *[4] * 5)
    found = sides(line, [mark(5)], axis)
    assert (found.before, found.since) == (6, 4)


def test_every_second_piece_is_a_number():
    line, axis = made(*[6] * 5, 9, *[4] * 5)
    pieces = sentence(line, sides(line, [mark(5)], axis), NOBODY, axis)
    assert pieces == ("Average pain ", "4", ", down ", "2", " since the injection.")


def test_it_says_numbers_in_the_language():
    line, axis = made(4, 5, 5)
    with words.speaking("es"):
        assert "4,7" in sentence(line, None, NOBODY, axis)
