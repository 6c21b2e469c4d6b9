"""How the clinic's pages say times, places, ages and changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from babel.numbers import format_decimal

from companion.trends.insight import SAME
from companion.words import gettext as _
from companion.words import language, ngettext, say_day, say_time

#: from then on the list says in words that somebody is silent; our own choice
SILENT = timedelta(days=5)


def say_ago(instant: datetime, now: datetime) -> str:
    """How long ago: "just now", "5 min ago", "2 h ago", "6 days ago"."""
    gone = max(now - instant, timedelta())
    if gone < timedelta(minutes=1):
        return _("just now")
    if gone < timedelta(hours=1):
        return _("%(n)s min ago", n=gone // timedelta(minutes=1))
    if gone < timedelta(days=1):
        return _("%(n)s h ago", n=gone // timedelta(hours=1))
    return ngettext("%(n)s day ago", "%(n)s days ago", gone // timedelta(days=1))


def say_silence(instant: datetime, now: datetime) -> str:
    """How long nothing was written, where that is long: "No entry for 6 days"; else an empty text."""
    gone = now - instant
    if gone < SILENT:
        return ""
    return ngettext("No entry for %(n)s day", "No entry for %(n)s days", gone // timedelta(days=1))


def say_ahead(instant: datetime, now: datetime, zone: str) -> str:
    """When something is to come, on the patient's clock: "Today 11:20", "Thu, Mar 12, 11:20"."""
    local = ZoneInfo(zone)
    day, today = instant.astimezone(local).date(), now.astimezone(local).date()
    said = _("Today") if day == today else f"{say_day(day)},"
    return f"{said} {say_time(instant, zone)}"


def say_date(instant: datetime, zone: str) -> str:
    """The calendar day of an instant on the patient's clock: "March 10, 2026"."""
    return say_day(instant.astimezone(ZoneInfo(zone)).date(), "long")


def say_mean(mean: float) -> str:
    """A mean with one decimal, always, so that a column of them can be compared at a glance."""
    return str(format_decimal(round(mean, 1), format="0.0", locale=language()))


def say_change(change: float) -> str:
    """A change of a mean: "up 0.8", "about the same"."""
    if abs(change) < SAME:
        return _("about the same")
    by = say_mean(abs(change))
    return _("up %(by)s", by=by) if change > 0 else _("down %(by)s", by=by)


def say_place(zone: str) -> str:
    """The city of a zone: "New York"."""
    return str(get_timezone_location(ZoneInfo(zone), locale=language(), return_city=True)).rsplit("/", maxsplit=1)[-1]


def age(born_on: date, today: date) -> int:
    """Whole years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
