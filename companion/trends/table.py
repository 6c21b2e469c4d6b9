"""Pure: the same numbers as a table, for those who read rather than look. Long ranges by week or month, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from statistics import fmean

from markupsafe import Markup, escape

from companion.flares.queries import Stretch, total
from companion.trends.frame import Frame
from companion.trends.series import Axis, Diary, Line, Tally, monday, month, periods
from companion.words import gettext as _
from companion.words import language, say_day, say_list, say_number


@dataclass(frozen=True)
class Table:
    """A caption, the heads of the columns, and rows whose first cell is their head.

    Cells are markup, since escaping hundreds of numbers takes as long as drawing them: what people typed is escaped below.
    """

    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]

    @property
    def body(self) -> Markup:
        """The rows as HTML."""
        rows = [f'<tr><th scope="row">{row[0]}</th><td>{"</td><td>".join(row[1:])}</td></tr>' for row in self.rows]
        return Markup("\n".join(rows))  # noqa: S704 made of markup


@dataclass(frozen=True)
class Periods:
    """The rows of the tables: what a row is, and for each its name, its first bucket and the one after; newest first."""

    head: str
    of: Callable[[date], date]
    cuts: list[tuple[str, date, int, int]]


def rows_of(axis: Axis) -> Periods:
    """A row a day for a month and less, a row a week for a quarter and for what is drawn by week, else a row a month."""
    return _rows_of(axis, language())


@lru_cache(maxsize=64)
def _rows_of(axis: Axis, _language: str) -> Periods:
    if axis.by == "month" or (axis.by == "day" and axis.days > 100):
        return _cut(axis, _("Month"), month, "yMMM")
    if axis.days > 31:
        return _cut(axis, _("Week of"), monday, "MMMd")
    return _cut(axis, _("Day"), _itself, "MMMEd")


def _cut(axis: Axis, head: str, of: Callable[[date], date], shape: str) -> Periods:
    cuts = [(say_day(start, shape), start, first, end) for start, first, end in reversed(periods(axis, of))]
    return Periods(head, of, cuts)


def _itself(day: date) -> date:
    return day


def pain(
    frame: Frame, diary: Diary, by: Periods, observed: Mapping[int, float], flared: Sequence[Stretch] = ()
) -> Table:
    """Average, lowest and highest, days with an entry; what others entered, flares, procedures, where there are any."""
    marks = frame.marks
    done: dict[date, list[str]] = {}
    for mark in marks:
        done.setdefault(by.of(mark.at), []).append(f"{mark.name}, {say_day(mark.at, 'MMMd')}")
    rows: list[tuple[str, ...]] = []
    between = _("%(low)s to %(high)s")
    for name, start, first, end in by.cuts:
        mean, days = diary.pain.over(first, end)
        others = [observed[n] for n in range(first, end) if n in observed] if observed else []
        days_of = (frame.axis.start(first), frame.axis.start(end) - timedelta(days=1))
        sore = total(flared, *days_of).days if flared else 0
        if mean is None and start not in done and not others and not sore:
            continue
        ends = {"low": min(diary.low[first:end]), "high": max(diary.high[first:end])}
        cells = ("", "", "0") if mean is None else (say_tenths(mean), between % ends, str(days))
        more: tuple[str, ...] = (say_tenths(fmean(others)) if others else "",) if observed else ()
        more += (str(sore),) if flared else ()
        if marks:
            more += (str(escape(say_list(done[start]))) if start in done else "",)
        rows.append((name, *cells, *more))
    heads: tuple[str, ...] = (by.head, _("Average"), _("Low to high"), _("Days with an entry"))
    heads += (_("By others"),) if observed else ()
    heads += (_("Days with a flare"),) if flared else ()
    return Table(_("Pain"), (*heads, _("Procedures")) if marks else heads, rows)


def values(caption: str, line: Line, by: Periods) -> Table:
    """Averages of one thing."""
    means = [(name, line.over(first, end)[0]) for name, _start, first, end in by.cuts]
    return Table(
        caption, (by.head, _("Average")), [(name, say_tenths(mean)) for name, mean in means if mean is not None]
    )


def counts(caption: str, columns: Mapping[str, Tally], by: Periods) -> Table:
    """How often each thing was done and skipped; a column a thing."""
    both, rows = _("%(done)s, %(skipped)s skipped"), []
    for name, _start, first, end in by.cuts:
        sums = [(sum(tally.done[first:end]), sum(tally.skipped[first:end])) for tally in columns.values()]
        cells = [both % {"done": done, "skipped": skipped} if skipped else str(done) for done, skipped in sums]
        if any(map(any, sums)):
            rows.append((name, *cells))
    return Table(caption, (by.head, *columns), rows)


def say_tenths(value: float) -> str:
    """A number with one decimal, remembered: a page says hundreds of them."""
    return _tenths(round(value * 10), language())


@lru_cache(maxsize=512)
def _tenths(tenths: int, _language: str) -> str:
    return say_number(tenths / 10)
