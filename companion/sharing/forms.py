"""What a person types and ticks to let others in."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectChoice, SelectMultipleField
from wtforms.validators import DataRequired

from companion.sharing.model import PARTS
from companion.web.forms import REQUIRED, Day, Line, OurForm, required, short
from companion.words import lazy


class PartsField(SelectMultipleField):
    """Chosen parts of a record, at least one."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        needed = required(lazy("Please choose at least one part."))
        super().__init__(label, [needed], choices=[SelectChoice(*each) for each in PARTS.items()], **kwargs)


class PartsForm(OurForm):
    """What a clinic or a caregiver sees from now on."""

    parts = PartsField(lazy("What they may see"))
    may_log = BooleanField(lazy("May write for me"))


class InviteForm(PartsForm):
    """A caregiver to let in."""

    name = Line(
        lazy("Their name"), [DataRequired(REQUIRED), short(80)], description=lazy("So that you know whose code it is.")
    )


class AcceptForm(OurForm):
    """What the patient opens to the clinic that invites."""

    parts = PartsField(lazy("What they may see"))


class CodeForm(OurForm):
    """A code as somebody types it."""

    code = Line(lazy("Code"), [DataRequired(lazy("Please write the code.")), short(40)])


class BackForm(OurForm):
    """How far back the list of looks starts; empty: today."""

    before = Day()
