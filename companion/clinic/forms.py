"""What staff type beside the forms of the rooms below."""

from __future__ import annotations

from wtforms import Field

from companion.clinic.queries import ORDERS
from companion.web.forms import Identity, Line, OurForm, short
from companion.words import lazy

_MOST_PAGES = 100_000


class InviteForm(OurForm):
    uuid = Identity(lazy("This page"))
    note = Line(
        lazy("For whom"),
        [short(80)],
        description=lazy("A name that helps you to tell the codes apart. You can leave it empty."),
    )


class Number(Field):
    """The number of a page, 1 for anything that is none."""

    data: int

    def process_data(self, value: int | None) -> None:
        self.data = value or 1

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[-1] if valuelist else ""
        if text.isdecimal() and len(text) < 10:
            self.data = min(max(int(text), 1), _MOST_PAGES)


class Order(Field):
    """The order that was asked for last, by name for any that is none."""

    data: str

    def process_data(self, value: str | None) -> None:
        self.data = value or "name"

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[-1] in ORDERS:
            self.data = valuelist[-1]


class FindForm(OurForm):
    """Whom to list; what makes no sense is passed over."""

    q = Line("", [short(120)])
    sort = Order()
    page = Number()
