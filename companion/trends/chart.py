"""Pure: numbers to the texts of an SVG. Colours are classes of static/css/components/chart.css, places are attributes.

Every drawing is made at its shown size, since its text is 13 px. A value is placed to a tenth of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property

from markupsafe import Markup

from companion.flares.queries import Stretch
from companion.trends.frame import LEFT, Frame, Text
from companion.trends.insight import BASELINE, Sides
from companion.trends.series import Diary, Tally, runs, silent
from companion.words import say_number

_LETTER = 7.4
#: a dashed average is at least so long
_SHORTEST = 14.0
_SHORTEST_FLARE = 3.0
_ROW = 46
_LOWEST = 0.3


class Scale:
    """Heights for the values from 0 to 10 between `bottom` and `top`, to a tenth."""

    def __init__(self, top: int, bottom: int) -> None:
        self.top, self.bottom = top, bottom

    @cached_property
    def _ys(self) -> list[str]:
        return [f"{self.bottom - (self.bottom - self.top) * n / 100:.1f}" for n in range(101)]

    def __call__(self, value: float) -> str:
        return self._ys[int(value * 10 + 0.5)]

    @cached_property
    def lines(self) -> list[tuple[str, str, int]]:
        """Class, height and number of the three lines across: the whole scale, never cut."""
        return [("grid" if number else "base", self(number), number) for number in (0, 5, 10)]

    @cache  # noqa: B019 three scales are drawn, for ever
    def across(self, right: int) -> Markup:
        """The lines as far as `right`, each with its number."""
        drawn = [
            f'<path class="{cls}" d="M{LEFT} {y}H{right}"/><text x="16" y="{y}" dy="4.5" text-anchor="end">{number}</text>'
            for cls, y, number in self.lines
        ]
        return Markup("".join(drawn))  # noqa: S704 made of numbers


#: pain with and without procedures above it, and the smaller charts; their heights are reckoned once
_MARKED, _PLAIN, _SMALL = Scale(46, 206), Scale(12, 172), Scale(12, 92)


@dataclass(frozen=True)
class Art:
    """The texts of one drawing."""

    frame: Frame
    height: int
    scale: Scale
    path: str = ""
    band: str = ""
    average: str = ""
    #: x and width of each hatched stretch
    gaps: list[Text] = field(default_factory=list)
    #: x and width of each flare, under the scale
    flares: list[Text] = field(default_factory=list)
    #: x, y, anchor and text of the averages before and since
    numbers: list[tuple[str, str, str, str]] = field(default_factory=list)
    #: x, text and anchor of the procedures that have room for their names
    names: list[tuple[str, str, str]] = field(default_factory=list)
    #: a diamond for each bucket in which others entered something
    observed: str = ""
    #: where the last value stands
    end: Text | None = None
    #: each value as a dot, where there are few
    dots: list[Text] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One line of many: its name, what it sums up to, its baseline and its bars."""

    name: str
    total: str
    name_y: int
    base: int
    done: str
    skipped: str


def pain(
    frame: Frame,
    diary: Diary,
    turn: Sides | None,
    observed: Mapping[int, float],
    flares: Sequence[Stretch] = (),
) -> Art:
    """Mean with its band from low to high, broken where days are silent; averages before and since a procedure.

    What others `observed`, by bucket, stands apart, and so do `flares`.
    """
    scale = _MARKED if frame.marks else _PLAIN
    means = diary.pain.values
    average, numbers = _averages(frame, scale, turn)
    return Art(
        frame,
        scale.bottom + 26,
        scale,
        path=_line(frame, scale, means),
        band="".join(_band(frame, scale, diary, a, b + 1) for a, b in runs(means)),
        average=average,
        gaps=[(f"{frame.x(a):.1f}", f"{(b - a + 1) * frame.step:.1f}") for a, b in silent(means)],
        flares=[_under(frame, flare) for flare in flares],
        numbers=numbers,
        names=_names(frame),
        observed="".join(f"M{frame.xs[n]} {scale(mean)}m0 -5l5 5l-5 5l-5 -5z" for n, mean in sorted(observed.items())),
        end=_end(frame, scale, means),
    )


def _band(frame: Frame, scale: Scale, diary: Diary, first: int, end: int) -> str:
    xs, low, high = frame.xs[first:end], diary.low[first:end], diary.high[first:end]
    if len(xs) == 1:
        middle = float(xs[0])
        xs, low, high = [f"{middle - 1.4:.1f}", f"{middle + 1.4:.1f}"], low * 2, high * 2
    up = [f"{x} {scale(value)}" for x, value in zip(xs, high, strict=True)]
    down = [f"{x} {scale(value)}" for x, value in zip(xs, low, strict=True)]
    return f"M{'L'.join(up + down[::-1])}Z"


def _under(frame: Frame, flare: Stretch) -> Text:
    """Where the days of a flare begin, and how wide they are; wide enough to be seen."""
    first, last = frame.axis.index(flare.first), frame.axis.index(flare.last)
    return f"{frame.x(first):.1f}", f"{max((last - first + 1) * frame.step, _SHORTEST_FLARE):.1f}"


