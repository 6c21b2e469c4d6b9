"""What the clinic types about a procedure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import SelectChoice, SelectField, ValidationError

from companion.identity.model import Patient
from companion.procedures.kinds import KINDS, SIDES
from companion.web.forms import NOTE_LENGTH, Day, Identity, Line, OurForm, Words, required, short
from companion.words import lazy


class ProcedureForm(OurForm):
    """One procedure of `patient`, done until today in the patient's zone."""

    uuid = Identity(lazy("This page"))
    kind = SelectField(lazy("What was done"), choices=[SelectChoice(*each) for each in KINDS.items()])
    level = Line(lazy("Level or place"), [short(40)], description=lazy("For example L4-5."))
    side = SelectField(lazy("Side"), choices=[SelectChoice(*each) for each in SIDES.items()], default="")
    done_on = Day(lazy("Day"), [required(lazy("Please choose the day."))])
    note = Words(lazy("Note"), [short(NOTE_LENGTH)], description=lazy("The patient reads this."))

    def __init__(self, formdata: Any, patient: Patient, now: datetime) -> None:
        self.today: date = now.astimezone(ZoneInfo(patient.zone)).date()
        self.born_on = patient.born_on or date(1900, 1, 1)
        super().__init__(formdata)

    def validate_done_on(self, field: Any) -> None:
        if field.data is None:
            return
        if field.data > self.today:
            raise ValidationError(lazy("This is still to come. Please check the date."))
        if field.data < self.born_on:
            raise ValidationError(lazy("This is before the date of birth. Please check the date."))
