"""What a person writes down about their pain, now or over a whole day, and how they correct it."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, time, timedelta
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, RadioField, SelectChoice, ValidationError
from wtforms.validators import Length

from companion import clock
from companion.diary.chips import KINDS
from companion.diary.fields import Amount, Chips, Places
from companion.diary.model import BLANK, EVENING, NOW, Entry
from companion.identity.model import Patient
from companion.web.forms import NOT_SHARED, NOTE_LENGTH, Identity, Line, Moment, OurForm, Scale, Tap, Words, short
from companion.words import lazy

_LOCAL = "%Y-%m-%dT%H:%M"
#: fields that a caregiver may fill in only where that part of the record is open
_PARTS = {"mood": "mood", "stress": "mood", "note": "notes"}
#: what is told so long after it was felt is told from memory
_MEMORY = timedelta(minutes=30)
#: when an evening is written down the day after, it counts for this time of its day
_LATE_EVENING = time(21)
_DAYS = [SelectChoice("", lazy("Today")), SelectChoice("yesterday", lazy("Yesterday"))]
WRONG_CLOCK = lazy("The clock of this phone may be wrong. Please choose the time.")
TOO_LONG = lazy("Please keep the note under 4,000 letters.")
NOTHING = lazy("Nothing is filled in yet. One answer is enough.")


class _Sheet(OurForm):
    """What an entry of one kind says. `may`: the parts of the record that are open to the writer."""

    kind: str
    impact = Scale(lazy("How much does it stop you?"))
    sleep = Scale(lazy("Sleep last night"))
    mood = Scale(lazy("Mood"))
    note = Words(lazy("Your note"), [Length(max=NOTE_LENGTH, message=TOO_LONG)])
    #: where the phone is, if it tells
    here = HiddenField()

    def __init__(
        self, formdata: MultiDict[str, str] | None, patient: Patient, now: datetime, may: Container[str], **more: Any
    ) -> None:
        here = formdata.get("here", "") if formdata else ""
        self.zone = here if clock.is_zone(here) else patient.zone
        self.now, self.born_on, self.may = now, patient.born_on, may
        super().__init__(formdata, **more)

    @property
    def closed(self) -> list[str]:
        """The fields that the writer may neither see nor fill in."""
        return [name for name, part in _PARTS.items() if part not in self.may and name in self]

    def opens(self, field: Field) -> bool:
        """Whether the field is shown: its part is open, or it holds words that could not be kept."""
        return field.name not in self.closed or bool(field.errors)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name in self.closed:
            if self[name].data not in {None, ""}:
                self[name].errors = [NOT_SHARED]
        return not self.errors

    @property
    def feelings(self) -> dict[str, Any]:
        """The values of model.BLANK that it asks for, and the places."""
        return {name: self[name].data for name in BLANK if name in self}


class _Now(_Sheet):
    """Pain at one moment."""

    kind = NOW
    pain = Scale(lazy("Pain"))
    where = Places(lazy("Where is it?"))
    when = Moment(lazy("When was it?"))
    feels, stopped, set_off, helped = (Chips(label) for label in KINDS.values())

    def validate_pain(self, field: Field) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(lazy("Tap the number that fits best."))

    @property
    def feelings(self) -> dict[str, Any]:
        words = {kind: self[kind].data for kind in KINDS if self[kind].data}
        return super().feelings | {"words": words} | self.where.data._asdict()


class _Day(_Sheet):
    """A day looked back on."""

    kind = EVENING
    impact = Scale(lazy("How much did pain get in the way of what you do?"))
    enjoyment = Scale(lazy("How much did it take the joy out of your day?"))
    walked = Amount(lazy("How much did you walk or stand?"), 100000)
    walked_in = Line(lazy("Counted in"), [short(30)])
    pain = Scale(lazy("Pain today, on average"))
    worst = Scale(lazy("Pain at its worst"))
    least = Scale(lazy("Pain at its least"))
    sleep_hours = Amount(lazy("Hours of sleep last night"), 24)
    sleep = Scale(lazy("How well did you sleep?"))
    fatigue = Scale(lazy("How tired were you?"))
    stress = Scale(lazy("How tense were you?"))

    def validate_least(self, field: Field) -> None:
        ends = [score for score in (self.pain.data, self.worst.data) if score is not None]
        if field.data is not None and ends and field.data > min(ends):
            raise ValidationError(lazy("This is more than the other numbers for pain. Please check them."))

    def validate_worst(self, field: Field) -> None:
        if field.data is not None and self.pain.data is not None and field.data < self.pain.data:
            raise ValidationError(lazy("This is less than the average. Please check both."))

    def validate(self, extra_validators: Any = None) -> bool:
        """One answer at least; a unit alone is none."""
        super().validate(extra_validators)
        told = [self[name].data for name in BLANK if name in self and name != "walked_in"]
        if not self.errors and all(value in {None, ""} for value in told):
            self.impact.errors = [NOTHING]
        return not self.errors

    @property
    def feelings(self) -> dict[str, Any]:
        said = super().feelings
        return said | {"walked_in": said["walked_in"] if said["walked"] is not None else ""}


class _New(_Sheet):
    """`at` is the phone's own time of the tap, `when` an earlier time that the person chose.

    `feelings` also tells what the phone told, where `felt_at` is a guess.
    """

    uuid = Identity(lazy("This page"))
    at = Tap(keep=True)

    @classmethod
    def blank(cls, now: datetime) -> Self:
        """A form of nobody's, for the page that needs no network; it is filled in by a script."""
        return cls(None, Patient(zone="UTC"), now, ("mood", "notes"))


