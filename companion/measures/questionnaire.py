"""A FHIR R4 Questionnaire that a clinic loads, turned into a definition of ours; or what is wrong with it, and where.

What we cannot ask or score exactly as it was meant is refused: another type, an answer from elsewhere, a rule that goes
round in a circle. So is whatever does not belong into a question, such as markup, an address or a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from companion.measures.rules import cyclic, rules
from companion.words import gettext as _

#: a request of ours is not larger than 256 KB
MOST_BYTES = 200 * 1024
MOST_ITEMS = 200
MOST_OPTIONS = 50
_DEEP_JSON, _DEEP_GROUPS = 40, 5
_LONGEST, _LONGEST_ID = 1000, 64
_KINDS = {
    "choice": "choice",
    "integer": "integer",
    "decimal": "decimal",
    "text": "text",
    "string": "text",
    "boolean": "boolean",
    "group": "group",
    "display": "display",
}
#: where a weight of an option stands: the first is of R4, the second of R5
_WEIGHTS = tuple(f"http://hl7.org/fhir/StructureDefinition/{name}" for name in ("ordinalValue", "itemWeight"))
_ENDS = {"minimum": "minValue", "maximum": "maxValue"}
_FOREIGN = re.compile(r"<\s*[a-z/!?]|&#|\w+://|www\.|javascript:|data:\w+/", re.IGNORECASE)


class Refused(Exception):
    """Why it is refused, in sentences that name the item or the line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def convert(text: str, part: str, scoring: str) -> dict[str, Any]:
    """The definition in `text`, as a data file of ours holds it, without code and version. Raises Refused.

    `part` of the record and `scoring` (sum, mean or none) are what the clinic says, since FHIR does not.
    """
    source = _parsed(text)
    if source.get("resourceType") != "Questionnaire":
        raise Refused([_('This is no FHIR Questionnaire: "resourceType" must be "Questionnaire".')])
    problems: list[str] = []
    title = _text(source.get("title") or source.get("name"), _("the title"), problems)
    rows = list(_flat(source.get("item"), problems))
    _check(rows, scoring, problems)
    if problems:
        raise Refused(problems[:20])
    licence = str(source.get("copyright") or "")[:_LONGEST]
    return {
        "name": str(source.get("url") or source.get("name") or title)[:_LONGEST],
        "title": title,
        "part": part,
        "every_days": 28,
        "scoring": scoring,
        "licence": "" if _FOREIGN.search(licence) else licence,
        "source": "",
        "item": rows,
    }


