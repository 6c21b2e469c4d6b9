"""The day as a hill: where its things stand, and where now is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from companion import clock
from companion.plan.item import Item

WIDTH = 390
#: the hill is a parabola from this height through the top and back
_FOOT, _TOP = 60.0, -14.0
#: the waking day, drawn from edge to edge
_RISE, _LENGTH = time(6), timedelta(hours=18)
_MARGIN = 24.0


@dataclass(frozen=True)
class Horizon:
    """Points of the drawing, in its own units."""

    done: list[tuple[float, float]]
    open: list[tuple[float, float]]
    now: tuple[float, float]


def horizon(items: Iterable[Item], day: date, zone: str, now: datetime) -> Horizon:
    """The hill of the diary `day`; things of the night stand at its edges."""
    start = clock.at(day, _RISE, zone)
    points = [(item.state in {"done", "skipped"}, _point(item.at - start)) for item in items]
    done = [point for answered, point in points if answered]
    return Horizon(done, [point for answered, point in points if not answered], _point(now - start))


def _point(since: timedelta) -> tuple[float, float]:
    x = min(max(since / _LENGTH * WIDTH, _MARGIN), WIDTH - _MARGIN)
    t = x / WIDTH
    return round(x, 1), round((1 - t) ** 2 * _FOOT + 2 * t * (1 - t) * _TOP + t**2 * _FOOT, 1)
