"""report.pdf: the last year as the visit report prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from companion.export.person import Person
from companion.identity.model import Patient
from companion.sharing.model import PARTS
from companion.sharing.terms import ALWAYS
from companion.visit.pdf import NotMade, pdf
from companion.visit.report import SPANS, last_days, report
from companion.visit.sheet import sheet

#: renders a template by its name and values
Draw = Callable[..., str]


def printed(person: Person, patient: Patient, draw: Draw) -> bytes | None:
    """The PDF; None when it cannot be made now, since all the rest is worth having without it."""
    told: Any = report(patient, last_days(patient, PARTS, SPANS[-1], ALWAYS, person.now), person.now)
    try:
        return pdf(
            sheet(
                told,
                lambda chart: draw("visit/chart.svg", chart=chart),
                lambda relief: draw("visit/scale.svg", relief=relief),
            )
        )
    except NotMade:
        return None
