"""What a person types to plan a programme and to keep a session."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from wtforms import Field, SelectChoice, SelectField, ValidationError
from wtforms.validators import AnyOf, DataRequired

from companion import clock
from companion.identity.model import Patient
from companion.schedule.recurrence import calendar_day
from companion.therapy.model import KINDS
from companion.web.forms import (
    NOTE_LENGTH,
    Day,
    Identity,
    Line,
    Moment,
    OurForm,
    Scale,
    Walls,
    Weekdays,
    Words,
    required,
    short,
)
from companion.words import lazy

_LONGEST = 480
MOST_TIMES = 4


class Minutes(Field):
    """A number of minutes up to eight hours, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            if not text.isdecimal() or not 1 <= int(text) <= _LONGEST:
                raise ValueError(lazy("Please write a number of minutes, from 1 to 480."))
            self.data = int(text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")


class ProgrammeForm(OurForm):
    """A programme and its times, for the patient and for the clinic."""

    kind = SelectField(lazy("What kind is it?"), choices=[SelectChoice(*each) for each in KINDS.items()], default="pt")
    title = Line(lazy("Name"), [DataRequired(lazy("Please give it a name.")), short(80)])
    note = Words(lazy("What to do"), [short(NOTE_LENGTH)], description=lazy("The steps, in plain words."))
    minutes = Minutes(lazy("About how many minutes"), description=lazy("You can leave it empty."))
    weekdays = Weekdays(lazy("On which days"), [required(lazy("Please choose at least one day."))])
    walls = Walls(lazy("At what time"))

    def validate_walls(self, field: Walls) -> None:
        if field.process_errors:
            return
        if not field.data:
            raise ValidationError(lazy("Please write at least one time."))
        if len(field.data) > MOST_TIMES:
            raise ValidationError(lazy("Four times a day is the most."))

    @property
    def planned(self) -> dict[str, Any]:
        """The keywords that `plan_it.plan` and `plan_it.change` take."""
        values = {name: self[name].data for name in ("kind", "title", "note", "minutes", "walls")}
        return {**values, "weekdays": self.weekdays.digits}


class SlotForm(OurForm):
    """Which planned time a page is about; both may be empty."""

    wall = Walls()
    day = Day()


class SessionForm(SlotForm):
    """A session that was done or skipped just now, or at a planned time of a day that is over."""

    uuid = Identity()
    at = Moment(lazy("When"))
    status = Line(
        lazy("Done or skipped"), [AnyOf(("done", "skipped"), message=lazy("Please tap Done, or Skip this time."))]
    )
    pain_before = Scale(lazy("Pain before"))
    pain_after = Scale(lazy("Pain after"))
    note = Words(lazy("Note"), [short(NOTE_LENGTH)])

    def __init__(self, formdata: Any, patient: Patient, now: datetime, **values: Any) -> None:
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on
        super().__init__(formdata, **values)

    def validate_day(self, field: Day) -> None:
        if field.data is not None and field.data < (self.born_on or date(1900, 1, 1)):
            raise ValidationError(lazy("This is before you were born. Please check the date."))

    @property
    def due_wall(self) -> time | None:
        """The planned time that it answers, if the page knew."""
        return self.wall.data[0] if self.wall.data else None

    @property
    def done_at(self) -> datetime:
        """When it was done: at the tap; for a planned time of an earlier diary day, at that time."""
        instant: datetime = self.at.data or self.now
        day, wall = self.day.data, self.due_wall
        if day is None or wall is None or day >= clock.day_of(instant, self.zone):
            return instant
        return clock.at(calendar_day(day, wall), wall, self.zone)


class PainForm(OurForm):
    """Pain before and after a session that is already kept."""

    uuid = Identity()
    pain_before = Scale(lazy("Pain before"))
    pain_after = Scale(lazy("Pain after"))
    note = Words(lazy("Note"), [short(NOTE_LENGTH)])


class BackForm(OurForm):
    """How far back a history starts; empty: today."""

    before = Day()
