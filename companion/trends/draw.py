"""All charts of one record over one span, limited to the parts that the viewer may see."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from statistics import fmean
from typing import Any, NamedTuple

from sqlalchemy import Engine

from companion import clock
from companion.flares import queries as flares
from companion.flares.queries import Stretch
from companion.flares.say import say_total
from companion.identity.model import Patient
from companion.procedures import kinds
from companion.sharing.model import PARTS
from companion.sharing.terms import ALWAYS, Period
from companion.store import engine
from companion.therapy.model import KINDS as PROGRAMMES
from companion.trends import chart, insight, queries, series, table
from companion.trends.chart import Art
from companion.trends.frame import Frame
from companion.trends.places import Place, places
from companion.trends.series import Axis, Diary, Line, Mark, Tally
from companion.trends.table import Periods, Table
from companion.words import gettext as _
from companion.words import language, lazy, ngettext, say_day

#: the patient's drawings, of which a desk shows more in a row; and the specialist's, all on one wide axis
_WIDTH, _WIDE = 330, 1100
#: what changed a moment ago is always drawn anew
_SETTLED = timedelta(seconds=2)
_LONGEST_NAME = 34
_DAY = timedelta(days=1)
_ORDER = ("pain", "impact", "medicines", "sleep", "mood", "therapy")
#: what is drawn, and the parts of a record that open it
_SOURCES = {"diary": {"pain", "mood"}, "medicines": {"medicines"}, "therapy": {"therapy"}}
_EACH = {"day": lazy("Pain each day"), "week": lazy("Pain each week"), "month": lazy("Pain each month")}
_HEIGHT = {
    "day": lazy("A bar is as high as the doses of its day."),
    "week": lazy("A bar is as high as the doses of its week."),
    "month": lazy("A bar is as high as the doses of its month."),
}


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
    _written: list[str] = field(default_factory=list, compare=False)

    def written(self, macro: Callable[[Chart], str]) -> str:
        """The chart as the page's one `macro` writes it; one that is kept keeps its markup."""
        if not self._written:
            self._written.append(macro(self))
        return self._written[0]


@dataclass(frozen=True)
class Drawing:
    """What the page shows for a span."""

    span: str
    axis: Axis
    #: pieces, every second one a number; empty when pain may not be seen
    sentence: tuple[str, ...]
    charts: list[Chart]
    #: empty when pain may not be seen
    places: list[Place]
    #: whether they stand under each other on one wide axis
    wide: bool
    #: whether the record holds anything at all that may be drawn
    begun: bool


class _Seen(NamedTuple):
    """Whose record is drawn, over which days, with which procedures, and which other parts and days of it are open."""

    patient_id: int
    span: str
    axis: Axis
    width: int
    marks: tuple[Mark, ...]
    parts: tuple[str, ...]
    period: Period
    #: whether anybody else has entered pain
    others: bool
    #: zone of the record, and whether it holds a flare
    zone: str
    flared: bool
    language: str
    engine: Engine


def draw(
    patient: Patient, span: str, now: datetime, may: Container[str], period: Period = ALWAYS, wide: bool = False
) -> Drawing:
    """The drawing for a key of SPANS that ends on the day of `now`, with the parts that are in `may` and days of `period`.

    Where the period is over it ends on its last day. What is drawn is kept until its part of the record changes.
    """
    parts = tuple(part for part in PARTS if part in may)
    sources = tuple(source for source, opened in _SOURCES.items() if opened & {*parts})
    asked = (*sources, "others", "flares") if "pain" in parts else sources
    today = clock.day_of(now, patient.zone)
    last = min(today, period.until or today)
    firsts = {source: day for source, day in queries.firsts(patient.id, asked, period.since).items() if day <= last}
    begun = min(firsts.values(), default=None)
    axis = series.axis(span, last, begun)
    width = _WIDE if wide else _WIDTH
    held = ("others" in firsts, patient.zone, "flares" in firsts)
    seen = _Seen(patient.id, span, axis, width, (), parts, period, *held, language(), engine())
    if "procedures" in parts:
        seen = seen._replace(marks=_kept(_marks, patient.procedures_at, now)(seen))
    sentence, found = _kept(_diary, patient.diary_at, now)(seen) if "diary" in sources else ((), {})
    where = _kept(_places, patient.diary_at, now)(seen) if "pain" in parts else []
    if "medicines" in parts:
        found = found | _kept(_medicines, patient.medicines_at, now)(seen)
    if "therapy" in parts:
        found = found | _kept(_therapy, patient.therapy_at, now)(seen)
    charts = [found[name] for name in _ORDER if name in found]
    return Drawing(span, axis, sentence, charts, where, wide, begun is not None)


