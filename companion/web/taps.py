"""What each form has that goes through the phone's outbox and tells of a moment: the tap, and an earlier time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from werkzeug.datastructures import MultiDict

from companion.web.forms import Moment, OurForm
from companion.words import lazy

WRONG_CLOCK = lazy("The clock of this phone may be wrong. Please choose the time.")


class Record(Protocol):
    """Whose moment it is."""

    #: IANA zone in which local times are read
    zone: Any
    born_on: Any


class TapForm(OurForm):
    """`at` is the phone's own time of the tap, `when` an earlier time that the person chose."""

    at = Moment()
    when = Moment(lazy("When was it?"))

    def __init__(self, formdata: MultiDict[str, str] | None, of: Record, now: datetime, **more: Any) -> None:
        self.zone, self.now, self.born_on = of.zone, now, of.born_on
        super().__init__(formdata, **more)

    def validate(self, extra_validators: Any = None) -> bool:
        """A chosen time wins over the phone's; where only the phone's is wrong, the person is asked for one."""
        super().validate(extra_validators)
        if self.at.errors and not self.when.raw_text:
            self.when.errors = [WRONG_CLOCK]
        self.at.errors = []
        return not self.errors

    @property
    def moment(self) -> datetime:
        """The instant that the form tells of."""
        return self.when.data or self.at.data or self.now
