"""What answers come to in plain words, without a name for anybody, and how scores went as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from companion.measures.definition import Definition
from companion.measures.model import Answer
from companion.measures.score import scope
from companion.words import gettext as _
from companion.words import say_number


def say_score(score: float) -> str:
    """A score with one decimal at the most."""
    return say_number(round(score, 1))


def outcome(definition: Definition, row: Answer, own: bool) -> str:
    """What the answers come to; `own`: to whoever answered."""
    single = definition.asked[0] if len(definition.asked) == 1 else None
    if definition.scoring == "none":
        return _("Your answers are saved.") if own else _("The answers are saved.")
    if single is not None and single.options and row.score is not None:
        return _("The answer: %(answer)s.", answer=_(str(single.say(row.said[single.code]))))
    if row.score is None:
        return _("Some questions are open, so there is no sum. What was answered is kept.")
    score, ends = say_score(row.score), scope(definition)
    if definition.scoring == "mean" and ends:
        text = _("On average your answers are %(score)s of %(most)s.") if own else _("On average the answers are %(score)s of %(most)s.")  # fmt: skip
    elif ends:
        text = _("Your answers add up to %(score)s of %(most)s.") if own else _("The answers add up to %(score)s of %(most)s.")  # fmt: skip
    else:
        return _("Your answers add up to %(score)s.", score=score) if own else _("The answers add up to %(score)s.", score=score)  # fmt: skip
    return text % {"score": score, "most": say_score(ends[1])}


@dataclass(frozen=True)
class Dot:
    """One score in the drawing."""

    x: float
    y: float


@dataclass(frozen=True)
class Drawn:
    """How scores went: 320 wide and 96 high, the most at the top."""

    path: str
    dots: list[Dot]
    #: the ends of the scale
    low: str
    high: str


def line(definition: Definition, rows: Sequence[Answer]) -> Drawn | None:
    """The scores of `rows` over time; None for fewer than two, or where they have no ends."""
    found = sorted((row.day, row.id, row.score) for row in rows if row.score is not None)
    ends = scope(definition)
    if len(found) < 2 or ends is None or ends[0] == ends[1]:
        return None
    first, last = found[0][0], found[-1][0]
    dots = [
        Dot(_x(day, first, last), round(88 - 80 * (score - ends[0]) / (ends[1] - ends[0]), 1))
        for day, _id, score in found
    ]
    path = "M" + "L".join(f"{dot.x} {dot.y}" for dot in dots)
    return Drawn(path, dots, say_score(ends[0]), say_score(ends[1]))


def _x(day: date, first: date, last: date) -> float:
    span = (last - first).days
    return round(12 + 296 * (day - first).days / span, 1) if span else 160.0
