"""What staff type beside the forms of the rooms below."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import Field, SelectChoice, SelectField, ValidationError

from companion.clinic.queries import ORDERS
from companion.measures.questionnaire import MOST_BYTES
from companion.web.forms import Identity, Line, OurForm, Words, required, short
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


class ReadingForm(OurForm):
    """Who reads answers that ask for help, and when."""

    reader = Line(
        lazy("Who reads them"),
        [required(), short(80)],
        description=lazy('A person or a post, such as "The nurse on duty". Patients see it.'),
    )
    hours = Line(
        lazy("When, and how soon they answer"),
        [required(), short(120)],
        description=lazy('Such as "Monday to Friday, 9 to 17, within a day". Patients see it.'),
    )


class LoadForm(OurForm):
    """A FHIR Questionnaire to load, as a file or pasted."""

    text = Words(lazy("Or paste it here"))
    part = SelectField(
        lazy("It belongs to"),
        choices=[SelectChoice("pain", lazy("Pain and daily life")), SelectChoice("mood", lazy("Mood"))],
        default="pain",
    )
    scoring = SelectField(
        lazy("How it is scored"),
        choices=[
            SelectChoice("sum", lazy("The answers are added up")),
            SelectChoice("mean", lazy("The mean of the answers")),
            SelectChoice("none", lazy("It has no score")),
        ],
        default="sum",
    )
    #: what is wrong with the questionnaire, item by item
    wrong: Sequence[str] = ()

    def take(self, file: bytes) -> None:
        """Take the text of a file, if one was sent; what is no text is kept as none."""
        if file:
            self.text.data = file[: MOST_BYTES + 1].decode("utf-8-sig", errors="replace")

    def validate_text(self, field: Words) -> None:
        if not field.data:
            raise ValidationError(lazy("Please choose a file, or paste a questionnaire."))
