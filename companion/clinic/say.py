"""How the clinic's pages say times, ages and changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from companion.words import gettext as _
from companion.words import ngettext, say_day, say_number, say_time

#: a smaller change of a mean is no clear one
SAME = 0.5


def say_ago(instant: datetime, now: datetime) -> str:
    """How long ago: "5 min ago", "2 h ago", "6 days ago"."""
    gone = max(now - instant, timedelta())
    if gone < timedelta(hours=1):
        return _("%(n)s min ago", n=gone // timedelta(minutes=1))
    if gone < timedelta(days=1):
        return _("%(n)s h ago", n=gone // timedelta(hours=1))
    return ngettext("%(n)s day ago", "%(n)s days ago", gone // timedelta(days=1))


def say_ahead(instant: datetime, now: datetime, zone: str) -> str:
    """When something is to come, on the patient's clock: "Today 11:20", "Thu, Mar 12, 11:20"."""
    local = ZoneInfo(zone)
    day, today = instant.astimezone(local).date(), now.astimezone(local).date()
    said = _("Today") if day == today else f"{say_day(day)},"
    return f"{said} {say_time(instant, zone)}"


def say_change(change: float) -> str:
    """A change of a mean: "up 0.8", "about the same"."""
    if abs(change) < SAME:
        return _("about the same")
    by = say_number(abs(change))
    return _("up %(by)s", by=by) if change > 0 else _("down %(by)s", by=by)


def age(born_on: date, today: date) -> int:
    """Whole years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
