"""What a person types about a medicine and about a dose."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from wtforms import Field, HiddenField, RadioField, SelectChoice, ValidationError
from wtforms.validators import AnyOf, Length

from companion.identity.model import Patient
from companion.medication.add import Taking, has_twin
from companion.medication.model import Medicine
from companion.schedule.model import EVERY_DAY, Schedule
from companion.web.forms import (
    NOTE_LENGTH,
    Day,
    Identity,
    Line,
    Moment,
    OurForm,
    Tap,
    Walls,
    Weekdays,
    Words,
    required,
    short,
)
from companion.words import Later, lazy

#: inputs on the page
MOST_TIMES = 6
WHEN: dict[str, Later] = {"times": lazy("At set times"), "needed": lazy("When I need it")}
WRONG_CLOCK = lazy("The clock of this phone may be wrong. Please choose the time.")
SAVED_BEFORE = lazy("This was saved before. If you took it again, please tap once more.")
STOPPED = lazy("This medicine is stopped, so no dose was saved. If you take it again, please add it again.")
TWIN = lazy("This medicine is on your list already.")


def new_id() -> str:
    """An id for a dose that a page offers to take."""
    return str(uuid4())


class MedicineForm(OurForm):
    """A medicine of `patient`; `medicine` is the one that is changed."""

    name = Line(
        lazy("Name"),
        [required(), short(80)],
        description=lazy("As on the box. Choose from the list or write your own."),
    )
    strength = Line(lazy("Strength"), [short(40)], description=lazy("Such as 300 mg."))
    amount = Line(
        lazy("How much at a time"),
        [short(60)],
        description=lazy("Such as 1 capsule. For another amount at another time, add the medicine again."),
    )
    when = RadioField(
        lazy("When do you take it?"), choices=[SelectChoice(*each) for each in WHEN.items()], validate_choice=False
    )
    walls = Walls(lazy("Times"))
    weekdays = Weekdays(lazy("Days"))
    note = Words(lazy("Note"), [short(NOTE_LENGTH)], description=lazy("Such as with food, or what it is for."))

    def __init__(
        self, formdata: Any, patient: Patient, medicine: Medicine | None = None, rows: tuple[Schedule, ...] = ()
    ) -> None:
        self.patient, self.medicine = patient, medicine
        super().__init__(
            formdata,
            obj=medicine,
            when="needed" if medicine and medicine.as_needed else "times",
            walls=sorted({row.wall for row in rows}),
            weekdays=sorted({digit for row in rows for digit in row.weekdays} or set(EVERY_DAY)),
        )

    def validate_name(self, field: Field) -> None:
        if has_twin(self.patient, self.taking, self.medicine):
            raise ValidationError(TWIN)

    def validate_when(self, field: Field) -> None:
        if field.data not in WHEN:
            raise ValidationError(lazy("Please choose one."))

    def validate_walls(self, field: Field) -> None:
        if self.when.data == "times" and not field.data and not field.errors:
            raise ValidationError(lazy("Please write at least one time."))
        if len(field.data) > MOST_TIMES:
            raise ValidationError(lazy("Six times a day is the most."))

    def validate_weekdays(self, field: Field) -> None:
        if self.when.data == "times" and not field.data:
            raise ValidationError(lazy("Please choose at least one day."))

    @property
    def taking(self) -> Taking:
        """What was typed, in the terms of `add`."""
        return Taking(
            name=self.name.data or "",
            strength=self.strength.data or "",
            amount=self.amount.data or "",
            note=self.note.data or "",
            as_needed=self.when.data == "needed",
            walls=tuple(self.walls.data),
            weekdays=self.weekdays.digits,
        )


class DoseForm(OurForm):
    """A dose. `at` is the phone's own time of the tap, `when` an earlier time that the person chose."""

    uuid = Identity()
    status = Line(lazy("Taken or skipped"), [AnyOf(("taken", "skipped"), message=lazy("Please tap Take or Skip."))])
    at = Tap()
    when = Moment(lazy("When was it?"))
    wall = Walls()
    reason = Line(lazy("Why, if you like"), [Length(max=200, message=lazy("This is too long. Please shorten it."))])
    #: medicine: back to its page; an empty text: to the list
    back = HiddenField()
    #: filled in once the person has said that they took one more
    again = HiddenField()

    def __init__(self, formdata: Any, patient: Patient, now: datetime, **values: Any) -> None:
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on
        super().__init__(formdata, **values)

    def validate(self, extra_validators: Any = None) -> bool:
        """A chosen time wins over the phone's; where only the phone's is wrong, the person is asked for one."""
        super().validate(extra_validators)
        if self.at.errors and not self.when.raw_text:
            self.when.errors = [WRONG_CLOCK]
        self.at.errors = []
        return not self.errors

    @property
    def dose(self) -> dict[str, Any]:
        """What was typed, in the names of `take.record`."""
        when = self.when.data or self.at.data or self.now
        wall = self.wall.data[0] if self.wall.data else None
        said = {"uuid": self.uuid.data, "status": self.status.data, "reason": self.reason.data or ""}
        return {**said, "taken_at": when, "due_wall": wall, "now": self.now}


class PageForm(OurForm):
    """The last day of a page of the history; empty: today."""

    last = Day()
