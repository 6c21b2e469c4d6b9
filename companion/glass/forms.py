"""What a clinician types in an emergency."""

from __future__ import annotations

from wtforms.validators import Length

from companion.web.forms import Day, Line, OurForm, Words, required, short
from companion.words import lazy

_SHORTEST = 10
_MORE = lazy("Please say a little more. The patient reads this.")


class GlassForm(OurForm):
    """Who it is, and why."""

    name = Line(lazy("Full name"), [required(), short(120)], description=lazy("Exactly as the clinic knows them."))
    born_on = Day(lazy("Date of birth"), [required()])
    reason = Words(
        lazy("Why you have to look now"),
        [required(), Length(min=_SHORTEST, message=_MORE), short(1000)],
        description=lazy("The patient and an administrator read this."),
    )
