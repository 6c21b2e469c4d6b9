"""What somebody who helps writes down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.validators import Length

from companion.identity.model import Patient
from companion.seen.model import Seen
from companion.seen.signs import SIGNS
from companion.web.forms import NOTE_LENGTH, Codes, Day, Identity, OurForm, Words
from companion.web.taps import TapForm
from companion.words import lazy

_LOCAL = "%Y-%m-%dT%H:%M"


class SaidForm(TapForm):
    """What was seen: a chip, a note, or both."""

    signs = Codes(lazy("What did you see?"), known=SIGNS)
    note = Words(
        lazy("In your own words"), [Length(max=NOTE_LENGTH, message=lazy("Please keep the note under 4,000 letters."))]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Something must be said."""
        if super().validate(extra_validators) and not self.signs.data and not self.note.data:
            self.signs.errors = [lazy("Please tap a word, or write some of your own.")]
        return not self.errors

    @property
    def said(self) -> dict[str, Any]:
        """The values in the names of `write.record` and `write.correct`."""
        return {"seen_at": self.moment, "signs": self.signs.data, "note": self.note.data}


class SeenForm(SaidForm):
    """Something new was seen."""

    uuid = Identity(lazy("This page"))


class CorrectionForm(SaidForm):
    """What was seen, to be corrected; times are those of the zone in which it was written."""

    #: the version that was on the page
    version = HiddenField()

    def __init__(self, formdata: MultiDict[str, str] | None, row: Seen, patient: Patient, now: datetime) -> None:
        super().__init__(formdata, patient, now, signs=row.signs, note=row.note, version=row.version)
        self.zone, self.row, self.written_at = row.zone, row, row.local.strftime(_LOCAL)

    @property
    def read(self) -> int:
        """The version that was on the page, 0 if it does not say."""
        text = str(self.version.data)
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    @property
    def moment(self) -> datetime:
        """The chosen time; its own, to the second, where the minute on the page was left as it was."""
        if self.when.data is None or self.when.raw_text[:16] == self.written_at:
            return self.row.seen_at
        chosen: datetime = self.when.data
        return chosen


class BackForm(OurForm):
    """How far back a list starts; empty: today."""

    until = Day()

    def last(self, today: date) -> date:
        """The last day of the page."""
        chosen: date | None = self.until.data if self.validate() else None
        return min(max(chosen, date(1900, 1, 1)), today) if chosen else today
