"""The kinds of procedures, and how one is named in a sentence and on a chart."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from companion.procedures.model import Procedure
from companion.words import Later, lazy
from companion.words import gettext as _

_HERE = Path(__file__).resolve().parent
_ROWS: list[dict[str, Any]] = tomllib.loads((_HERE / "kinds.toml").read_text(encoding="utf-8"))["kind"]
#: code -> plain name, in the order they are offered
KINDS: dict[str, Later] = {row["code"]: lazy(row["label"]) for row in _ROWS}
#: code -> the name beside a mark on a chart
SHORT: dict[str, Later] = {row["code"]: lazy(row["title"]) for row in _ROWS}
_INJECTIONS = {row["code"] for row in _ROWS if row.get("injection")}
_PASSING = {row["code"] for row in _ROWS if not row.get("treatment", True)}
SIDES: dict[str, Later] = {
    "": lazy("No side"),
    "left": lazy("left"),
    "right": lazy("right"),
    "both": lazy("both sides"),
    "middle": lazy("middle"),
}
_AFTERCARE: list[dict[str, Any]] = tomllib.loads((_HERE / "aftercare.toml").read_text(encoding="utf-8"))["step"]


def aftercare(done: Collection[str]) -> list[list[dict[str, Any]]]:
    """When to ask for help after these kinds, the most urgent first: groups of steps of aftercare.toml.

    The first step of a group is for everybody, the others for one of the kinds.
    """
    steps = [step for step in _AFTERCARE if "kinds" not in step or not {*done}.isdisjoint(step["kinds"])]
    groups: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        groups.setdefault(step["code"], []).append(step)
    return list(groups.values())


def name(procedure: Procedure) -> str:
    """The whole name in the language being spoken: "Epidural steroid injection, L4-5, left"."""
    kind = str(KINDS[procedure.kind]) if procedure.kind in KINDS else _("Procedure")
    side = str(SIDES[procedure.side]) if procedure.side else ""
    return ", ".join(part for part in (kind, procedure.level, side) if part)


def short(procedure: Procedure) -> str:
    """The name for a chart: "Epidural"."""
    return str(SHORT[procedure.kind]) if procedure.kind in SHORT else _("Procedure")


def is_injection(kind: str) -> bool:
    """Whether a sentence may call it an injection."""
    return kind in _INJECTIONS


def is_treatment(kind: str) -> bool:
    """Whether relief is looked for after it, so that the time before and the time since may be compared."""
    return kind not in _PASSING