def _kept(make: Callable[[_Seen], Any], changed_at: datetime | None, now: datetime) -> Callable[[_Seen], Any]:
    """`make`, which may give what it gave before, if its part of the record has not changed since `changed_at`."""
    if changed_at is not None and now - changed_at <= _SETTLED:
        return make
    return partial(_remembered, make, changed_at)


@lru_cache(maxsize=256)
def _remembered(make: Callable[[_Seen], Any], _changed_at: datetime | None, seen: _Seen) -> Any:
    return make(seen)


def _diary(seen: _Seen) -> tuple[tuple[str, ...], dict[str, Chart]]:
    """The sentence and the charts of the diary."""
    axis, frame, by = seen.axis, Frame(seen.axis, seen.width, seen.marks), table.rows_of(seen.axis)
    diary = series.diary(axis.size, queries.diary(seen.patient_id, axis, seen.period))
    sentence: tuple[str, ...] = ()
    charts: list[Chart] = []
    if "pain" in seen.parts:
        turn = _turn(seen)
        former = (0.0, 0) if turn else _former(seen)
        sentence = insight.sentence(diary.pain, turn, former, axis)
        observed = queries.observed(seen.patient_id, axis, seen.period) if seen.others else {}
        charts += _pain(frame, diary, turn, by, observed, _flares(seen))
        charts += _values(
            "impact", _("What pain gets in the way of"), _("0: not at all. 10: completely."), frame, diary.impact, by
        )
        charts += _values("sleep", _("Sleep"), _("0: very bad. 10: very good."), frame, diary.sleep, by)
    if "mood" in seen.parts:
        charts += _values("mood", _("Mood"), _("0: very low. 10: very good."), frame, diary.mood, by)
    return sentence, {chart.name: chart for chart in charts}


def _places(seen: _Seen) -> list[Place]:
    return places(seen.patient_id, *seen.period.within(seen.axis.first, seen.axis.last))


def _flares(seen: _Seen) -> list[Stretch]:
    days = (seen.axis.first, seen.axis.last)
    return flares.stretches(seen.patient_id, seen.zone, *days, seen.period) if seen.flared else []


def _former(seen: _Seen) -> tuple[float, int]:
    if seen.span == "all":
        return 0.0, 0
    first = seen.axis.first
    return queries.mean(seen.patient_id, first - timedelta(days=seen.axis.days), first - _DAY, seen.period)


def _turn(seen: _Seen) -> insight.Sides | None:
    """What the latest treatment changed, from its own week before it, whatever the span."""
    mark = max((mark for mark in seen.marks if mark.treatment), default=None)
    if mark is None:
        return None
    before = queries.mean(seen.patient_id, mark.at - timedelta(days=insight.BASELINE), mark.at - _DAY, seen.period)
    return insight.sides(mark, before, queries.mean(seen.patient_id, mark.at + _DAY, seen.axis.last, seen.period))


def _marks(seen: _Seen) -> tuple[Mark, ...]:
    found = queries.procedures(seen.patient_id, seen.axis, seen.period)
    return tuple(
        Mark(
            row.done_on,
            kinds.short(row),
            kinds.name(row),
            injection=kinds.is_injection(row.kind),
            treatment=kinds.is_treatment(row.kind),
        )
        for row in found
    )


