"""The parent of every form and the fields of our own: they turn what a person typed into values of the domain."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, Form, HiddenField, SelectChoice, SelectMultipleField, StringField, ValidationError
from wtforms.validators import Length, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from companion import clock
from companion.words import Later, lazy

#: a phone's clock may be this much ahead of ours
CLOCK_SKEW = timedelta(minutes=5)
A_DAY = timedelta(days=1)
#: a tap may have waited so long for a network; what is older comes from a clock that was wrong
LONGEST_OFFLINE = timedelta(days=366)
NOTE_LENGTH = 4000
NOT_SHARED = lazy("This part is not shared with you, so it cannot be saved. Please leave it empty.")
SAVED_BEFORE = lazy("Something else was saved from this page before. Save once more to keep this as well.")
NOT_ON_SCALE = lazy("Please choose a number from 0 to 10.")
REQUIRED = lazy("Please fill this in.")
_TOO_LONG = lazy("This is too long. Please shorten it.")
_CHOICE = lazy("Please choose one of these.")
_CHECK = lazy("Please check this.")
_WALL = lazy("Please write a time such as 08:30.")
#: letters and signs by Unicode that show nothing
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"


class _Words:
    """What WTForms says by itself, in our own words."""

    @staticmethod
    def gettext(text: str) -> str:
        return str(_CHOICE if "hoice" in text else _CHECK)

    @classmethod
    def ngettext(cls, one: str, _many: str, _n: int) -> str:
        return str(_TOO_LONG) if "longer" in one else cls.gettext(one)


class OurForm(Form):
    """A form that speaks our words, in the reader's language."""

    class Meta:
        def get_translations(self, _form: Form) -> type[_Words]:
            return _Words

    @property
    def problems(self) -> list[tuple[Field, str]]:
        """Each field that has an error with its first error, in the order of the page."""
        return [(field, str(field.errors[0])) for field in self if field.errors]


def seen(text: str) -> bool:
    """Whether `text` shows anything: a letter, a number or a sign; blanks, joiners and zero-width spaces do not."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK for sign in text)


class Filled:
    """The field must be filled in; 0 counts as filled in, what nobody can see does not."""

    field_flags = {"required": True}  # noqa: RUF012 WTForms reads it

    def __init__(self, message: Later) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.raw_data or not seen(str(field.raw_data[0])):
            field.errors = []
            raise StopValidation(self.message)


def required(message: Later = REQUIRED) -> Filled:
    """The field must be filled in."""
    return Filled(message)


def short(limit: int = 120) -> Length:
    """At most `limit` characters."""
    return Length(max=limit, message=_TOO_LONG)


class Line(StringField):
    """One line of text, stripped; control characters are dropped, and text that shows nothing is none."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = "".join(c for c in (self.data or "") if c >= " " and c != "\x7f").strip()
        self.data = text if seen(text) else ""


class Words(StringField):
    """Several lines of text, stripped, with plain line ends."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = (self.data or "").replace("\r\n", "\n").replace("\r", "\n")
        self.data = "".join(c for c in text if c >= " " or c == "\n").strip()


class Scale(Field):
    """A whole number from 0 to 10, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            if not text.isdecimal() or len(text) > 2 or int(text) > 10:
                raise ValueError(NOT_ON_SCALE)
            self.data = int(text)


class Walls(Field):
    """Times of day, one input each; empty ones are passed over. A sorted list of `time`."""

    data: list[time]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        try:
            found = {time.fromisoformat(text.strip()) for text in valuelist if text.strip()}
        except ValueError:
            raise ValueError(_WALL) from None
        # a time of day is the same wherever one is
        if any(wall.tzinfo for wall in found):
            raise ValueError(_WALL)
        self.data = sorted({wall.replace(second=0, microsecond=0) for wall in found})

    def process_data(self, value: list[time] | None) -> None:
        self.data = list(value or [])