def _line(frame: Frame, scale: Scale, values: Sequence[float | None]) -> str:
    """A path that rests where there is no value; a value alone is a dot, by the round end of its line."""
    path = []
    for a, b in runs(values):
        places = [f"{frame.xs[n]} {scale(values[n] or 0)}" for n in range(a, b + 1)]
        path.append(f"M{'L'.join(places)}" if len(places) > 1 else f"M{places[0]}h0")
    return "".join(path)


def _end(frame: Frame, scale: Scale, values: Sequence[float | None]) -> Text | None:
    held = [n for n, value in enumerate(values) if value is not None]
    return (frame.xs[held[-1]], scale(values[held[-1]] or 0)) if held else None


def _averages(frame: Frame, scale: Scale, turn: Sides | None) -> tuple[str, list[tuple[str, str, str, str]]]:
    """Dashes over the week before a procedure and over the days since, each with its number beside the stem."""
    if turn is None or turn.since is None:
        return "", []
    axis, before, since = frame.axis, scale(turn.before), scale(turn.since)
    x = frame.xs[axis.index(turn.mark.at)]
    week = max(axis.place(turn.mark.at - timedelta(days=BASELINE)), 0)
    start = max(min(frame.x(week), float(x) - _SHORTEST), LEFT)
    path = f"M{start:.1f} {before}H{x}M{x} {since}H{frame.right}"
    left, right = f"{float(x) - 5:.1f}", f"{float(x) + 7:.1f}"
    beside = ((left, "end", before, turn.before), (right, "start", since, turn.since))
    return path, [(at, f"{float(y) - 5:.1f}", anchor, say_number(value)) for at, anchor, y, value in beside]


def _names(frame: Frame) -> list[tuple[str, str, str]]:
    """The newest name first; an older one is left out where it would run into a newer."""
    names: list[tuple[str, str, str]] = []
    free_to = float(frame.width)
    for mark, stem in zip(reversed(frame.marks), reversed(frame.stems), strict=True):
        x, width = float(stem), len(mark.short) * _LETTER
        anchor = "start" if x < width / 2 else "end" if x > frame.width - width / 2 else "middle"
        left = {"start": x - 6, "middle": x - width / 2, "end": x + 6 - width}[anchor]
        if left + width <= free_to:
            names.append((f"{x + {'start': -6, 'middle': 0, 'end': 6}[anchor]:.1f}", mark.short, anchor))
            free_to = left - 8
    return names


def line(frame: Frame, values: Sequence[float | None]) -> Art:
    """One value a bucket from 0 to 10, not joined over buckets without one."""
    scale = _SMALL
    few = frame.axis.size <= 31
    dots = [(frame.xs[n], scale(value)) for n, value in enumerate(values) if value is not None] if few else []
    end = _end(frame, scale, values)
    return Art(frame, 118, scale, path=_line(frame, scale, values), end=end, dots=dots[:-1])


def bars(frame: Frame, values: Sequence[float | None]) -> Art:
    """One bar a bucket from 0 to 10."""
    scale = _SMALL
    # the lowest answer is a low bar, not none
    tops = [None if value is None else scale(max(value, _LOWEST)) for value in values]
    return Art(frame, 118, scale, path=_bars(frame, tops, scale.bottom))


def rows(frame: Frame, lines: Sequence[tuple[str, str, Tally]]) -> Art:
    """A line for each name and total, with a bar as high as what was done in a bucket and a box for what was skipped.

    All lines have one scale.
    """
    drawn = []
    most = max(max(tally.done) for _name, _total, tally in lines) or 1
    for n, (name, total, tally) in enumerate(lines):
        base = (n + 1) * _ROW - 6
        tops = [f"{base - min(22, 8 * most) * count / most:.1f}" for count in range(most + 1)]
        done = _bars(frame, [tops[count] if count else None for count in tally.done], base)
        skipped = [bucket for bucket, count in enumerate(tally.skipped) if count and not tally.done[bucket]]
        drawn.append(Row(name, total, base - 26, base, done, _boxes(frame, skipped, base)))
    return Art(frame, len(lines) * _ROW + 20, Scale(0, len(lines) * _ROW - 6), rows=drawn)


def _bars(frame: Frame, tops: Sequence[str | None], base: int) -> str:
    """Bars from `base` up to each of the tops; neighbours of one height are one outline where they are narrow."""
    if frame.boxes:
        shapes = {top: f" {base}V{top}h{frame.side}V{base}z" for top in {*tops}}
        return "".join([f"M{frame.sides[n]}{shapes[top]}" for n, top in enumerate(tops) if top])
    path, last = [], None
    for n, top in enumerate([*tops, None]):
        if top == last:
            continue
        x = f"{frame.x(n):.1f}"
        path.append(f"M{x} {base}V{top}" if last is None else f"H{x}V{top or base}")
        last = top
    return "".join(path)


def _boxes(frame: Frame, buckets: Iterable[int], base: int) -> str:
    if not frame.boxes:
        return ""
    side = min(frame.step * 0.68, 8)
    half = side / 2
    return "".join(f"M{float(frame.xs[n]) - half:.1f} {base}v-8h{side:.1f}v8z" for n in buckets)
