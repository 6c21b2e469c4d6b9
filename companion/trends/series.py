"""Pure: from rows to one time axis. A bucket is a day, or where the axis is long a week from Monday on, or a month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple

#: how far back, in days; None is everything
SPANS: dict[str, int | None] = {"7": 7, "30": 30, "90": 90, "365": 365, "all": None}
DEFAULT = "90"
#: the longest axis in days that is drawn by day, and by week; a still longer one is drawn by month
LONGEST_BY_DAY, LONGEST_BY_WEEK = 200, 400
_SHORTEST = 7
#: lowest and highest pain of a bucket that tells of no pain: outside the scale, so that min and max pass over them
NO_LOW, NO_HIGH = 11, -1


class Mark(NamedTuple):
    """A procedure: its day, the name beside the mark, the whole name, whether it was an injection, and whether relief
    is to be looked for after it.
    """

    at: date
    short: str
    name: str
    injection: bool
    treatment: bool


@dataclass(frozen=True)
class Axis:
    """The days from `first` to `last`, both included, in buckets; the first and the last one may be cut short."""

    first: date
    last: date
    by: Literal["day", "week", "month"] = "day"

    @cached_property
    def days(self) -> int:
        """How many days it holds."""
        return (self.last - self.first).days + 1

    @cached_property
    def origin(self) -> date:
        """The first day of the first bucket."""
        return {"day": self.first, "week": monday(self.first), "month": month(self.first)}[self.by]

    @cached_property
    def size(self) -> int:
        """How many buckets it holds."""
        return self.index(self.last) + 1

    def place(self, day: date) -> float:
        """How far after the first bucket `day` begins, in buckets; within a month it is not told."""
        if self.by == "month":
            return (day.year - self.origin.year) * 12 + day.month - self.origin.month
        return (day.toordinal() - self.origin.toordinal()) / (7 if self.by == "week" else 1)

    def index(self, day: date) -> int:
        """The bucket that `day` falls into; 0 is the first."""
        return int(self.place(day))

    def start(self, index: int) -> date:
        """The first day of a bucket."""
        if self.by == "month":
            n = self.origin.month - 1 + index
            return date(self.origin.year + n // 12, n % 12 + 1, 1)
        return self.origin + timedelta(days=index * 7 if self.by == "week" else index)


def axis(span: str, today: date, earliest: date | None) -> Axis:
    """The axis for a key of SPANS that ends today. It begins no earlier than the record did, but holds a week."""
    first = min(earliest or today, today - timedelta(days=_SHORTEST - 1))
    length = SPANS[span]
    if length is not None:
        first = max(first, today - timedelta(days=length - 1))
    days = (today - first).days + 1
    return Axis(first, today, "day" if days <= LONGEST_BY_DAY else "week" if days <= LONGEST_BY_WEEK else "month")


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


def month(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


@dataclass(frozen=True)
class Line:
    """One thing over the axis: for each bucket the sum of its daily means, and the days that it rests on."""

    sums: list[float]
    days: list[int]

    @cached_property
    def values(self) -> list[float | None]:
        """The mean of each bucket, None where nothing was noted."""
        return [total / days if days else None for total, days in zip(self.sums, self.days, strict=True)]

    def over(self, first: int = 0, end: int | None = None) -> tuple[float | None, int]:
        """Mean of the daily means from bucket `first` up to, without, `end`, and the days that it rests on."""
        if end == first + 1:  # a bucket is a row of the table where an axis is long
            days = self.days[first]
            return (self.sums[first] / days if days else None), days
        days = sum(self.days[first:end])
        return (sum(self.sums[first:end]) / days if days else None), days


class Diary(NamedTuple):
    """What the diary says over the axis; `low` and `high` are the ends of pain in each bucket, if it has an entry."""

    pain: Line
    low: list[int]
    high: list[int]
    impact: Line
    sleep: Line
    mood: Line


def diary(size: int, rows: Sequence[Sequence[Any]]) -> Diary:
    """The rows of `queries.diary`, in any order, each in its place on an axis of `size` buckets."""
    whole: list[list[Any]] = [[0] * size for _ in range(10)]
    days, pain, low, high, *others = whole
    low[:], high[:] = [NO_LOW] * size, [NO_HIGH] * size
    buckets, *columns = zip(*rows, strict=True) if rows else ((),)
    for column, values in zip(whole, columns, strict=False):
        for bucket, value in zip(buckets, values, strict=True):
            column[bucket] = value
    return Diary(Line(pain, days), low, high, *(Line(others[n], others[n + 1]) for n in (0, 2, 4)))


class Tally(NamedTuple):
    """How often a thing was done and skipped in each bucket."""

    done: list[int]
    skipped: list[int]


def tallies(size: int, rows: Iterable[Sequence[Any]], names: Callable[[Any], str]) -> dict[str, Tally]:
    """Rows of key, bucket, done and skipped, in any order, as a tally for each name; keys of one name are one."""
    found: dict[Any, Tally] = {}
    named: dict[str, Tally] = {}
    for key, bucket, done, skipped in rows:
        if key not in found:
            found[key] = named.setdefault(names(key), Tally([0] * size, [0] * size))
        tally = found[key]
        tally.done[bucket] += done
        tally.skipped[bucket] += skipped
    return named


def periods(axis: Axis, of: Callable[[date], date]) -> list[tuple[date, int, int]]:
    """The axis cut into the periods that `of` names by their first day: each with its first bucket and the one after."""
    cuts: list[tuple[date, int, int]] = []
    for n in range(axis.size):
        start = of(axis.start(n))
        if cuts and cuts[-1][0] == start:
            cuts[-1] = (start, cuts[-1][1], n + 1)
        else:
            cuts.append((start, n, n + 1))
    return cuts


def runs(line: Sequence[object]) -> Iterator[tuple[int, int]]:
    """First and last bucket of each unbroken stretch of values; None breaks it."""
    begun = None
    for n, value in enumerate(line):
        if value is None:
            if begun is not None:
                yield begun, n - 1
            begun = None
        elif begun is None:
            begun = n
    if begun is not None:
        yield begun, len(line) - 1


def silent(line: Sequence[object]) -> list[tuple[int, int]]:
    """First and last bucket of each stretch without a value. The last bucket of all is not over, so it is no gap."""
    blank = [None if value is not None else True for value in line]
    blank[-1] = None
    return list(runs(blank))