def _pain(
    frame: Frame,
    diary: Diary,
    turn: insight.Sides | None,
    by: Periods,
    observed: dict[int, float],
    flared: list[Stretch],
) -> list[Chart]:
    axis = frame.axis
    mean, logged = diary.pain.over()
    if mean is None and not observed and not flared:
        return []
    days = ngettext(
        "%(days)s of %(n)s day has an entry", "%(days)s of %(n)s days have an entry", axis.days, days=logged
    )
    said = [_from_to(_("Pain"), axis) if mean is None else _said(_("Pain"), axis, mean)]
    if mean is not None:
        said.append(_("From %(low)s to %(high)s.", low=min(diary.low), high=max(diary.high)))
    said.append(f"{days}.")
    if observed:
        said.append(_("What others entered: average %(mean)s.", mean=table.say_tenths(fmean(observed.values()))))
    if flared:
        total = f"{say_total(flares.total(flared))}."
        days = f"{days}. {total}"
        said.append(total)
    said += [f"{mark.name}, {say_day(mark.at)}." for mark in frame.marks]
    art, numbers = chart.pain(frame, diary, turn, observed, flared), table.pain(frame, diary, by, observed, flared)
    return [Chart("pain", str(_EACH[axis.by]), days, " ".join(said), art, numbers)]


def _values(name: str, title: str, note: str, frame: Frame, line: Line, by: Periods) -> list[Chart]:
    """A chart of one secondary question, if anybody answered it."""
    mean, _days = line.over()
    if mean is None:
        return []
    art = chart.bars(frame, line.values) if name == "sleep" else chart.line(frame, line.values)
    note = f"{note} {_average(mean)}"
    return [Chart(name, title, note, _said(title, frame.axis, mean), art, table.values(title, line, by))]


def _medicines(seen: _Seen) -> dict[str, Chart]:
    found = queries.doses(seen.patient_id, seen.axis, seen.period)
    names = queries.medicines(seen.patient_id) if found else {}
    taken = series.tallies(seen.axis.size, found, names.__getitem__)
    ordered = {title: taken[title] for title in names.values() if title in taken}
    return _tallies(seen, "medicines", _("Medicines"), str(_HEIGHT[seen.axis.by]), ordered)


def _therapy(seen: _Seen) -> dict[str, Chart]:
    found = queries.sessions(seen.patient_id, seen.axis, seen.period)
    note = _("A bar is a session that was done.")
    if Frame(seen.axis, seen.width, ()).boxes:
        note = _("A bar is a session that was done. A box is one that was skipped.")
    kept = series.tallies(seen.axis.size, found, lambda kind: str(PROGRAMMES[kind]))
    return _tallies(seen, "therapy", _("Exercises and CBT"), note, kept)


def _tallies(seen: _Seen, name: str, title: str, note: str, tallies: dict[str, Tally]) -> dict[str, Chart]:
    """A chart with a row for each thing that was done or skipped, if there is any."""
    if not tallies:
        return {}
    frame, by = Frame(seen.axis, seen.width, seen.marks), table.rows_of(seen.axis)
    lines, said = [], [_from_to(title, seen.axis)]
    for thing, tally in tallies.items():
        done = sum(tally.done)
        times = ngettext("%(n)s time", "%(n)s times", done)
        lines.append((_clipped(thing), times, tally))
        said.append(f"{thing}: {times}.")
    return {name: Chart(name, title, note, " ".join(said), chart.rows(frame, lines), table.counts(title, tallies, by))}


def _from_to(title: str, axis: Axis) -> str:
    return _("%(title)s, %(first)s to %(last)s.", title=title, first=say_day(axis.first), last=say_day(axis.last))


def _average(mean: float) -> str:
    return _("Average %(mean)s.", mean=table.say_tenths(mean))


def _said(title: str, axis: Axis, mean: float) -> str:
    return f"{_from_to(title, axis)} {_average(mean)}"


def _clipped(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
