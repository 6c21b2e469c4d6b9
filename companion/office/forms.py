"""What an administrator types and chooses."""

from __future__ import annotations

from typing import Any

from wtforms import Field, SelectChoice, SelectField, ValidationError

from companion.audit.acts import GROUPS
from companion.office.queries import Wanted
from companion.web.forms import Day, Identity, Line, OurForm, required, short
from companion.words import lazy

ROLES = {"clinician": lazy("Clinician"), "admin": lazy("Administrator")}
_ROLES = [SelectChoice(*each) for each in ROLES.items()]
_MOST = 2**31 - 1


class InviteForm(OurForm):
    """A colleague to let in."""

    uuid = Identity(lazy("This page"))
    name = Line(lazy("Their name"), [required(), short(80)], description=lazy("So that you know whose code it is."))
    role = SelectField(lazy("They work as"), choices=_ROLES, default="clinician")


class RoleForm(OurForm):
    """What a colleague may do."""

    role = SelectField(lazy("Works as"), choices=_ROLES)


class Number(Field):
    """A whole number from 1, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text and not (text.isascii() and text.isdecimal() and 0 < int(text[:20]) <= _MOST):
            raise ValueError(lazy("Please write a number."))
        self.data = int(text) if text else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class LogForm(OurForm):
    """Which events to show."""

    what = SelectField(lazy("What"))
    person = SelectField(lazy("Who"))
    patient = Number(lazy("Number of a patient"))
    day = Day(lazy("Day"))
    before = Number()

    def __init__(self, formdata: Any, people: dict[int, str]) -> None:
        super().__init__(formdata)
        everything, everybody = SelectChoice("", lazy("Everything")), SelectChoice("", lazy("Everybody"))
        self.what.choices = [everything, *(SelectChoice(word, label) for word, (label, _acts) in GROUPS.items())]
        self.person.choices = [everybody, *(SelectChoice(str(key), name) for key, name in people.items())]
        # a page without a form sends nothing, and nothing is everything
        self.what.data, self.person.data = self.what.data or "", self.person.data or ""

    def validate_day(self, field: Field) -> None:
        """A day that has a day after it."""
        if field.data is not None and field.data.year == 9999:
            raise ValidationError(lazy("Please check this."))

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        person = int(self.person.data) if self.person.data else None
        return Wanted(self.what.data, person, self.patient.data, self.day.data)

    @property
    def asked(self) -> dict[str, str]:
        """The same, for the address of a further page."""
        chosen = {
            "what": self.what.data,
            "person": self.person.data,
            "patient": self.patient.data,
            "day": self.day.data,
        }
        return {name: str(value) for name, value in chosen.items() if value}
