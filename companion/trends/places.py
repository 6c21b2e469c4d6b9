"""Where it hurt over a span: on how many days each place was marked, as words and as colours of the body map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from companion.diary import queries as diary
from companion.diary import regions
from companion.trends.table import say_tenths
from companion.words import gettext as _
from companion.words import ngettext


@dataclass(frozen=True)
class Place:
    """A place that was marked on so many days; `heat` is a step of the ramp, 10 for what was marked most."""

    code: str
    name: str
    days: int
    #: how strong it was there on average, with one decimal; empty where nobody said
    strength: str
    #: days on which the pain spread to it
    spreads: int
    heat: int

    def say(self) -> str:
        """What the days were like: "12 days · on average 6.3 of 10 · spread to here on 3 days"."""
        said = [ngettext("%(n)s day", "%(n)s days", self.days)]
        if self.strength:
            said.append(_("on average %(n)s of 10", n=self.strength))
        if self.spreads:
            said.append(ngettext("spread to here on %(n)s day", "spread to here on %(n)s days", self.spreads))
        return " · ".join(said)


def places(patient_id: int, first: date, last: date) -> list[Place]:
    """The places of the days, most often marked first."""
    found = [row for row in diary.places(patient_id, first, last) if regions.known(row.region)]
    most = max((row.days for row in found), default=1)
    return [
        Place(
            row.region,
            regions.label(row.region),
            row.days,
            "" if row.strength is None else say_tenths(row.strength),
            row.spreads,
            _step(row.days, most),
        )
        for row in found
    ]


def heat(marked: Sequence[Place]) -> dict[str, str]:
    """Classes of the regions by days; a retired place counts in each region that shows it."""
    days: Counter[str] = Counter()
    for place in marked:
        days.update(dict.fromkeys(regions.drawn(place.code), place.days))
    most = max(days.values(), default=1)
    return {code: f"p{_step(n, most)}" for code, n in days.items()}


def _step(days: int, most: int) -> int:
    return max(1, round(10 * days / most))
