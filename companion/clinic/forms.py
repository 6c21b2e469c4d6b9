"""What staff type beside the forms of the rooms below."""

from __future__ import annotations

from companion.web.forms import Line, OurForm, short
from companion.words import lazy


class InviteForm(OurForm):
    note = Line(
        lazy("For whom"),
        [short(80)],
        description=lazy("A name that helps you to tell the codes apart. You can leave it empty."),
    )
