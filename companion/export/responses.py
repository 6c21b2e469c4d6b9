"""An answered questionnaire in FHIR: a QuestionnaireResponse, and an Observation for its score that is derived from it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from companion.measures.definition import Definition, Item, Value
from companion.measures.model import Answer
from companion.words import gettext as _

_LOINC, _OURS = "http://loinc.org", "urn:companion:"
_UCUM = {"unit": "score", "system": "http://unitsofmeasure.org", "code": "{score}"}


def response(row: Answer, definition: Definition) -> dict[str, Any]:
    """What was answered, item by item; who and whose is filled in by the bundle."""
    said = row.said
    return {
        "questionnaire": f"{_OURS}measure:{definition.code}|{definition.version}",
        "status": "entered-in-error" if row.removed_at else "completed",
        "authored": row.answered_at.astimezone(ZoneInfo(row.zone)),
        "item": [
            {"linkId": item.code, "text": _(item.text), "answer": [_answer(item, said[item.code])]}
            for item in definition.asked
            if item.code in said
        ],
    }


def _answer(item: Item, value: Value) -> dict[str, Any]:
    if item.kind == "choice":
        option = next(option for option in item.options if option.value == value)
        known = {"system": _LOINC, "code": option.code} if option.code else {"code": option.value}
        return {"valueCoding": {**known, "display": _(option.label)}}
    name = {"scale": "valueInteger", "integer": "valueInteger", "decimal": "valueDecimal", "boolean": "valueBoolean"}
    return {name.get(item.kind, "valueString"): value}


def score(row: Answer, definition: Definition) -> dict[str, Any]:
    """The score, under its LOINC code where one is verified."""
    known = [{"system": _LOINC, "code": definition.codes["score"]}] if "score" in definition.codes else []
    ours = {"system": f"{_OURS}measure", "code": f"{definition.code}-score"}
    return {
        "status": "entered-in-error" if row.removed_at else "final",
        "code": {"coding": [*known, ours], "text": _(definition.title)},
        "effectiveDateTime": row.answered_at.astimezone(ZoneInfo(row.zone)),
        "issued": row.recorded_at,
        "valueQuantity": {"value": row.score, **_UCUM},
    }
