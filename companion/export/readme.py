"""README.txt: what is what in a take-out, in the person's language."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from companion.export.person import Person
from companion.words import Later, lazy, say_day
from companion.words import gettext as _

#: by file name
_WHAT: dict[str, Later] = {
    "record.json": lazy("Everything, also what was changed or removed, for another program. What others wrote stands apart. Who looked, whom you let in and where you are signed in are in it too."),
    "diary.csv": lazy("Your diary, a line for each entry. Opens in a spreadsheet."),
    "places.csv": lazy("Where it hurt, a line for each place. The last column says which entry it belongs to."),
    "flares.csv": lazy("Your flares, a line for each."),
    "flare_steps.csv": lazy("What you did of your flare plan. The last column says in which flare."),
    "seen.csv": lazy("What those who help you saw."),
    "doses.csv": lazy("What you took or skipped."),
    "sessions.csv": lazy("Your exercises and CBT, a line for each time."),
    "procedures.csv": lazy("What was done for you at a clinic."),
    "questionnaires.csv": lazy("What you answered to questionnaires, a line for each question."),
    "fhir.json": lazy("The same for the systems of clinics and hospitals (FHIR R4). You can give it to a new doctor."),
    "report.pdf": lazy("A report to read or print."),
}  # fmt: skip


def text(person: Person, names: Iterable[str]) -> str:
    """The text, for the files called `names`."""
    made_on = person.now.astimezone(ZoneInfo(person.zone)).date()
    lines = [
        _("What Companion has of %(name)s, taken out on %(day)s.", name=person.name, day=say_day(made_on, "long")),
        "",
        *(f"{name}\r\n    {_WHAT[name]}" for name in names),
        "",
        _("Times in the CSV files are those of %(zone)s. Times in the JSON files say their zone.", zone=person.zone),
        _("Keep this file safe. Who has it can read it."),
        "",
    ]
    return "\r\n".join(lines)