def _parsed(text: str) -> dict[str, Any]:
    """The JSON in `text`; a line is named where it is none."""
    if len(text.encode()) > MOST_BYTES:
        raise Refused([_("This file is too large. %(n)s KB is the most.", n=MOST_BYTES // 1024)])
    _measure(text)
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as wrong:
        raise Refused([_("Line %(line)s is no JSON: %(why)s", line=wrong.lineno, why=wrong.msg)]) from None
    except ValueError:
        raise Refused([_("A number in it is too long.")]) from None
    if not isinstance(found, dict):
        raise Refused([_('This is no FHIR Questionnaire: "resourceType" must be "Questionnaire".')])
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Refused([_("%(value)s is no number.", value=name)])


def _measure(text: str) -> None:
    """Refuse what is nested deeper than any questionnaire, before it is read; brackets in texts do not count."""
    depth, line = 0, 1
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{\]}\n]', text):
        sign = found[0]
        line += sign.count("\n")
        depth += (sign in "[{") - (sign in "]}")
        if depth > _DEEP_JSON:
            raise Refused([_("Line %(line)s is nested too deeply.", line=line)])


def _text(value: Any, where: str, problems: list[str]) -> str:
    """A text to show, without what does not belong into one."""
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        problems.append(_("%(where)s: the text is missing.", where=where))
    elif len(text) > _LONGEST:
        problems.append(_("%(where)s: the text is too long.", where=where))
    elif _FOREIGN.search(text) or any(sign < " " and sign not in "\n\t" for sign in text):
        problems.append(_("%(where)s: the text holds markup, an address or a script. Please take it out.", where=where))
    return text


def _flat(items: Any, problems: list[str], group: str = "", above: tuple[Any, ...] = (), deep: int = 0) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The items one after the other: a question takes the heading and the rules of the groups that it is in."""
    if not isinstance(items, list) or not items:
        problems.append(_("%(where)s: there is no item in it.", where=group or _("The questionnaire")))
        return
    if deep > _DEEP_GROUPS:
        problems.append(_("%(where)s: groups are nested too deeply.", where=group))
        return
    for number, item in enumerate(items, 1):
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("linkId"), str)
            or not 0 < len(item["linkId"]) <= _LONGEST_ID
        ):
            problems.append(
                _("Item %(n)s in %(where)s has no linkId.", n=number, where=group or _("the questionnaire"))
            )
            continue
        code, kind = item["linkId"], _KINDS.get(str(item.get("type")))
        when = (*above, item) if item.get("enableWhen") else above
        if kind is None:
            problems.append(
                _("Item %(code)s: the type %(kind)s is not known here.", code=code, kind=str(item.get("type"))[:40])
            )
        elif kind == "group":
            heading = _text(item["text"], _("Item %(code)s", code=code), problems) if item.get("text") else group
            yield from _flat(item.get("item"), problems, heading, when, deep + 1)
        else:
            yield _leaf(item, kind, group, when, problems)


def _leaf(item: Mapping[str, Any], kind: str, group: str, when: tuple[Any, ...], problems: list[str]) -> dict[str, Any]:
    code = item["linkId"]
    where = _("Item %(code)s", code=code)
    text = _text(item.get("text"), where, problems)
    row = {
        "code": code,
        "kind": kind,
        "text": text,
        "group": group,
        "required": item.get("required") is True,
        "above": when,
    }
    refused = [name for name in ("item", "answerValueSet", "modifierExtension") if item.get(name)]
    refused += ["repeats"] if item.get("repeats") is True else []
    refused += ["Expression"] if any("xpression" in str(each.get("url")) for each in _extensions(item)) else []
    problems += [_("%(where)s: %(what)s is not known here.", where=where, what=name) for name in refused]
    if kind == "choice":
        row["answer"] = list(_options(item.get("answerOption"), where, problems))
    if kind in {"integer", "decimal"}:
        row |= {end: value for end, name in _ENDS.items() if (value := _end(item, name)) is not None}
    return row


def _end(item: Mapping[str, Any], name: str) -> float | None:
    """The least or the most that may be written."""
    for each in _extensions(item):
        if each.get("url") == f"http://hl7.org/fhir/StructureDefinition/{name}":
            return _number(each.get("valueInteger", each.get("valueDecimal")))
    return None


def _options(options: Any, where: str, problems: list[str]) -> Iterator[dict[str, Any]]:
    if not isinstance(options, list) or not 0 < len(options) <= MOST_OPTIONS:
        problems.append(
            _("%(where)s: it needs answers to choose from, %(n)s at the most.", where=where, n=MOST_OPTIONS)
        )
        return
    weights = [_weight(option) for option in options]
    if any(weight is not None for weight in weights) and None in weights:
        problems.append(_("%(where)s: some answers have a score and some have none.", where=where))
    for number, option in enumerate(options):
        label, value = _label(option)
        shown = _text(label, where, problems)
        weight = weights[number]
        yield {"value": value or shown, "label": shown, "weight": number if weight is None else weight}


def _label(option: Any) -> tuple[Any, str]:
    """What an answer is called, and the value that stands for it."""
    coding = option.get("valueCoding") if isinstance(option, dict) else None
    if isinstance(coding, dict):
        code = str(coding.get("code") or "").strip()[:_LONGEST_ID]
        return coding.get("display") or code, code
    plain = option.get("valueString", option.get("valueInteger")) if isinstance(option, dict) else None
    return (None if plain is None else str(plain)), ("" if plain is None else str(plain).strip()[:_LONGEST_ID])


def _weight(option: Any) -> float | None:
    if not isinstance(option, dict):
        return None
    coding = option.get("valueCoding")
    for each in (*_extensions(option), *_extensions(coding if isinstance(coding, dict) else {})):
        if each.get("url") in _WEIGHTS:
            return _number(each.get("valueDecimal"))
    return None


def _extensions(holder: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = holder.get("extension")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
    return value if fits else None


def _check(rows: list[dict[str, Any]], scoring: str, problems: list[str]) -> None:
    """What concerns all items: their number, their ids, their rules, and whether there is something to add up."""
    codes = [row["code"] for row in rows]
    if len(rows) > MOST_ITEMS:
        problems.append(_("There are %(n)s items. %(most)s is the most.", n=len(rows), most=MOST_ITEMS))
        return
    twice = {code for code in codes if codes.count(code) > 1}
    problems += [_("Item %(code)s: this linkId stands there twice.", code=code) for code in sorted(twice)]
    for row in rows:
        values = [option["value"] for option in row.get("answer", ())]
        if len({*values}) < len(values):
            problems.append(_("Item %(code)s: two of its answers are the same.", code=row["code"]))
    known = {row["code"]: row for row in rows}
    for row in rows:
        row["when"] = [rule for item in row.pop("above") for rule in rules(item, known, problems)]
    problems += [_("Item %(code)s: its enableWhen goes round in a circle.", code=code) for code in cyclic(known)]
    counted = [row for row in rows if row["kind"] not in {"text", "display"}]
    if not [row for row in rows if row["kind"] != "display"]:
        problems.append(_("There is no question in it."))
    elif scoring != "none" and not counted:
        problems.append(_("There is nothing to add up in it. Please choose no score."))
