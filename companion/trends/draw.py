"""All charts of one record over one span, limited to the parts that the viewer may see."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from companion import clock
from companion.identity.model import Patient
from companion.procedures import kinds
from companion.sharing.model import PARTS
from companion.store import engine
from companion.therapy.model import KINDS as PROGRAMMES
from companion.trends import chart, insight, queries, series, table
from companion.trends.chart import Art
from companion.trends.frame import Frame
from companion.trends.series import Axis, Diary, Line, Mark, Tally
from companion.trends.table import Periods, Table
from companion.words import gettext as _
from companion.words import language, lazy, ngettext, say_day

#: a desk shows more drawings in a row, not wider ones
_WIDTH = 330
#: a record that changed a moment ago is always drawn anew
_SETTLED = timedelta(seconds=2)
_LONGEST_NAME = 34
#: what is kept by day, and the parts of a record that open it
_SOURCES = {"diary": {"pain", "mood"}, "medicines": {"medicines"}, "therapy": {"therapy"}}
_EACH = {"day": lazy("Pain each day"), "week": lazy("Pain each week"), "month": lazy("Pain each month")}
_HEIGHT = {
    "day": lazy("A bar is as high as the doses of its day."),
    "week": lazy("A bar is as high as the doses of its week."),
    "month": lazy("A bar is as high as the doses of its month."),
}
#: kinds that the sentence calls an injection
_INJECTIONS = {"esi", "facet-injection", "si-joint-injection", "trigger-point-injections", "joint-injection"}


@dataclass(frozen=True)
class Chart:
    """A drawing with its words and its table; the macro of templates/trends/charts.html that draws it has its name."""

    #: pain, impact, medicines, sleep, mood or therapy
    name: str
    title: str
    note: str
    label: str
    art: Art
    table: Table


@dataclass(frozen=True)
class Drawing:
    """What the page shows for a span."""

    span: str
    axis: Axis
    #: pieces, every second one a number; empty when pain may not be seen
    sentence: tuple[str, ...]
    charts: tuple[Chart, ...]
    #: whether the record holds anything at all that may be drawn
    begun: bool
    _written: list[str] = field(default_factory=list, compare=False)

    def written(self, macro: Callable[[Drawing], str]) -> str:
        """The charts as the page's one `macro` writes them; a drawing that is kept keeps its markup."""
        if not self._written:
            self._written.append(macro(self))
        return self._written[0]


def draw(patient: Patient, span: str, now: datetime, may: Container[str]) -> Drawing:
    """The drawing for a key of SPANS that ends on the day of `now`, with the parts that are in `may`."""
    parts = tuple(part for part in PARTS if part in may)
    today = clock.day_of(now, patient.zone)
    make = _kept if now - patient.changed_at > _SETTLED else _kept.__wrapped__
    return make(patient.id, span, today, parts, language(), patient.changed_at, engine())


@lru_cache(maxsize=128)
def _kept(patient_id: int, span: str, today: date, parts: tuple[str, ...], *_fresh: Any) -> Drawing:
    """Kept until the record changes; `_fresh` holds what else the drawing depends on."""
    sources = tuple(source for source, opened in _SOURCES.items() if opened & {*parts})
    begun = queries.earliest(patient_id, sources)
    axis = series.axis(span, today, begun)
    marks = _marks(patient_id, axis) if "procedures" in parts else []
    frame, by = Frame(axis, _WIDTH, marks), table.rows_of(axis)
    diary = series.diary(axis.size, queries.diary(patient_id, axis) if "diary" in sources else ())
    sentence: tuple[str, ...] = ()
    charts: list[Chart] = []
    if "pain" in parts:
        turn = insight.sides(diary.pain, marks, axis)
        sentence = insight.sentence(diary.pain, turn, _former(patient_id, span, axis), axis)
        charts += _pain(frame, diary, turn, by)
        charts += _values(
            "impact", _("What pain gets in the way of"), _("0: not at all. 10: completely."), frame, diary.impact, by
        )
    if "medicines" in parts:
        charts += _medicines(frame, patient_id, by)
    if "pain" in parts:
        charts += _values("sleep", _("Sleep"), _("0: very bad. 10: very good."), frame, diary.sleep, by)
    if "mood" in parts:
        charts += _values("mood", _("Mood"), _("0: very low. 10: very good."), frame, diary.mood, by)
    if "therapy" in parts:
        charts += _therapy(frame, patient_id, by)
    return Drawing(span, axis, sentence, tuple(charts), begun is not None)


