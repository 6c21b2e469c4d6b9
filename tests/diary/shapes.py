"""Pure: the paths of the body map as polygons, for tests that measure them."""

from __future__ import annotations

import re

Point = tuple[float, float]
#: into so many straight pieces a curve is cut
_PIECES = 6


def polygon(path: str) -> list[Point]:
    """The outline that a path of M, c, l, h, v and z draws."""
    points: list[Point] = []
    for command, text in re.findall(r"([Mclhvz])([^Mclhvz]*)", path):
        numbers = [float(number) for number in re.findall(r"-?\d+", text)]
        if command == "M":
            points.append((numbers[0], numbers[1]))
        width = {"c": 6, "l": 2, "h": 1, "v": 1}.get(command, len(numbers) + 1)
        for n in range(0, len(numbers) - width + 1, width):
            points += _drawn(command, points[-1], numbers[n : n + width])
    return points


def _drawn(command: str, start: Point, by: list[float]) -> list[Point]:
    x, y = start
    if command == "h":
        return [(x + by[0], y)]
    if command == "v":
        return [(x, y + by[0])]
    if command == "l":
        return [(x + by[0], y + by[1])]
    ends = [start, *((x + by[n], y + by[n + 1]) for n in (0, 2, 4))]
    return [_on(ends, n / _PIECES) for n in range(1, _PIECES + 1)]


def _on(ends: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(w * end[axis] for w, end in zip(weights, ends, strict=True)) for axis in (0, 1))
    return x, y


def crossings(points: list[Point], y: float) -> list[tuple[float, float]]:
    """The stretches of the level `y` that are inside, from left to right."""
    cuts = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True)
        if (y1 <= y) != (y2 <= y)
    )
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def inside(points: list[Point], x: float, y: float) -> bool:
    """Whether the point is within the outline."""
    return any(left <= x <= right for left, right in crossings(points, y))
