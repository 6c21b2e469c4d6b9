"""How the pages of sharing say which days are open, for how long, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from companion.identity.model import Account, Patient
from companion.sharing.model import PARTS, Version, last_day
from companion.sharing.terms import ALWAYS, Period
from companion.words import gettext as _
from companion.words import say_day


def say_days(period: Period) -> str:
    """The open days: "All days", "From March 1, 2026", "March 1, 2026 to March 9, 2026"."""
    since, until = (day and say_day(day, "long") for day in period)
    if since and until:
        return _("%(first)s to %(last)s", first=since, last=until)
    if since:
        return _("From %(day)s on", day=since)
    return _("Until %(day)s", day=until) if until else _("All days")


def say_end(ends_on: date | None) -> str:
    """For how long: "Until you stop it", "Stops by itself after March 20, 2026"."""
    if ends_on is None:
        return _("Until it is stopped")
    return _("Stops by itself after %(day)s", day=say_day(ends_on, "long"))


@dataclass(frozen=True)
class Line:
    """One change of who sees what: when, what was done in a sentence, and what is different since."""

    at: datetime
    said: str
    details: list[str] = field(default_factory=list)


def history(versions: Iterable[Version], patient: Patient, reader: Account) -> list[Line]:
    """Every change, the latest first, as `reader` reads it."""
    found: list[Line] = []
    before: dict[int, Version] = {}
    for row in versions:
        former = before.get(row.grant_id)
        before[row.grant_id] = row
        details = [] if row.stopped else _details(row, former, patient.zone)
        found.append(Line(row.changed_at, _done(row, former, reader), details))
    return found[::-1]


def _done(row: Version, former: Version | None, reader: Account) -> str:
    side = row.grant.clinic or row.grant.account
    name = side.name if side else ""
    own = row.changed_by == reader.id
    who = row.changer.name if row.changer else ""
    if row.stopped:
        if row.changed_by is not None and row.changed_by == row.grant.account_id:
            return _("%(name)s gave it up.", name=name)
        return (
            _("You stopped sharing with %(name)s.", name=name)
            if own
            else _("%(name)s sees nothing from then on.", name=name)
        )
    if former is None:
        if own:
            return _("You let %(name)s in.", name=name)
        return _("%(who)s let %(name)s in.", who=who, name=name) if who else _("%(name)s was let in.", name=name)
    if own:
        return _("You changed what %(name)s sees.", name=name)
    return _("%(who)s changed what %(name)s sees.", who=who, name=name)


def _details(row: Version, former: Version | None, zone: str) -> list[str]:
    opened = _labels(part for part in row.parts if former is None or part not in former.parts)
    closed = _labels(part for part in former.parts if part not in row.parts) if former else ""
    found = [_("Opened: %(parts)s", parts=opened)] if opened else []
    found += [_("Closed: %(parts)s", parts=closed)] if closed else []
    found += _changed(row.may_log, bool(former and former.may_log), _("May write"), _("May not write any more"))
    told = _("Is told when a reminder is not answered"), _("Is not told of reminders any more")
    found += _changed(row.told_missed, bool(former and former.told_missed), *told)
    days, days_before = (
        Period(row.since_on, row.until_on),
        Period(former.since_on, former.until_on) if former else ALWAYS,
    )
    found += [say_days(days)] if days != days_before else []
    if row.ends_at != (former.ends_at if former else None):
        found.append(say_end(last_day(row.ends_at, zone)))
    return found


def _changed(now: bool, before: bool, begun: str, ended: str) -> list[str]:
    return [begun if now else ended] if now != before else []


def _labels(parts: Iterable[str]) -> str:
    known: Sequence[str] = [part for part in parts if part in PARTS]
    return "; ".join(str(PARTS[part]) for part in known)
