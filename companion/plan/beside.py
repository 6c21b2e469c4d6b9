"""What stands on a day beside what is planned for it: questionnaires, flares, and what who helps saw."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import date, datetime
from textwrap import shorten

from companion.clock import day_of
from companion.flares import queries as flares
from companion.flares.say import say_length
from companion.identity.model import Patient
from companion.measures import queries as measures
from companion.plan.item import Item, beside, by
from companion.seen import queries as seen
from companion.seen import signs
from companion.sharing.access import Everything
from companion.words import gettext as _


def happened(patient: Patient, day: date, now: datetime, may: Container[str]) -> list[Item]:
    """All of it, without the parts that are not in `may`."""
    found = _measures(patient, day, now, may)
    found += _flares(patient, day, now) if "pain" in may else []
    return found + (_seen(patient, day) if "notes" in may else [])


def _measures(patient: Patient, day: date, now: datetime, may: Container[str]) -> list[Item]:
    """What was answered on the day, and on the present one what is due: at no set time, so it stands where we are.

    What asks for help is shown to the patient alone.
    """
    rows = measures.answers(patient, day, day)
    open_ = measures.due(patient, day, now) if day_of(now, patient.zone) == day else []
    known = measures.definitions([*(row.instrument for row in rows), *(each.plan.instrument for each in open_)])
    own = isinstance(may, Everything)
    shown = {code: each for code, each in known.items() if each.part in may and (own or not each.alarms)}
    found = [
        Item(kind="measure", thing_id=each.plan.id, day=day, at=now, state="now", title=_(each.definition.title))
        for each in open_
        if each.definition.code in shown
    ]
    for row in rows:
        if row.instrument in shown:
            title, said = _(shown[row.instrument].title), _("Answered") + by(row.author, patient)
            item = beside("measure", row.plan_id, day, row.answered_at, title)
            found.append(replace(item, detail=said, done_at=row.answered_at, uuid=row.uuid))
    return found


def _flares(patient: Patient, day: date, now: datetime) -> list[Item]:
    """The flares that began on the day."""
    found = []
    for flare in flares.flares(patient, day, day):
        if flare.day == day:
            line = beside("flare", flare.id, day, flare.began_at, _("A flare began"))
            length = say_length(flare.length(now))
            said = _("It lasted %(length)s", length=length) if flare.ended_at else _("It goes on")
            found.append(replace(line, detail=said + by(flare.author, patient), uuid=flare.uuid))
    return found


def _seen(patient: Patient, day: date) -> list[Item]:
    """What who helps saw."""
    found = []
    for row in seen.seen(patient, day, day):
        line = beside("seen", row.id, day, row.seen_at, _("%(name)s saw", name=row.author.name))
        said = " · ".join(part for part in (signs.said(row.signs), shorten(row.note, 80, placeholder="…")) if part)
        found.append(replace(line, detail=said, uuid=row.uuid))
    return found
