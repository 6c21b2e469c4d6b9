"""What a phone or a person sends: a browser's subscription, times, a zone, an answer to a reminder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf

from companion.identity.forms import ZoneField
from companion.identity.model import Patient
from companion.reminders.model import Address
from companion.reminders.push import endpoint_allowed, keys_valid
from companion.web.forms import Identity, Line, OurForm, Tap, Walls, required, short
from companion.words import lazy


class DeviceForm(OurForm):
    """What `PushManager.subscribe()` gave the page; `hosts` are the push services that may be named."""

    endpoint = Line(validators=[required(), short(2000)])
    p256dh = Line(validators=[required(), short(200)])
    auth = Line(validators=[required(), short(200)])
    #: the person asks for it just now; else the browser says by itself that it still listens
    wanted = BooleanField()

    def __init__(self, formdata: MultiDict[str, str], hosts: Iterable[str]) -> None:
        super().__init__(formdata)
        self.hosts = hosts

    @property
    def address(self) -> Address:
        """What was given."""
        return Address(self.endpoint.data or "", self.p256dh.data or "", self.auth.data or "")

    def validate_endpoint(self, field: Any) -> None:
        if not endpoint_allowed(field.data, self.hosts):
            raise ValidationError(lazy("We cannot send reminders to this browser. Please try another one."))

    def validate_auth(self, field: Any) -> None:
        if not keys_valid(self.p256dh.data or "", field.data):
            raise ValidationError(lazy("This browser did not give us what we need. Please try once more."))


class EveningForm(OurForm):
    """When the check-in rings; an empty time switches it off."""

    wall = Walls(lazy("Evening check-in"), description=lazy("We ask once a day how it was."))

    def validate_wall(self, field: Any) -> None:
        if len(field.data) > 1:
            raise ValidationError(lazy("Please choose one time."))

    @property
    def typed(self) -> str:
        """The time as the page shows it."""
        if self.wall.raw_data:
            return str(self.wall.raw_data[0])
        return self.wall.data[0].strftime("%H:%M") if self.wall.data else ""


class ZoneForm(OurForm):
    """Where the patient's days are."""

    zone = ZoneField(lazy("Time zone"), [required(lazy("Please choose a time zone from the list."))])


class ReceiptForm(OurForm):
    """What the phone did with a reminder by itself."""

    kind = StringField(validators=[required(), AnyOf(("shown", "opened"))])


class AnswerForm(OurForm):
    """A tap on a reminder; it may come hours later, from a phone that had no network."""

    uuid = Identity()
    at = Tap()

    def __init__(self, formdata: MultiDict[str, str], patient: Patient, now: datetime) -> None:
        super().__init__(formdata)
        self.zone, self.now, self.born_on = patient.zone, now, patient.born_on or date(1900, 1, 1)
