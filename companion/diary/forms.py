"""What a person writes down about their pain, and how they correct it."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, ValidationError
from wtforms.validators import Length

from companion.diary.model import Entry
from companion.diary.regions import known
from companion.identity.model import Patient
from companion.web.forms import NOT_SHARED, NOTE_LENGTH, Identity, Moment, OurForm, Scale, Words
from companion.words import lazy

_LOCAL = "%Y-%m-%dT%H:%M"
#: fields that a caregiver may fill in only where that part of the record is open
_PARTS = {"mood": "mood", "note": "notes"}
WRONG_CLOCK = lazy("The clock of this phone may be wrong. Please choose the time.")
TOO_LONG = lazy("Please keep the note under 4,000 letters.")


def _closed(may: Container[str]) -> list[str]:
    return [name for name, part in _PARTS.items() if part not in may]


class Places(Field):
    """Codes of regions.toml, sorted; one that is not on our list is refused."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = sorted({code for code in valuelist if known(code)})
        if not all(known(code) for code in valuelist):
            raise ValueError(lazy("One of the places is not on our list. Please mark it again."))

    def process_data(self, value: list[str] | None) -> None:
        self.data = list(value or [])


class FeelingForm(OurForm):
    """What an entry says. `may`: the parts of the record that are open to the writer."""

    pain = Scale(lazy("Pain"))
    where = Places(lazy("Where is it?"))
    impact = Scale(lazy("How much does it stop you?"))
    sleep = Scale(lazy("Sleep last night"))
    mood = Scale(lazy("Mood"))
    when = Moment(lazy("When was it?"))
    note = Words(lazy("Your note"), [Length(max=NOTE_LENGTH, message=TOO_LONG)])

    def __init__(
        self, formdata: MultiDict[str, str] | None, patient: Patient, now: datetime, may: Container[str], **more: Any
    ) -> None:
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on
        self.may = may
        super().__init__(formdata, **more)

    def opens(self, field: Field) -> bool:
        """Whether the field is shown: its part is open, or it holds words that could not be kept."""
        return field.name not in _closed(self.may) or bool(field.errors)

    def validate_pain(self, field: Field) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(lazy("Tap the number that fits best."))

    def validate_mood(self, field: Field) -> None:
        self._refuse_closed(field)

    def validate_note(self, field: Field) -> None:
        self._refuse_closed(field)

    def _refuse_closed(self, field: Field) -> None:
        if field.name in _closed(self.may) and field.data not in {None, ""}:
            raise ValidationError(NOT_SHARED)

    @property
    def feelings(self) -> dict[str, Any]:
        """The values in the names of `record.record`, without the time."""
        values = {name: self[name].data for name in ("pain", "impact", "sleep", "mood", "note")}
        return values | {"regions": self.where.data}


class EntryForm(FeelingForm):
    """A new entry. `at` is the phone's own time of the tap, `when` an earlier time that the person chose."""

    uuid = Identity(lazy("This page"))
    at = Moment()

    def validate(self, extra_validators: Any = None) -> bool:
        """A chosen time wins over the phone's; where only the phone's is wrong, the person is asked for one."""
        super().validate(extra_validators)
        if self.at.errors and not self.when.raw_text:
            self.when.errors = [WRONG_CLOCK]
        self.at.errors = []
        return not self.errors

    @property
    def felt_at(self) -> datetime:
        """The instant that the entry is about."""
        return self.when.data or self.at.data or self.now


class CorrectionForm(FeelingForm):
    """An entry to be corrected; times are those of the zone in which it was written."""

    #: the version that was on the page
    version = HiddenField()
    #: filled in by the button that brings the entry back as well
    back = HiddenField()

    def __init__(self, formdata: MultiDict[str, str] | None, entry: Entry, now: datetime, may: Container[str]) -> None:
        said = {name: getattr(entry, name) for name in ("pain", "impact", "sleep", "mood", "note", "version")}
        for name in _closed(may):
            del said[name]
        super().__init__(formdata, entry.patient, now, may, **said, where=entry.regions)
        self.zone, self.entry = entry.zone, entry
        self.written_at = entry.local.strftime(_LOCAL)

    @property
    def seen(self) -> int:
        """The version that was on the page, 0 if it does not say."""
        text = str(self.version.data)
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    @property
    def felt_at(self) -> datetime:
        """The chosen time; the entry's own, to the second, where the minute on the page was left as it was."""
        if self.when.data is None or self.when.raw_text[:16] == self.written_at:
            return self.entry.felt_at
        chosen: datetime = self.when.data
        return chosen

    @property
    def corrected(self) -> dict[str, Any]:
        """The values in the names of `record.correct`; what the writer may not see stays as it is."""
        closed = {name: getattr(self.entry, name) for name in _closed(self.may)}
        return self.feelings | {"felt_at": self.felt_at} | closed