class Codes(Field):
    """Chips: the chosen codes out of `known`, in its order; one that is not in it is refused."""

    data: list[str]

    def __init__(self, label: Later, known: Collection[str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.known = known

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [code for code in self.known if code in valuelist]
        if not {*valuelist} <= {*self.known}:
            raise ValueError(lazy("One of the words is not on our list. Please choose again."))

    def process_data(self, value: list[str] | None) -> None:
        self.data = list(value or [])


class Weekdays(SelectMultipleField):
    """Chosen weekdays as ISO digits, Monday is 1: "135"."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[SelectChoice(str(n)) for n in range(1, 8)], **kwargs)

    @property
    def digits(self) -> str:
        """The days in order."""
        return "".join(sorted(self.data or []))


class Day(DateField):
    """A calendar day, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist if valuelist and valuelist[0].strip() else [])
        except ValueError:
            raise ValueError(lazy("Please write a date such as 2026-03-10.")) from None


class Moment(Field):
    """When it was: an instant from the phone (`2026-03-10T10:00:00Z`) or a local time (`2026-03-10T11:00`) in the form's
    `zone`; None when it is left empty. More than five minutes ahead of now, or before the form's `born_on`, is refused.
    """

    typed: datetime | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        self.raw_text = text
        if not text:
            return
        try:
            self.typed = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(lazy("Please write a date and a time.")) from None

    def pre_validate(self, form: Any) -> None:
        typed = self.typed
        if typed is None:
            return
        try:
            instant = clock.at(typed.date(), typed.time(), form.zone) if typed.tzinfo is None else typed.astimezone(UTC)
        except (OverflowError, ValueError):
            raise ValidationError(lazy("Please write a date and a time.")) from None
        if instant > form.now + CLOCK_SKEW:
            raise ValidationError(lazy("This is still to come. Please choose a time that has passed."))
        if instant.date() < (form.born_on or date(1900, 1, 1)):
            raise ValidationError(lazy("This is before you were born. Please check the date."))
        self.data = min(instant, form.now)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class Tap(Moment):
    """The instant of a tap, by the phone's clock. Where the letter says what that clock said when it was sent, a wrong
    clock is put right by it.

    What is still to come or long past even then is refused; with `keep` it is not: `data` is then a best guess, and
    `doubted` the instant that the phone told. A clock that was wrong by more than a day is doubted too.
    """

    doubted: datetime | None = None

    def __init__(self, *args: Any, keep: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep = keep

    def pre_validate(self, form: Any) -> None:
        if self.typed is None or self.typed.tzinfo is None:
            return super().pre_validate(form)
        told, wrong = self.typed, _wrong_by(form.now)
        oldest = max(form.now - LONGEST_OFFLINE, datetime.combine(form.born_on or date.min, time(), UTC))
        try:
            self.typed = told + wrong
            can_be = oldest <= self.typed <= form.now + CLOCK_SKEW
        except OverflowError:
            can_be = False
        if self.keep and (not can_be or abs(wrong) > A_DAY):
            self.typed = self.typed if can_be else form.now
            self.doubted = told
        return super().pre_validate(form)


def _wrong_by(now: datetime) -> timedelta:
    """What the clock of the phone that sent this lacks to ours; 0 where it does not say, and for the time on the way."""
    try:
        wrong = now - datetime.fromisoformat(request.headers["X-Sent-At"]).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return timedelta()
    return wrong if abs(wrong) > CLOCK_SKEW else timedelta()


class Identity(HiddenField):
    """The id that the phone or the page made for this record, so that a double tap is one record."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = str(uuid.UUID(valuelist[0]))
        except (IndexError, ValueError):
            raise ValueError(lazy("This page is too old. Please save once more.")) from None

    def process_data(self, value: str | None) -> None:
        self.data = value or str(uuid.uuid4())

    def renew(self) -> None:
        """A fresh id, for words that are to be kept beside those of the old one."""
        self.data = str(uuid.uuid4())
        self.raw_data = None


def digest(form: MultiDict[str, str]) -> str:
    """SHA-256 of everything that was sent: two sends of one tap have the same."""
    return sha256(json.dumps(sorted(form.items(multi=True)), ensure_ascii=False).encode()).hexdigest()
