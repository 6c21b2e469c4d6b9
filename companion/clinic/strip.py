"""Pure: twelve weeks of planned sessions as a strip of cells, with its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from companion.therapy.model import KINDS
from companion.therapy.queries import Attended
from companion.trends.table import Table
from companion.words import gettext as _
from companion.words import say_day

WEEKS = 12
WIDTH = 966
_STEP, _CELL, _TALL = WIDTH / (WEEKS * 7), 9, 22
#: the dates of the weeks stand on top; each lane has its name, then its cells
_TOP, _NAME, _LANE = 20, 18, 52


@dataclass(frozen=True)
class Lane:
    """One kind of programme: what it is called, where it stands, its cells by state as paths, and how it went."""

    name: str
    text_y: int
    done: str
    part: str
    missed: str
    #: days until today on which nothing was planned
    off: list[tuple[str, int]]
    summary: str


@dataclass(frozen=True)
class Strip:
    """The weeks from `first` on, a lane a kind."""

    lanes: list[Lane]
    #: x and Monday of each week
    weeks: list[tuple[str, str]]
    width: int
    height: int
    table: Table


def first_day(today: date) -> date:
    """The Monday on which the strip that ends this week begins."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def strip(first: date, today: date, attended: Sequence[Attended]) -> Strip | None:
    """The strip of what was planned from `first` until `today`; None when nothing was."""
    kinds = [kind for kind in KINDS if any(each.programme.kind == kind for each in attended)]
    if not kinds:
        return None
    lanes = [
        _lane(kind, n, first, today, [each for each in attended if each.programme.kind == kind])
        for n, kind in enumerate(kinds)
    ]
    weeks = [(f"{n * 7 * _STEP:.1f}", say_day(first + timedelta(weeks=n), "MMMd")) for n in range(WEEKS)]
    return Strip(lanes, weeks, WIDTH, _TOP + len(lanes) * _LANE, _table(kinds, first, attended))


def _lane(kind: str, n: int, first: date, today: date, attended: Sequence[Attended]) -> Lane:
    y = _TOP + n * _LANE + _NAME
    by_day: dict[int, list[str]] = {}
    for each in attended:
        by_day.setdefault((each.day - first).days, []).append(each.state)
    states = {day: _state(held) for day, held in by_day.items()}
    boxes = {
        state: "".join(_box(day, y) for day, held in states.items() if held == state) for state in ("missed", "part")
    }
    return Lane(
        _short(kind),
        y - 6,
        "".join(_full(day, y) for day, held in states.items() if held == "done"),
        "".join(_half(day, y) for day, held in states.items() if held == "part"),
        boxes["missed"] + boxes["part"],
        [
            (f"{_x(day) + _CELL / 2:.1f}", y + _TALL // 2)
            for day in range((today - first).days + 1)
            if day not in states
        ],
        _went(kind, (each.state for each in attended)),
    )


def _state(states: list[str]) -> str:
    """What a day with so many planned sessions was; a day that is still to come is no day yet."""
    over = [state for state in states if state != "to come"]
    done = over.count("done")
    if not over:
        return "to come"
    return "done" if done == len(over) else "part" if done else "missed"


def _short(kind: str) -> str:
    return {"pt": _("PT"), "cbt": _("CBT")}[kind]


def _went(kind: str, states: Iterable[str]) -> str:
    done, planned = _counted(states)
    return _("%(kind)s: %(done)s of %(planned)s done", kind=_short(kind), done=done, planned=planned)


def _counted(states: Iterable[str]) -> tuple[int, int]:
    over = [state for state in states if state != "to come"]
    return over.count("done"), len(over)


def _table(kinds: Sequence[str], first: date, attended: Sequence[Attended]) -> Table:
    rows: list[tuple[str, ...]] = []
    for week in reversed(range(WEEKS)):
        monday = first + timedelta(weeks=week)
        held = [each for each in attended if monday <= each.day < monday + timedelta(weeks=1)]
        sums = [_counted(each.state for each in held if each.programme.kind == kind) for kind in kinds]
        cells = [_("%(done)s of %(planned)s", done=done, planned=planned) if planned else "" for done, planned in sums]
        rows.append((say_day(monday, "MMMd"), *cells))
    heads = [_("%(kind)s done", kind=_short(kind)) for kind in kinds]
    return Table(_("Sessions done, by week"), (_("Week of"), *heads), rows)


def _x(day: int) -> float:
    return day * _STEP + (_STEP - _CELL) / 2


def _full(day: int, y: int) -> str:
    return f"M{_x(day):.1f} {y}h{_CELL}v{_TALL}h-{_CELL}z"


def _half(day: int, y: int) -> str:
    return f"M{_x(day):.1f} {y + _TALL // 2}h{_CELL}v{_TALL // 2}h-{_CELL}z"


def _box(day: int, y: int) -> str:
    return f"M{_x(day) + 0.6:.1f} {y + 0.6}h{_CELL - 1.2:.1f}v{_TALL - 1.2:.1f}h-{_CELL - 1.2:.1f}z"
