"""When an item of a FHIR Questionnaire is asked: its enableWhen, checked against the items that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from companion.words import gettext as _

_OPERATORS = ("=", "!=", ">", "<", ">=", "<=", "exists")
_ORDERED = {">", "<", ">=", "<="}
_MOST = 20


def rules(
    item: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], problems: list[str]
) -> Iterator[dict[str, Any]]:
    """The rule of the item as a data file holds it, unless something is wrong with it."""
    where, tests = _("Item %(code)s", code=item["linkId"]), item["enableWhen"]
    if not isinstance(tests, list) or len(tests) > _MOST or not all(isinstance(test, dict) for test in tests):
        problems.append(_("%(where)s: its enableWhen is no list of up to %(n)s rules.", where=where, n=_MOST))
        return
    behavior = item.get("enableBehavior")
    if behavior not in ("any", "all") and (behavior or len(tests) > 1):
        problems.append(_("%(where)s: enableBehavior must be any or all.", where=where))
    found = [_test(test, where, known, problems) for test in tests]
    if all(found):
        yield {"any": behavior == "any", "tests": found}


def _test(
    test: Mapping[str, Any], where: str, known: Mapping[str, Mapping[str, Any]], problems: list[str]
) -> dict[str, Any] | None:
    question, operator = known.get(str(test.get("question"))), test.get("operator")
    if question is None or question["kind"] == "display":
        problems.append(_("%(where)s: its enableWhen speaks of an item that cannot be answered.", where=where))
    elif operator not in _OPERATORS:
        problems.append(_("%(where)s: its enableWhen has an operator that is not known here.", where=where))
    elif (value := _value(test, question, operator)) is None:
        problems.append(_("%(where)s: its enableWhen asks for an answer that item %(code)s cannot have.", where=where, code=question["code"]))  # fmt: skip
    else:
        return {"item": question["code"], "op": operator, "value": value}
    return None


def _value(test: Mapping[str, Any], question: Mapping[str, Any], operator: Any) -> Any:
    """What the answer is compared with, None where the item can have no such answer."""
    kind, flag = question["kind"], test.get("answerBoolean")
    if operator == "exists":
        return flag if isinstance(flag, bool) else None
    if operator in _ORDERED and kind not in {"integer", "decimal"}:
        return None
    if kind == "boolean":
        return flag if isinstance(flag, bool) else None
    if kind in {"integer", "decimal"}:
        number = test.get("answerInteger", test.get("answerDecimal"))
        return number if isinstance(number, int | float) and not isinstance(number, bool) else None
    if kind == "text":
        text = test.get("answerString")
        return text if isinstance(text, str) and 0 < len(text) <= 1000 else None
    coding = test.get("answerCoding")
    named = coding.get("code") if isinstance(coding, dict) else test.get("answerString", test.get("answerInteger"))
    chosen = str(named).strip() if named is not None else None
    return chosen if chosen in {option["value"] for option in question["answer"]} else None


def cyclic(known: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The items whose rules lead back to themselves."""
    to = {code: {test["item"] for rule in row["when"] for test in rule["tests"]} for code, row in known.items()}
    return [code for code in to if code in _reached(code, to)]


def _reached(start: str, to: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [*to[start]]
    while ahead:
        code = ahead.pop()
        if code not in found:
            found.add(code)
            ahead += to[code]
    return found
