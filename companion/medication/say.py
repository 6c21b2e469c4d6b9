"""When a dose was, in words: by the calendar of the place where the patient is. A diary day goes on after midnight."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from companion.identity.model import Account
from companion.medication.model import Dose
from companion.schedule.recurrence import calendar_day
from companion.words import gettext as _
from companion.words import say_day, say_time

#: so long after it was taken, a dose was taken a moment ago
_JUST_NOW = timedelta(minutes=2)


def when(instant: datetime, zone: str, now: datetime) -> str:
    """The day of `instant`: today, yesterday or its date."""
    day, today = _date(instant, zone), _date(now, zone)
    if day == today:
        return _("today")
    if day == today - timedelta(days=1):
        return _("yesterday")
    return on(instant, zone, now)


def on(instant: datetime, zone: str, now: datetime) -> str:
    """The date of `instant`, with its year if that is another one."""
    day = _date(instant, zone)
    return say_day(day, "MMMEd" if day.year == _date(now, zone).year else "yMMMEd")


def heading(dose: Dose, zone: str) -> date:
    """The day for which the dose was planned; for one beside the plan the day on which it was taken."""
    return _date(dose.taken_at, zone) if dose.due_wall is None else calendar_day(dose.day, dose.due_wall)


def taken(dose: Dose, zone: str, under: date) -> str:
    """The time at which it was taken, with its date unless that is the heading that it stands `under`."""
    return _said(_date(dose.taken_at, zone), say_time(dose.taken_at, zone), under)


def there(dose: Dose, reader: Account, zone: str, now: datetime) -> str:
    """That `dose` is written down already, and by whom."""
    medicine, at = dose.medicine.title, taken(dose, zone, _date(now, zone))
    if dose.author_id != reader.id:
        return _("%(name)s logged %(medicine)s, taken %(time)s.", name=dose.author.name, medicine=medicine, time=at)
    if now - dose.taken_at <= _JUST_NOW:
        return _("%(medicine)s was logged at %(time)s, a moment ago.", medicine=medicine, time=at)
    return _("You logged %(medicine)s, taken %(time)s.", medicine=medicine, time=at)


def planned(wall: time, day: date) -> str:
    """The planned time `wall` of the diary `day`, with its date unless that is the day itself."""
    return _said(calendar_day(day, wall), say_time(wall), day)


def _said(day: date, wall: str, under: date) -> str:
    return wall if day == under else f"{say_day(day)}, {wall}"


def _date(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
