"""Pure reckoning with wall times: what comes next, and what a day holds.

A wall time in the spring gap means the first instant after it, in the autumn overlap the first of the two; a local day
holds each wall time once, so neither daylight saving nor travel can ring twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from companion.clock import at, day_starts

#: An occurrence is there to be done from its time until so long after it; then it is missed, on Today and for the clinic
#: alike. Two hours, since the moment for a walk or a capsule has passed by then; what is done later still answers it.
DUE_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Rule:
    """A wall time on ISO weekdays, from a local day until another (included) or for ever."""

    wall: time
    weekdays: str
    starts_on: date
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the calendar `day` has an occurrence."""
        within = day >= self.starts_on and (self.ends_on is None or day <= self.ends_on)
        return within and str(day.isoweekday()) in self.weekdays


def next_after(rule: Rule, zone: str, after: datetime) -> tuple[datetime, date] | None:
    """The first occurrence later than `after` with its local day, or None when there is none."""
    if not rule.weekdays:
        return None
    day = max(after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1), rule.starts_on)
    for _ in range(16):
        if rule.ends_on is not None and day > rule.ends_on:
            return None
        if rule.holds_on(day):
            instant = at(day, rule.wall, zone)
            if instant > after:
                return instant, day
        day += timedelta(days=1)
    return None


def calendar_day(day: date, wall: time) -> date:
    """The calendar day on which `wall` falls within the diary `day`."""
    return day if wall >= day_starts() else day + timedelta(days=1)


def slots(rule: Rule, zone: str, first: date, last: date) -> Iterator[tuple[date, datetime]]:
    """Each diary day from `first` to `last` that holds an occurrence, with its instant."""
    day = first
    while day <= last:
        calendar = calendar_day(day, rule.wall)
        if rule.holds_on(calendar):
            yield day, at(calendar, rule.wall, zone)
        day += timedelta(days=1)


def standing(instant: datetime, now: datetime) -> str:
    """How an occurrence at `instant` that nothing has answered stands: later, now (for DUE_FOR) or missed."""
    if now < instant:
        return "later"
    return "now" if now < instant + DUE_FOR else "missed"
