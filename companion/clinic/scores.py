"""Scores of questionnaires as a clinician reads them: the band, and how far it moved from which baseline."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime

from companion import clock
from companion.identity.model import Patient
from companion.measures import queries
from companion.measures.definition import Definition
from companion.measures.model import Answer, Plan, Signal
from companion.measures.say import Drawn, line
from companion.measures.score import Moved, band, moved
from companion.sharing.terms import ALWAYS, Period

_MOST = 200


@dataclass(frozen=True)
class Scored:
    """One questionnaire of a patient: what was answered, newest first."""

    definition: Definition
    #: None if it is not on
    plan: Plan | None
    answers: list[Answer]
    drawn: Drawn | None

    @property
    def latest(self) -> Answer | None:
        """The newest one with a score."""
        return next((row for row in self.answers if row.score is not None), None)

    @property
    def band(self) -> str:
        """The band of the newest score."""
        return band(self.definition, self.latest.score) if self.latest and self.latest.score is not None else ""

    @property
    def changes(self) -> list[tuple[Answer, Moved]]:
        """The baselines, the last one before and the first one, each with how far the newest score moved from it."""
        scored = [row for row in self.answers if row.score is not None]
        bases = [*scored[1:2], *scored[2:][-1:]]
        return [(base, moved(self.definition, base.score or 0.0, scored[0].score or 0.0)) for base in bases]


@dataclass(frozen=True)
class Asked:
    """What a clinic sees of a patient's questionnaires."""

    scored: list[Scored]
    #: what asks to be looked at, the latest first; what was seen is among them
    signals: list[Signal]

    @property
    def unseen(self) -> list[Signal]:
        """What nobody has looked at yet."""
        return [signal for signal in self.signals if signal.seen_at is None]


def scores(patient: Patient, clinic_id: int, now: datetime, may: Container[str], period: Period = ALWAYS) -> Asked:
    """Every questionnaire that is on or was answered on an open day, of the parts in `may`."""
    first, last = period.within(date.min, clock.day_of(now, patient.zone))
    rows = queries.answers(patient, first, last, most=_MOST)
    on = {each.plan.instrument: each.plan for each in queries.on(patient, now)}
    known = queries.definitions([*on, *(row.instrument for row in rows)])
    found = []
    for code, definition in sorted(known.items(), key=lambda each: each[1].title):
        if definition.part in may:
            theirs = [row for row in rows if row.instrument == code]
            found.append(Scored(definition, on.get(code), theirs, line(definition, theirs)))
    signals = queries.signals([patient.id], clinic_id) if "mood" in may else []
    return Asked(found, [signal for signal in signals if period.holds(signal.answer.day)])
