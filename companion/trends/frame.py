"""Pure: where the buckets of an axis stand in a drawing, and what is written under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from markupsafe import Markup, escape

from companion import clock
from companion.trends.series import Axis, Mark
from companion.words import say_day

LEFT, _RIGHT = 22, 10
#: lines over narrower buckets are thin
_FINE = 2.0
_NARROW = 3.0
_LABEL_ROOM = 44

Text = tuple[str, str]


@dataclass(frozen=True)
class Frame:
    """Where the buckets of `axis` stand in a drawing that is `width` wide, and the procedures among them."""

    axis: Axis
    width: int
    marks: Sequence[Mark]

    @cached_property
    def right(self) -> int:
        """The right end of the axis."""
        return self.width - _RIGHT

    @cached_property
    def step(self) -> float:
        """Width of a bucket."""
        return (self.right - LEFT) / self.axis.size

    @property
    def boxes(self) -> bool:
        """Whether there is room for one bar or box a bucket; else neighbours of one height are one outline."""
        return self.step >= _NARROW

    @property
    def fine(self) -> bool:
        """Whether lines have to be thin, to be told apart."""
        return self.step < _FINE

    @cached_property
    def xs(self) -> list[str]:
        """The middle of each bucket."""
        return _places(self.axis.size, self.step, 0)

    @cached_property
    def side(self) -> str:
        """Width of a bar."""
        return f"{min(self.step * 0.68, 24):.1f}"

    @cached_property
    def sides(self) -> list[str]:
        """The left side of the bar of each bucket."""
        return _places(self.axis.size, self.step, float(self.side) / 2)

    def x(self, bucket: float) -> float:
        """The left edge of a bucket."""
        return LEFT + bucket * self.step

    @cached_property
    def stems(self) -> list[str]:
        """Where each procedure stands."""
        return [self.xs[self.axis.index(mark.at)] for mark in self.marks]

    @cached_property
    def labels(self) -> list[Text]:
        """Places and names of the days, weeks, months or years under the axis."""
        return [(f"{self.x(0.5 + self.axis.place(day)):.1f}", say_day(day, shape)) for day, shape in self._named()]

    @cached_property
    def names(self) -> Markup:
        """The labels as texts on a line of their own, the same under every drawing of a page."""
        texts = [f'<text x="{x}" text-anchor="middle">{escape(name)}</text>' for x, name in self.labels]
        return Markup("".join(texts))  # noqa: S704 made of markup

    def _named(self) -> Iterable[tuple[date, str]]:
        first, last = self.axis.first, self.axis.last
        if self.axis.days <= 10:
            return [(self.axis.start(n), "E") for n in range(self.axis.size)]
        if self.axis.days <= 45:
            monday = first + timedelta(days=-first.weekday() % 7)
            return [(monday + timedelta(days=7 * n), "MMMd") for n in range((last - monday).days // 7 + 1)]
        month_width = (self.right - LEFT) / self.axis.days * 30.4
        every = next((k for k in (1, 2, 3, 6, 12, 24) if k * month_width >= _LABEL_ROOM), 60)
        return [
            (day, "y" if day.month == 1 and every > 1 else "MMM")
            for day in clock.months(first, last)
            if day >= first and (day.year * 12 + day.month - 1) % every == 0
        ]


@lru_cache(maxsize=64)
def _places(size: int, step: float, left: float) -> list[str]:
    """So much left of the middle of each bucket; the same for every record, and half the work of a chart."""
    return [f"{LEFT + (n + 0.5) * step - left:.1f}" for n in range(size)]
