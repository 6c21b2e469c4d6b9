"""One line of a day, and what its words are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from companion.clock import day_starts
from companion.identity.model import Account, Patient
from companion.words import gettext as _

#: a check-in is answered by what was felt from so long before it on; before that it and a dose cannot be ticked off
EARLY = timedelta(hours=3)
#: from when on a check-in is about the whole day
EVENING_FROM = time(17)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the day."""

    #: diary, medication, therapy, measure, or what only happened: flare, seen
    kind: str
    #: the medicine, the programme or the questionnaire that is on; 0 for a check-in
    thing_id: int
    #: None for what was done beside the plan
    schedule_id: int | None = None
    #: diary day
    day: date
    #: the planned time, None beside the plan
    wall: time | None = None
    #: the planned instant; beside the plan that at which it was done
    at: datetime
    #: done, skipped, now, later or missed
    state: str
    title: str
    detail: str = ""
    #: when it was done or skipped
    done_at: datetime | None = None
    #: of the entry, dose, session, flare or what was seen
    uuid: str | None = None

    @property
    def looks_back(self) -> bool:
        """Whether it asks for the whole day, not for one moment."""
        return self.kind == "diary" and self.wall is not None and looks_back(self.wall)

    @property
    def is_task(self) -> bool:
        """Whether it was to be done, or was done, and did not only happen."""
        return self.kind not in {"flare", "seen"}

    def is_open(self, now: datetime) -> bool:
        """Whether it can be done now: not answered, and no dose or check-in that is due only later in the day."""
        near = self.kind in {"therapy", "measure"} or self.at - now <= EARLY
        return near and self.state not in {"done", "skipped"}


def looks_back(wall: time) -> bool:
    """Whether a check-in at that time of day is about the whole day."""
    return wall >= EVENING_FROM or wall < day_starts()


def beside(kind: str, thing_id: int, day: date, at: datetime, title: str) -> Item:
    """A line for what was done beside the plan."""
    return Item(kind=kind, thing_id=thing_id, day=day, at=at, state="done", title=title)


def by(author: Account, patient: Patient) -> str:
    """Who wrote it, unless that is the patient."""
    return "" if author.id == patient.account_id else ", " + _("written by %(name)s", name=author.name)


def told_by(author: Account, patient: Patient) -> str:
    """Whose word an entry is: what who helps entered, the patient told them, unless the patient has no account here."""
    if author.id == patient.account_id or patient.account_id is None:
        return by(author, patient)
    return ", " + _("told by %(patient)s, written by %(name)s", patient=patient.name, name=author.name)
