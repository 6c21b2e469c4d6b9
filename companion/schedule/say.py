"""Times in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from companion.schedule.model import EVERY_DAY, Schedule
from companion.words import gettext as _
from companion.words import say_day, say_list, say_time

_A_SUNDAY = date(2023, 12, 31)


def say_times(schedules: Iterable[Schedule]) -> str:
    """ "Mon, Wed, Fri at 10:00", "Every day at 08:00 and 20:00"; an empty text without schedules."""
    by_days: dict[str, list[str]] = {}
    for row in schedules:
        by_days.setdefault(row.weekdays, []).append(say_time(row.wall))
    return "; ".join(_say(weekdays, say_list(sorted(walls))) for weekdays, walls in by_days.items())


def _say(weekdays: str, walls: str) -> str:
    if weekdays == EVERY_DAY:
        return _("Every day at %(times)s", times=walls)
    days = ", ".join(say_day(_A_SUNDAY + timedelta(days=int(digit)), "E") for digit in weekdays)
    return _("%(days)s at %(times)s", days=days, times=walls)
