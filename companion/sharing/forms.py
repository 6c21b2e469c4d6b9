"""What a person types and ticks to let others in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectChoice, SelectField, SelectMultipleField, ValidationError

from companion.identity.forms import FULL_NAME, BirthDay, ZoneField
from companion.sharing.model import PARTS
from companion.sharing.terms import Period, Terms
from companion.web.forms import Day, Identity, Line, OurForm, required, short
from companion.words import lazy

_SEES = lazy("What they may see")
_WRITES = lazy("May write for me")
_TOLD = lazy("Is told when I do not answer a reminder")
_SINCE, _UNTIL, _ENDS = lazy("First day"), lazy("Last day"), lazy("Stop by itself after")
_THIS_PAGE = lazy("This page")
_FARTHEST = timedelta(days=50 * 366)
#: who can be let in
WHOM = {"caregiver": lazy("Somebody who helps me"), "clinic": lazy("A clinic")}


class PartsField(SelectMultipleField):
    """Chosen parts of a record, at least one."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        needed = required(lazy("Please choose at least one part."))
        super().__init__(label, [needed], choices=[SelectChoice(*each) for each in PARTS.items()], **kwargs)


class _OpensForm(OurForm):
    """The end of a form that opens a record; `today` is the patient's calendar day."""

    def __init__(self, formdata: Any, today: date, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.today = today

    def validate_until_on(self, field: Field) -> None:
        """The last open day is not before the first."""
        if field.data and self.since_on.data and field.data < self.since_on.data:
            raise ValidationError(lazy("This is before the first day. Please check both."))

    def validate_ends_on(self, field: Field) -> None:
        """It ends on a day that is to come."""
        if field.data and field.data < self.today:
            raise ValidationError(lazy("This day has passed. To close everything now, stop sharing."))
        if field.data and field.data > self.today + _FARTHEST:
            raise ValidationError(lazy("This is too far ahead. You can leave it empty."))

    @property
    def terms(self) -> Terms:
        """What was agreed to."""
        parts = tuple(part for part in PARTS if part in self.parts.data)
        may_log, told = (bool(name in self and self[name].data) for name in ("may_log", "told_missed"))
        return Terms(parts, may_log, Period(self.since_on.data, self.until_on.data), self.ends_on.data, told)


class TermsForm(_OpensForm):
    """What a clinic or a caregiver sees from now on."""

    parts = PartsField(_SEES)
    may_log = BooleanField(_WRITES)
    told_missed = BooleanField(_TOLD)
    since_on = Day(_SINCE)
    until_on = Day(_UNTIL)
    ends_on = Day(_ENDS)


class InviteForm(_OpensForm):
    """Somebody to let in."""

    uuid = Identity(_THIS_PAGE)
    whom = SelectField(lazy("Whom"), choices=[SelectChoice(*each) for each in WHOM.items()], default="caregiver")
    name = Line(lazy("Their name"), [required(), short(80)], description=lazy("So that you know whose code it is."))
    parts = PartsField(_SEES)
    may_log = BooleanField(_WRITES)
    told_missed = BooleanField(_TOLD)
    since_on = Day(_SINCE)
    until_on = Day(_UNTIL)
    ends_on = Day(_ENDS)


class AcceptForm(_OpensForm):
    """By which name the patient comes to the clinic that invites, and what they open to it."""

    #: id of the record that is opened
    whose = HiddenField()
    name = Line(FULL_NAME, [required(), short(120)], description=lazy("As it is on your letters from them."))
    born_on = BirthDay()
    parts = PartsField(_SEES)
    since_on = Day(_SINCE)
    until_on = Day(_UNTIL)
    ends_on = Day(_ENDS)


class KeptForm(OurForm):
    """Somebody whose record another person keeps."""

    name = Line(FULL_NAME, [required(), short(120)])
    born_on = BirthDay()
    zone = ZoneField(lazy("Time zone"), [required()], description=lazy("Where they live."))


class HandOverForm(OurForm):
    """A tap that makes a code for whoever a record is kept for."""

    uuid = Identity(_THIS_PAGE)


class CodeForm(OurForm):
    """A code as somebody types it."""

    code = Line(lazy("Code"), [required(lazy("Please write the code.")), short(40)])


class BackForm(OurForm):
    """How far back the list of looks starts; empty: today."""

    before = Day()
