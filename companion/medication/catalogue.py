"""The medicines that are offered while a person types a name: help for writing, never a judgement about a medicine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Known:
    """A row of catalogue.toml."""

    code: str
    name: str
    #: code of a class
    kind: str
    #: mouth, skin or nose
    route: str
    strengths: tuple[str, ...]
    #: RXCUI of the ingredient, None where nobody has checked it
    rxnorm: str | None
    #: where the row is from, with the marks of clinical.md
    source: str


def _known(row: dict[str, Any]) -> Known:
    kind, strengths = row["class"], tuple(row["strengths"])
    return Known(row["code"], row["name"], kind, row["route"], strengths, row.get("rxnorm"), row["source"])


_READ = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
#: label by code; show it through gettext
CLASSES: dict[str, str] = {row["code"]: row["label"] for row in _READ["class"]}
CATALOGUE: tuple[Known, ...] = tuple(sorted((_known(row) for row in _READ["medicine"]), key=lambda known: known.name))
_BY_CODE = {known.code: known for known in CATALOGUE}
_BY_NAME = {known.name.casefold(): known for known in CATALOGUE}
#: every strength once
STRENGTHS: tuple[str, ...] = tuple(sorted({strength for known in CATALOGUE for strength in known.strengths}))


def named(name: str) -> Known | None:
    """The medicine of that name, however it is capitalised; None for a name of one's own."""
    return _BY_NAME.get(name.strip().casefold())


def route(code: str | None) -> str:
    """How it gets into the body: mouth, skin or nose; mouth where nobody knows."""
    known = _BY_CODE.get(code or "")
    return known.route if known else "mouth"
