"""Pure: what of a record is open to somebody, which of its days, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Period(NamedTuple):
    """Diary days from `since` to `until`, both included; None is without end on that side."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day is open."""
        return self.touches(day, day)

    def within(self, first: date, last: date) -> tuple[date, date]:
        """The open days from `first` to `last`; where there is none, the end stands before the start."""
        return max(first, self.since or first), min(last, self.until or last)

    def touches(self, first: date, last: date | None) -> bool:
        """Whether any of the days from `first` to `last` (None: without end) is open."""
        begins_before = self.until is None or first <= self.until
        return begins_before and (self.since is None or last is None or self.since <= last)


#: every day
ALWAYS = Period()


@dataclass(frozen=True)
class Terms:
    """What a patient agrees to."""

    #: keys of PARTS, in their order
    parts: tuple[str, ...]
    may_log: bool = False
    period: Period = ALWAYS
    #: the last day on which it holds, None until it is stopped
    ends_on: date | None = None
    #: whether a caregiver is told when a reminder was not answered
    told_missed: bool = False

    def widens(self, before: Terms) -> bool:
        """Whether anything is open that was not open `before`."""
        since, until = before.period
        earlier = since is not None and (self.period.since is None or self.period.since < since)
        later = until is not None and (self.period.until is None or self.period.until > until)
        longer = before.ends_on is not None and (self.ends_on is None or self.ends_on > before.ends_on)
        more = bool({*self.parts} - {*before.parts}) or (self.may_log and not before.may_log)
        told = self.told_missed and not before.told_missed
        return earlier or later or longer or more or told
