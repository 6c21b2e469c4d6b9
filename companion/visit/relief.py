"""What changed after each procedure: pain in the week before it and on the days after it, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from companion.procedures import kinds
from companion.procedures.model import Procedure
from companion.sharing.terms import Period
from companion.trends import queries
from companion.trends.insight import BASELINE, ENOUGH, FEWEST, SAME
from companion.words import gettext as _
from companion.words import ngettext, say_number

_DAY = timedelta(days=1)


class Relief(NamedTuple):
    """Mean pain in the week before a procedure and on the `days` with an entry after it."""

    before: float
    after: float
    days: int

    def say(self) -> str:
        """In words, and never why."""
        days = ngettext("on %(n)s day after", "on %(n)s days after", self.days)
        told = {"before": say_number(self.before), "after": say_number(self.after), "days": days}
        said = _("Average pain %(before)s in the week before, %(after)s %(days)s: %(change)s.")
        return said % {**told, "change": self._change()}

    def _change(self) -> str:
        change = self.after - self.before
        if abs(change) < SAME:
            return _("about the same")
        by = say_number(abs(change))
        if self.before:
            by = _("%(points)s (%(percent)s%%)", points=by, percent=round(abs(change) / self.before * 100))
        return _("up %(by)s", by=by) if change > 0 else _("down %(by)s", by=by)


def reliefs(patient_id: int, rows: Sequence[Procedure], last: date, opened: Period) -> dict[int, Relief]:
    """What there is to compare, by procedure id, for treatments among `rows`, newest first.

    The days after one end with the day before the next treatment, or with `last`. Only `opened` days are read.
    """
    found: dict[int, Relief] = {}
    end = last
    for row in rows:
        if not kinds.is_treatment(row.kind):
            continue
        baseline = (row.done_on - timedelta(days=BASELINE), row.done_on - _DAY)
        before = queries.mean(patient_id, *baseline, opened)
        after = queries.mean(patient_id, row.done_on + _DAY, end, opened)
        if before[1] >= FEWEST and after[1] >= ENOUGH:
            found[row.id] = Relief(before[0], *after)
        end = min(end, row.done_on - _DAY)
    return found
