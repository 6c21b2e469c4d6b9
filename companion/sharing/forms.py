"""What a person types and ticks to let others in."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectChoice, SelectMultipleField

from companion.identity.forms import FULL_NAME, BirthDay
from companion.sharing.model import PARTS
from companion.web.forms import Day, Line, OurForm, required, short
from companion.words import lazy

_SEES = lazy("What they may see")
_WRITES = lazy("May write for me")


class PartsField(SelectMultipleField):
    """Chosen parts of a record, at least one."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        needed = required(lazy("Please choose at least one part."))
        super().__init__(label, [needed], choices=[SelectChoice(*each) for each in PARTS.items()], **kwargs)


class PartsForm(OurForm):
    """What a clinic or a caregiver sees from now on."""

    parts = PartsField(_SEES)
    may_log = BooleanField(_WRITES)


class InviteForm(OurForm):
    """A caregiver to let in."""

    name = Line(lazy("Their name"), [required(), short(80)], description=lazy("So that you know whose code it is."))
    parts = PartsField(_SEES)
    may_log = BooleanField(_WRITES)


class AcceptForm(OurForm):
    """By which name the patient comes to the clinic that invites, and what they open to it."""

    name = Line(FULL_NAME, [required(), short(120)], description=lazy("As it is on your letters from them."))
    born_on = BirthDay()
    parts = PartsField(_SEES)


class CodeForm(OurForm):
    """A code as somebody types it."""

    code = Line(lazy("Code"), [required(lazy("Please write the code.")), short(40)])


class BackForm(OurForm):
    """How far back the list of looks starts; empty: today."""

    before = Day()
