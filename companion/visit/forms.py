"""What a patient chooses for a link, and what an outside doctor pastes and types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import RadioField, SelectChoice, SelectField, ValidationError

from companion.sharing.forms import PartsField
from companion.visit.make import said
from companion.visit.report import DEFAULT
from companion.web.forms import Line, OurForm, required, short
from companion.words import lazy

#: with the five tries of `opening` and a token that has to be known first
_SHORTEST = 6
_DAYS = {"30": lazy("30 days"), "90": lazy("90 days"), "365": lazy("1 year")}
_LASTS = {
    "1": lazy("1 day"),
    "3": lazy("3 days"),
    "7": lazy("1 week"),
    "14": lazy("2 weeks"),
    "30": lazy("30 days"),
}


def _choices(named: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(*each) for each in named.items()]


class LinkForm(OurForm):
    """A link to make."""

    name = Line(
        lazy("Who is it for?"), [required(), short(80)], description=lazy("For example the name of the doctor.")
    )
    parts = PartsField(lazy("What they may see"))
    days = RadioField(lazy("Which days"), choices=_choices(_DAYS), default=str(DEFAULT))
    lasts = SelectField(lazy("It works for"), choices=_choices(_LASTS), default="7")
    passphrase = Line(
        lazy("Passphrase, if you want one"),
        [short(120)],
        description=lazy("Tell it to them yourself, not together with the link. Capitals do not count."),
    )

    def validate_passphrase(self, field: Any) -> None:
        if field.data and len(said(field.data)) < _SHORTEST:
            raise ValidationError(lazy("Please use at least 6 letters or numbers, or leave it empty."))

    @property
    def lifetime(self) -> timedelta:
        """How long the link holds."""
        return timedelta(days=int(self.lasts.data))


class OpenForm(OurForm):
    """A link as somebody pastes it, and its passphrase once it was asked for."""

    code = Line(lazy("Link"), [required(lazy("Please paste the link.")), short(400)])
    passphrase = Line(lazy("Passphrase"), [short(120)])
