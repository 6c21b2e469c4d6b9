"""What a person says when a flare begins and ends, and the steps of their plan."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, ValidationError
from wtforms.validators import Length

from companion.flares import questions
from companion.flares.model import FlareStep
from companion.identity.model import Patient
from companion.web.forms import NOT_SHARED, Codes, Identity, Line, Moment, OurForm, Words, required, short
from companion.web.taps import TapForm
from companion.words import lazy

_WORDS = 400


class FlareForm(TapForm):
    """A flare begins. `may`: the parts of the record that are open to the writer."""

    uuid = Identity(lazy("This page"))
    when = Moment(lazy("When did it begin?"))
    set_off = Codes(lazy("What set it off?"), known=questions.TRIGGERS)
    words = Words(lazy("In your own words"), [Length(max=_WORDS, message=lazy("Please keep this under 400 letters."))])
    #: the page has shown whom to call already
    told = HiddenField()

    def __init__(
        self, formdata: MultiDict[str, str] | None, patient: Patient, now: datetime, may: Container[str]
    ) -> None:
        super().__init__(formdata, patient, now)
        self.may = may
        self.answers = questions.answered(formdata or {})

    def validate_words(self, field: Words) -> None:
        """Own words are a note of the diary."""
        if field.data and "notes" not in self.may:
            raise ValidationError(NOT_SHARED)

    @property
    def flare(self) -> dict[str, Any]:
        """What was said, in the names of `episode.begin`."""
        said = {"began_at": self.moment, "set_off": self.set_off.data, "flags": self.answers, "words": self.words.data}
        return {"uuid": self.uuid.data, **said}


class EndForm(TapForm):
    """A flare is over; its id is in the address."""

    when = Moment(lazy("When did it end?"))


class TickForm(TapForm):
    """A step was done; which one is in the address."""

    uuid = Identity(lazy("This page"))


class StepForm(OurForm):
    """A step of the plan."""

    uuid = Identity(lazy("This page"))
    text = Line(lazy("Step"), [required(lazy("Please write what to do.")), short(200)])

    @classmethod
    def of(cls, step: FlareStep) -> StepForm:
        """The form that holds the step."""
        return cls(text=step.text)
