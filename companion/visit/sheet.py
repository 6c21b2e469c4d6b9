"""Pure: a report as data for the typesetter, which gets no word that is not in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from companion.trends.draw import Chart
from companion.visit.relief import Relief
from companion.visit.report import Report, Row, Section
from companion.words import gettext as _
from companion.words import language


def sheet(report: Report, chart: Callable[[Chart], str], scale: Callable[[Relief], str]) -> dict[str, Any]:
    """The report in the language being spoken; `chart` and `scale` give the SVG of a drawing."""
    heading = _("Visit report")
    return {
        "language": language(),
        "title": f"{heading}: {report.name}",
        "heading": heading,
        "name": report.name,
        "facts": [
            each
            for each in ([_("Born"), report.born], [_("Days"), report.days], [_("Made on"), report.made])
            if each[1]
        ],
        "sentence": "".join(report.sentence),
        "charts": [
            {"name": each.name, "title": each.title, "note": each.note, "alt": each.label, "svg": chart(each)}
            for each in report.charts
        ],
        "legend": _legend(report.charts),
        "sections": [_section(each, scale) for each in report.sections],
        "source": _(
            "Noted in Companion by the patient and those who help. It compares what was noted and does not say why."
        ),
        "page": _("Page"),
    }


def _section(section: Section, scale: Callable[[Relief], str]) -> dict[str, Any]:
    rows = [_row(row, scale) for row in section.rows]
    return {"name": section.name, "title": section.title, "rows": rows, "empty": section.empty, "hint": section.hint}


def _row(row: Row, scale: Callable[[Relief], str]) -> dict[str, Any]:
    told: dict[str, Any] = {"title": row.title, "text": row.text, "note": row.note}
    if row.relief is not None:
        told |= {"relief": row.relief.say(), "scale": scale(row.relief)}
    return told


def _legend(charts: list[Chart]) -> str:
    """What the signs in the chart of pain mean."""
    art = next((each.art for each in charts if each.name == "pain"), None)
    if art is None:
        return ""
    signs = [
        (True, _("Line: average.")),
        (True, _("Band: low to high.")),
        (art.average, _("Dashes: before and since the last treatment.")),
        (art.observed, _("Diamonds: entered by others.")),
        (art.flares, _("Bars under the scale: flares.")),
        (art.gaps, _("Hatched: no entry.")),
        (art.frame.marks, _("Dot on a stem: a procedure.")),
    ]
    return " ".join(said for there, said in signs if there)
