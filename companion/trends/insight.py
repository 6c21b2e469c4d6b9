"""Pure: the sentence on top. It compares what was noted and says no more: never why."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from companion.trends.series import Axis, Line, Mark
from companion.words import Later, lazy, say_day, say_number
from companion.words import gettext as _

_RULES = tomllib.loads(Path(__file__).with_name("change.toml").read_text(encoding="utf-8"))
#: days before a procedure that it is compared with
BASELINE: int = _RULES["baseline"]
#: days with an entry from which there is an average, and on each side from which two are compared
FEWEST: int = _RULES["fewest"]
ENOUGH: int = _RULES["enough"]
#: a smaller difference is about the same
SAME: float = _RULES["same"]
_NUMBER = "\x00"

_SAID: dict[tuple[str, str], Later] = {
    ("injection", "down"): lazy("Average pain %(mean)s, down %(by)s since the injection on %(day)s."),
    ("injection", "up"): lazy("Average pain %(mean)s, up %(by)s since the injection on %(day)s."),
    ("injection", "same"): lazy("Average pain %(mean)s, about the same as before the injection on %(day)s."),
    ("procedure", "down"): lazy("Average pain %(mean)s, down %(by)s since the procedure on %(day)s."),
    ("procedure", "up"): lazy("Average pain %(mean)s, up %(by)s since the procedure on %(day)s."),
    ("procedure", "same"): lazy("Average pain %(mean)s, about the same as before the procedure on %(day)s."),
    ("time", "down"): lazy("Average pain %(mean)s, down %(by)s from the %(days)s days before."),
    ("time", "up"): lazy("Average pain %(mean)s, up %(by)s from the %(days)s days before."),
    ("time", "same"): lazy("Average pain %(mean)s, about the same as in the %(days)s days before."),
}
_SOON = {
    "injection": lazy("Average pain %(mean)s. The injection was on %(day)s; a few more days will show a change."),
    "procedure": lazy("Average pain %(mean)s. The procedure was on %(day)s; a few more days will show a change."),
}

#: a mean of daily means, and how many days with an entry it rests on
Mean = tuple[float, int]


class Sides(NamedTuple):
    """Mean pain in the week before a procedure and in the days after it; its own day counts for neither."""

    mark: Mark
    before: float
    #: None as long as too few days have passed
    since: float | None


def sides(mark: Mark, before: Mean, since: Mean) -> Sides | None:
    """The two sides of the latest treatment, unless the week before it was silent."""
    if before[1] < FEWEST:
        return None
    return Sides(mark, before[0], since[0] if since[1] >= ENOUGH else None)


def sentence(pain: Line, turn: Sides | None, former: Mean, axis: Axis) -> tuple[str, ...]:
    """The sentence in pieces; every second piece is a number, to be set apart.

    `former` is the mean of as many days before the axis.
    """
    mean, days = pain.over()
    if mean is None or days < FEWEST:
        return (_("A few more days with an entry will show an average here."),)
    if turn:
        what, day = ("injection" if turn.mark.injection else "procedure"), say_day(turn.mark.at, "MMMd")
        if turn.since is None:
            return _pieces(str(_SOON[what]) % {"mean": _number(mean), "day": day})
        return _compared(what, turn.since, turn.before, axis, day)
    if min(former[1], days) >= ENOUGH:
        return _compared("time", mean, former[0], axis)
    return _pieces(_("Average pain %(mean)s.", mean=_number(mean)))


def _compared(with_what: str, now: float, before: float, axis: Axis, day: str = "") -> tuple[str, ...]:
    change = now - before
    way = "same" if abs(change) < SAME else "up" if change > 0 else "down"
    by = _number(abs(change))
    if before and with_what != "time":
        by = _("%(points)s (%(percent)s%%)", points=by, percent=round(abs(change) / before * 100))
    said = str(_SAID[with_what, way])
    return _pieces(said % {"mean": _number(now), "by": by, "days": axis.days, "day": day})


def _number(value: float) -> str:
    return f"{_NUMBER}{say_number(value)}{_NUMBER}"


def _pieces(said: str) -> tuple[str, ...]:
    return tuple(said.split(_NUMBER))
