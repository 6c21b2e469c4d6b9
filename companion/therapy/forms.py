"""What a person types to plan a programme and to keep a session."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, datetime, time
from typing import Any

from wtforms import Field, SelectChoice, SelectField, ValidationError
from wtforms.validators import AnyOf, DataRequired

from companion import clock
from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.schedule.recurrence import calendar_day
from companion.therapy.model import KINDS, Programme
from companion.web.forms import (
    NOT_SHARED,
    NOTE_LENGTH,
    Day,
    Identity,
    Line,
    OurForm,
    Scale,
    Tap,
    Walls,
    Weekdays,
    Words,
    required,
    short,
)
from companion.words import lazy

_LONGEST = 480
MOST_TIMES = 4
#: fields that may be filled in only where that part of the record is open
_PARTS = {"pain_before": "pain", "pain_after": "pain", "note": "notes"}


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

    uuid = Identity(lazy("This page"))
    kind = SelectField(lazy("What kind is it?"), choices=[SelectChoice(*each) for each in KINDS.items()], default="pt")
    title = Line(lazy("Name"), [DataRequired(lazy("Please give it a name.")), short(80)])
    note = Words(lazy("What to do"), [short(NOTE_LENGTH)], description=lazy("The steps, in plain words."))
    minutes = Minutes(lazy("About how many minutes"), description=lazy("You can leave it empty."))
    weekdays = Weekdays(lazy("On which days"), [required(lazy("Please choose at least one day."))])
    walls = Walls(lazy("At what time"))

    @classmethod
    def of(cls, programme: Programme, rows: Iterable[Schedule]) -> ProgrammeForm:
        """The form that holds what is planned; it has an id of its own, since it may make another programme."""
        said = {name: getattr(programme, name) for name in ("kind", "title", "note", "minutes")}
        rows = list(rows)
        weekdays = sorted({digit for row in rows for digit in row.weekdays})
        return cls(**said, walls=sorted({row.wall for row in rows}), weekdays=weekdays)

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


class SaidForm(OurForm):
    """What is said of a session. `may`: the parts of the record that are open to the writer."""

    pain_before = Scale(lazy("Pain before"))
    pain_after = Scale(lazy("Pain after"))
    note = Words(lazy("Note"), [short(NOTE_LENGTH)])

    def __init__(self, formdata: Any, may: Container[str], **values: Any) -> None:
        self.may = may
        super().__init__(formdata, **values)

    def opens(self, field: Field) -> bool:
        """Whether the field is shown: its part is open, or it holds words that could not be kept."""
        return _PARTS[field.name] in self.may or bool(field.errors)

    def _refuse_closed(self, field: Field) -> None:
        if _PARTS[field.name] not in self.may and field.data not in {None, ""}:
            raise ValidationError(NOT_SHARED)

    validate_pain_before = validate_pain_after = validate_note = _refuse_closed

    @property
    def said(self) -> dict[str, Any]:
        """What was sent, in the names of `keep`: an empty field is no answer, one that is not there is left out."""
        sent = [self[name] for name, part in _PARTS.items() if part in self.may and self[name].raw_data]
        return {field.name: field.data for field in sent}


class SessionForm(SlotForm, SaidForm):
    """A session that was done or skipped just now, or at a planned time of a day that is over."""

    uuid = Identity()
    at = Tap(lazy("When"))
    status = Line(
        lazy("Done or skipped"), [AnyOf(("done", "skipped"), message=lazy("Please tap Done, or Skip this time."))]
    )

    def __init__(self, formdata: Any, patient: Patient, now: datetime, may: Container[str], **values: Any) -> None:
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on
        super().__init__(formdata, may=may, **values)

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

    @property
    def kept(self) -> dict[str, Any]:
        """What was typed, in the names of `keep.record`."""
        tap = {"uuid": self.uuid.data, "status": self.status.data, "done_at": self.done_at, "due_wall": self.due_wall}
        return {**tap, **self.said, "now": self.now}


class BackForm(OurForm):
    """How far back a history starts; empty: today."""

    before = Day()
