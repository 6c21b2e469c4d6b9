"""The word that a person types before everything goes, and what a clinic says of a person who has died."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import ValidationError

from companion.identity.model import Patient
from companion.web.forms import Day, Line, OurForm, Words, required, short
from companion.words import lazy

WORD = lazy("erase")


class ErasureForm(OurForm):
    word = Line(lazy("Please write the word: erase"), [required(), short(40)])

    def validate_word(self, field: Any) -> None:
        if field.data.casefold() not in {WORD.text, str(WORD)}:
            raise ValidationError(lazy("This is another word. Please check it."))


class ClosingForm(OurForm):
    died_on = Day(lazy("Day of death"), [required(lazy("Please choose the day."))])
    reason = Words(
        lazy("How you know"), [required(), short(1000)], description=lazy("For example: told by the family.")
    )

    def __init__(self, formdata: Any, patient: Patient, now: datetime) -> None:
        self.today: date = now.astimezone(ZoneInfo(patient.zone)).date()
        self.born_on = patient.born_on or date(1900, 1, 1)
        super().__init__(formdata)

    def validate_died_on(self, field: Any) -> None:
        if field.data and field.data > self.today:
            raise ValidationError(lazy("This is still to come. Please check the date."))
        if field.data and field.data < self.born_on:
            raise ValidationError(lazy("This is before the date of birth. Please check the date."))
