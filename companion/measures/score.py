"""Scores: pure, and checked against a table of vectors in the tests.

A score needs an answer to every item that counts and is asked; nothing is made up for one that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from companion.measures.definition import Definition, Item, Values


def asked(definition: Definition, values: Values) -> list[Item]:
    """The items that these answers leave to be asked, in order; an answer to an item that is not asked counts for nothing."""
    known = {item.code: item for item in definition.items}
    found: dict[str, bool] = {}

    def is_asked(item: Item) -> bool:
        if item.code not in found:
            found[item.code] = all(
                (any if rule.any else all)(
                    test.holds(values.get(test.item) if is_asked(known[test.item]) else None) for test in rule.tests
                )
                for rule in item.when
            )
        return found[item.code]

    return [item for item in definition.items if is_asked(item)]


def score(definition: Definition, values: Values) -> float | None:
    """The sum or the mean of what the answers count for, not rounded; None if one is missing or nothing is scored."""
    counted = [item for item in asked(definition, values) if item.counts]
    if definition.scoring == "none" or not counted or any(item.code not in values for item in counted):
        return None
    total = sum(item.weight(values[item.code]) for item in counted)
    return total / len(counted) if definition.scoring == "mean" else total


def scope(definition: Definition) -> tuple[float, float] | None:
    """The least and the most that a score can be, None where there is no end or nothing is scored."""
    counted = [item for item in definition.items if item.counts]
    ends = [item.range for item in counted]
    if definition.scoring == "none" or not counted or None in ends:
        return None
    # what is not always asked may count for nothing
    low = [
        0.0 if item.when and definition.scoring == "sum" else end[0]
        for item, end in zip(counted, ends, strict=True)
        if end
    ]
    high = [0.0 if item.when and definition.scoring == "sum" and end[1] < 0 else end[1] for item, end in zip(counted, ends, strict=True) if end]  # fmt: skip
    return (min(low), max(high)) if definition.scoring == "mean" else (sum(low), sum(high))


def alarmed(definition: Definition, values: Values) -> bool:
    """Whether an answer is to be looked after at once."""
    return any(item.alarm and item.weight(values[item.code]) > 0 for item in definition.items if item.code in values)


def band(definition: Definition, value: float) -> str:
    """The name of the band that a score is in, for clinicians; an empty text where none is published."""
    return next((each.label for each in reversed(definition.bands) if value >= each.at_least), "")


@dataclass(frozen=True)
class Moved:
    """How a score moved from a named one before."""

    points: float
    #: of the one before, None where that was 0
    percent: float | None
    #: whether it is held to matter, None where nobody has published how much does
    matters: bool | None


def moved(definition: Definition, before: float, after: float) -> Moved:
    """From `before` to `after`; it matters from the points of the data file on, and from its percentage where it has one."""
    points, change = after - before, definition.change
    percent = 100 * points / before if before else None
    if change is None:
        return Moved(points, percent, None)
    enough = abs(points) >= change.points
    if change.percent is not None and percent is not None:
        enough = enough and abs(percent) >= change.percent
    return Moved(points, percent, enough)
