"""The only reader of time. Instants are aware and in UTC; days and wall times are local to a zone that is passed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_day_starts = time(4)


def begin_days_at(wall: time) -> None:
    """Let diary days begin at `wall` in this process: days that were written down before keep theirs."""
    global _day_starts  # noqa: PLW0603 read once from the settings
    _day_starts = wall


def day_starts() -> time:
    """The time of day at which a diary day begins, 04:00 by default: a note at 01:00 belongs to the evening before."""
    return _day_starts


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every zone a person may choose, sorted: places only, no aliases such as Etc/GMT+3."""
    return tuple(
        sorted(
            name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
        )
    )


def is_zone(name: str) -> bool:
    """Whether `name` is a zone that we can reckon with."""
    return name == "UTC" or name in zone_names()


def day_of(instant: datetime, zone: str) -> date:
    """The diary day that `instant` belongs to for a person in `zone`."""
    local = instant.astimezone(ZoneInfo(zone))
    return local.date() if local.time() >= _day_starts else local.date() - timedelta(days=1)


def bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the diary `day` in `zone` and first instant of the next one."""
    return at(day, _day_starts, zone), at(day + timedelta(days=1), _day_starts, zone)


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month of `day`."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months(first: date, last: date) -> list[date]:
    """The first day of each month from that of `first` to that of `last`, both included."""
    of = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(n // 12, n % 12 + 1, 1) for n in of]


def at(day: date, wall: time, zone: str) -> datetime:
    """The instant at which clocks in `zone` show `wall` on `day`.

    In the spring gap the first instant after it; in the autumn overlap the first of the two.
    """
    tz = ZoneInfo(zone)
    wanted = datetime.combine(day, wall)
    instant = wanted.replace(tzinfo=tz).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wanted:
        return instant
    return _end_of_gap(wanted.replace(tzinfo=tz, fold=1).astimezone(UTC), instant, tz)


def _end_of_gap(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """The instant between `before` and `after` from which the offset of `after` holds, to the second."""
    offset = after.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
