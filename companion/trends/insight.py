"""Pure: the sentence on top. It compares what was noted and says no more: never why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from companion.trends.series import Axis, Line, Mark
from companion.words import Later, lazy, say_number
from companion.words import gettext as _

#: days with an entry on each side, from which two averages are compared
ENOUGH = 5
#: days with an entry, from which there is an average at all
FEWEST = 3
#: a smaller difference is about the same
SAME = 0.5
_NUMBER = "\x00"

_SAID: dict[tuple[str, str], Later] = {
    ("injection", "down"): lazy("Average pain %(mean)s, down %(by)s since the injection."),
    ("injection", "up"): lazy("Average pain %(mean)s, up %(by)s since the injection."),
    ("injection", "same"): lazy("Average pain %(mean)s, about the same as before the injection."),
    ("procedure", "down"): lazy("Average pain %(mean)s, down %(by)s since the procedure."),
    ("procedure", "up"): lazy("Average pain %(mean)s, up %(by)s since the procedure."),
    ("procedure", "same"): lazy("Average pain %(mean)s, about the same as before the procedure."),
    ("time", "down"): lazy("Average pain %(mean)s, down %(by)s from the %(days)s days before."),
    ("time", "up"): lazy("Average pain %(mean)s, up %(by)s from the %(days)s days before."),
    ("time", "same"): lazy("Average pain %(mean)s, about the same as in the %(days)s days before."),
}


class Sides(NamedTuple):
    """Mean pain before and since a procedure; its own day or week counts for neither."""

    mark: Mark
    before: float
    since: float


def sides(pain: Line, marks: Sequence[Mark], axis: Axis) -> Sides | None:
    """The latest of the marks with enough days on both sides."""
    for mark in sorted(marks, reverse=True):
        turn = axis.index(mark.at)
        before, days_before = pain.over(0, turn)
        since, days_since = pain.over(turn + 1)
        if before is not None and since is not None and min(days_before, days_since) >= ENOUGH:
            return Sides(mark, before, since)
    return None


def sentence(pain: Line, turn: Sides | None, former: tuple[float, int], axis: Axis) -> tuple[str, ...]:
    """The sentence in pieces; every second piece is a number, to be set apart.

    `former` is the mean of as many days before the axis, and how many days with an entry it rests on.
    """
    mean, days = pain.over()
    if mean is None or days < FEWEST:
        return (_("A few more days with an entry will show an average here."),)
    if turn:
        return _compared("injection" if turn.mark.injection else "procedure", turn.since, turn.before, axis)
    if min(former[1], days) >= ENOUGH:
        return _compared("time", mean, former[0], axis)
    return _pieces(_("Average pain %(mean)s.", mean=_number(mean)))


def _compared(with_what: str, now: float, before: float, axis: Axis) -> tuple[str, ...]:
    change = now - before
    way = "same" if abs(change) < SAME else "up" if change > 0 else "down"
    said = str(_SAID[with_what, way])
    return _pieces(said % {"mean": _number(now), "by": _number(abs(change)), "days": axis.days})


def _number(value: float) -> str:
    return f"{_NUMBER}{say_number(value)}{_NUMBER}"


def _pieces(said: str) -> tuple[str, ...]:
    return tuple(said.split(_NUMBER))