class EntryForm(_Now, _New):
    """A new entry about one moment."""

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

    @property
    def feelings(self) -> dict[str, Any]:
        tapped = self.at.data or self.now
        chosen: datetime | None = self.when.data
        memory = chosen is not None and chosen < tapped - _MEMORY
        return super().feelings | {"from_memory": memory, "doubtful_at": None if chosen else self.at.doubted}


class EveningForm(_Day, _New):
    """A new entry about a whole day: the one that is ending, or `yesterday`."""

    day = RadioField(lazy("For which day?"), choices=_DAYS, default="")

    def validate(self, extra_validators: Any = None) -> bool:
        """Where the phone's clock is wrong, now counts: the day is the same nearly always, and can be corrected."""
        super().validate(extra_validators)
        self.at.errors = []
        return not self.errors

    @property
    def felt_at(self) -> datetime:
        """The instant at which the day is looked back on."""
        tapped: datetime = self.at.data or self.now
        if self.day.data != "yesterday":
            return tapped
        return clock.at(clock.day_of(tapped, self.zone) - timedelta(days=1), _LATE_EVENING, self.zone)

    @property
    def feelings(self) -> dict[str, Any]:
        return super().feelings | {"from_memory": self.day.data == "yesterday", "doubtful_at": self.at.doubted}


class _Correction(_Sheet):
    """An entry to be corrected; times are those of the zone in which it was written."""

    #: the version that was on the page
    version = HiddenField()
    #: filled in by the button that brings the entry back as well
    back = HiddenField()

    def __init__(self, formdata: MultiDict[str, str] | None, entry: Entry, now: datetime, may: Container[str]) -> None:
        said = {name: getattr(entry, name) for name in (*BLANK, "version")} | entry.words
        for name, part in _PARTS.items():
            if part not in may:
                del said[name]
        super().__init__(formdata, entry.patient, now, may, **said, where=entry.marks)
        self.zone, self.entry = entry.zone, entry

    @property
    def seen(self) -> int:
        """The version that was on the page, 0 if it does not say."""
        text = str(self.version.data)
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    @property
    def felt_at(self) -> datetime:
        """The instant that the entry is about from now on."""
        return self.entry.felt_at

    @property
    def corrected(self) -> dict[str, Any]:
        """The values in the names of `record.correct`; what the writer may not see, or is not asked, stays as it is."""
        said = {name: getattr(self.entry, name) for name in BLANK} | self.entry.marks._asdict()
        told = {name: value for name, value in self.feelings.items() if name not in self.closed}
        return said | told | {"felt_at": self.felt_at}


class CorrectionForm(_Now, _Correction):
    """A moment to be corrected."""

    def __init__(self, formdata: MultiDict[str, str] | None, entry: Entry, now: datetime, may: Container[str]) -> None:
        super().__init__(formdata, entry, now, may)
        self.written_at = entry.local.strftime(_LOCAL)

    @property
    def felt_at(self) -> datetime:
        """The chosen time; the entry's own, to the second, where the minute on the page was left as it was."""
        if self.when.data is None or self.when.raw_text[:16] == self.written_at:
            return self.entry.felt_at
        chosen: datetime = self.when.data
        return chosen

    @property
    def corrected(self) -> dict[str, Any]:
        """A time that is chosen later is chosen from memory."""
        return super().corrected | {"from_memory": self.entry.from_memory or self.felt_at != self.entry.felt_at}


class EveningCorrectionForm(_Day, _Correction):
    """A day looked back on, to be corrected."""


#: the forms that correct, by the kind of entry
CORRECTIONS: dict[str, type[CorrectionForm | EveningCorrectionForm]] = {
    NOW: CorrectionForm,
    EVENING: EveningCorrectionForm,
}