def _former(patient_id: int, span: str, axis: Axis) -> tuple[float, int]:
    if span == "all":
        return 0.0, 0
    return queries.former(patient_id, axis.first - timedelta(days=axis.days), axis.first - timedelta(days=1))


def _marks(patient_id: int, axis: Axis) -> list[Mark]:
    found = queries.procedures(patient_id, axis.first, axis.last)
    return [Mark(row.done_on, kinds.short(row), kinds.name(row), row.kind in _INJECTIONS) for row in found]


def _pain(frame: Frame, diary: Diary, turn: insight.Sides | None, by: Periods) -> list[Chart]:
    axis = frame.axis
    mean, logged = diary.pain.over()
    if mean is None:
        return []
    days = ngettext(
        "%(days)s of %(n)s day has an entry", "%(days)s of %(n)s days have an entry", axis.days, days=logged
    )
    said = [
        _said(_("Pain"), axis, mean),
        _("From %(low)s to %(high)s.", low=min(diary.low), high=max(diary.high)),
        f"{days}.",
    ]
    said += [f"{mark.name}, {say_day(mark.at)}." for mark in frame.marks]
    art, numbers = chart.pain(frame, diary, turn), table.pain(diary, frame.marks, by)
    return [Chart("pain", str(_EACH[axis.by]), days, " ".join(said), art, numbers)]


def _values(name: str, title: str, note: str, frame: Frame, line: Line, by: Periods) -> list[Chart]:
    """A chart of one secondary question, if anybody answered it."""
    mean, _days = line.over()
    if mean is None:
        return []
    art = chart.bars(frame, line.values) if name == "sleep" else chart.line(frame, line.values)
    note = f"{note} {_average(mean)}"
    return [Chart(name, title, note, _said(title, frame.axis, mean), art, table.values(title, line, by))]


def _medicines(frame: Frame, patient_id: int, by: Periods) -> list[Chart]:
    found = queries.doses(patient_id, frame.axis)
    names = queries.medicines(patient_id) if found else {}
    taken = series.tallies(frame.axis.size, found, names.__getitem__)
    ordered = {title: taken[title] for title in names.values() if title in taken}
    return _tallies("medicines", _("Medicines"), str(_HEIGHT[frame.axis.by]), frame, ordered, by)


def _therapy(frame: Frame, patient_id: int, by: Periods) -> list[Chart]:
    found = queries.sessions(patient_id, frame.axis)
    note = _("A bar is a session that was done. A box is one that was skipped.")
    kept = series.tallies(frame.axis.size, found, lambda kind: str(PROGRAMMES[kind]))
    return _tallies("therapy", _("Exercises and CBT"), note, frame, kept, by)


def _tallies(name: str, title: str, note: str, frame: Frame, tallies: dict[str, Tally], by: Periods) -> list[Chart]:
    """A chart with a row for each thing that was done or skipped, if there is any."""
    if not tallies:
        return []
    lines, said = [], [_from_to(title, frame.axis)]
    for thing, tally in tallies.items():
        done = sum(tally.done)
        times = ngettext("%(n)s time", "%(n)s times", done)
        lines.append((_clipped(thing), times, tally))
        said.append(f"{thing}: {times}.")
    return [Chart(name, title, note, " ".join(said), chart.rows(frame, lines), table.counts(title, tallies, by))]


def _from_to(title: str, axis: Axis) -> str:
    return _("%(title)s, %(first)s to %(last)s.", title=title, first=say_day(axis.first), last=say_day(axis.last))


def _average(mean: float) -> str:
    return _("Average %(mean)s.", mean=table.say_tenths(mean))


def _said(title: str, axis: Axis, mean: float) -> str:
    return f"{_from_to(title, axis)} {_average(mean)}"


def _clipped(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
