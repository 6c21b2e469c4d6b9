"""What a person answers, and what is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from wtforms import Field, ValidationError

from companion import clock
from companion.identity.model import Patient
from companion.measures.definition import Definition, Item, Test, Value, newest
from companion.measures.score import asked
from companion.web.forms import NOTE_LENGTH, Identity, Line, Moment, OurForm
from companion.words import gettext, lazy

NOTHING = lazy("Please answer one question at least.")
OLD = lazy("These questions have changed since. Please look at your answers once more.")
NOT_OFFERED = lazy("This questionnaire cannot be switched on here. Please choose another one.")
_CHOOSE = lazy("Please choose one of these.")
_YES = {"yes": True, "no": False}


class Given(Field):
    """The answer to one item, or None."""

    def __init__(self, item: Item, **kwargs: Any) -> None:
        super().__init__(gettext(item.text), **kwargs)
        self.item = item

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = given(self.item, text) if text else None

    @property
    def typed(self) -> str:
        """What was sent."""
        return str(self.raw_data[0]).strip() if self.raw_data else ""


def given(item: Item, text: str) -> Value:
    """The answer that `text` is; ValueError with a sentence if it is none."""
    if item.kind == "choice":
        if text not in {option.value for option in item.options}:
            raise ValueError(_CHOOSE)
        return text
    if item.kind == "boolean":
        if text not in _YES:
            raise ValueError(_CHOOSE)
        return _YES[text]
    if item.kind == "text":
        if len(text) > NOTE_LENGTH:
            raise ValueError(lazy("This is too long. Please shorten it."))
        return "".join(sign for sign in text if sign >= " " or sign == "\n")
    return _number(item, text)


def _number(item: Item, text: str) -> float:
    whole = item.kind in {"scale", "integer"}
    try:
        number = int(text) if whole and len(text) < 19 else float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_say_number(item)) from None
    low, high = item.range or (item.minimum, item.maximum)
    fits = (low is None or number >= low) and (high is None or number <= high)
    if not isfinite(number) or not fits or (whole and not isinstance(number, int)):
        raise ValueError(_say_number(item))
    return number


def _say_number(item: Item) -> str:
    low, high = item.range or (item.minimum, item.maximum)
    if low is not None and high is not None:
        return gettext("Please write a number from %(low)s to %(high)s.", low=f"{low:g}", high=f"{high:g}")
    if item.kind == "integer":
        return gettext("Please write a whole number that fits.")
    return gettext("Please write a number that fits.")


class AnswerForm(OurForm):
    """The answers to one version; its fields are `q0`, `q1` and so on, in the order of the items."""

    uuid = Identity(lazy("This page"))
    at = Moment(lazy("When"))
    definition: Definition

    def __init__(self, formdata: Any, patient: Patient, now: datetime) -> None:
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on
        super().__init__(formdata)

    @property
    def given(self) -> list[Given]:
        """The fields of the items."""
        return [field for field in self if isinstance(field, Given)]

    @property
    def values(self) -> Mapping[str, Value]:
        """What was answered, by code of the item."""
        return {field.item.code: field.data for field in self.given if field.data is not None}

    def field(self, item: Item) -> Given:
        """The field of the item."""
        return next(field for field in self.given if field.item is item)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each answer fits, what must be answered is, and something is."""
        if not super().validate(extra_validators):
            return False
        open_ = [item for item in asked(self.definition, self.values) if item.required and item.code not in self.values]
        for item in open_:
            self.field(item).errors = [gettext("Please answer this question.")]
        if not self.values and not open_:
            self.given[0].errors = [str(NOTHING)]
        return not self.problems

    @property
    def answered_at(self) -> datetime:
        """When it was."""
        instant: datetime = self.at.data or self.now
        return instant


def answer_form(definition: Definition, formdata: Any, patient: Patient, now: datetime) -> AnswerForm:
    """The form of this version."""
    fields: dict[str, Any] = {f"q{n}": Given(item) for n, item in enumerate(definition.asked)}
    made: type[AnswerForm] = type("Answers", (AnswerForm,), {"definition": definition, **fields})
    return made(formdata, patient, now)


def blanks() -> list[AnswerForm]:
    """An empty form of each that is shipped, in its newest version, for a page that knows nobody."""
    nobody = Patient(zone="UTC")
    return [answer_form(definition, None, nobody, clock.now()) for definition in newest().values()]


def rules(form: AnswerForm, item: Item) -> list[Any]:
    """When the item is asked, as when.js reads it: by the names of fields, and with yes and no for a boolean."""
    names = {field.item.code: field.name for field in form.given}
    return [[rule.any, [[names[test.item], test.op, _sent(test)] for test in rule.tests]] for rule in item.when]


def _sent(test: Test) -> Value:
    if test.op == "exists" or not isinstance(test.value, bool):
        return test.value
    return "yes" if test.value else "no"


def alarms(item: Item, value: str) -> bool:
    """Whether this answer asks for help at once."""
    return item.alarm and item.weight(value) > 0


class VersionForm(OurForm):
    """Which version was answered; 0 for none."""

    version = Line()

    @property
    def number(self) -> int:
        """The version."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 6 else 0


class RhythmForm(OurForm):
    """What to switch on, and how often it is due."""

    instrument = Line()
    every_days = Line(lazy("Every how many days"))

    def validate_every_days(self, field: Line) -> None:
        if field.data and not (field.data.isdecimal() and len(field.data) < 4 and 1 <= int(field.data) <= 366):
            raise ValidationError(lazy("Please write a number of days, from 1 to 366."))

    @property
    def days(self) -> int | None:
        """The rhythm, None for the usual one."""
        return int(self.every_days.data) if self.every_days.data else None
