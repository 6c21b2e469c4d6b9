"""The medicines that are offered while a person types a name: help for writing, never a judgement about a medicine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Known:
    """A row of catalogue.toml."""

    code: str
    name: str
    #: mouth, skin or nose
    route: str
    #: from low to high
    strengths: tuple[str, ...]
    #: the ingredient's RXCUI, empty where nobody has checked one
    rxnorm: str


_READ = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
CATALOGUE: tuple[Known, ...] = tuple(
    Known(row["code"], row["name"], row["route"], tuple(row["strengths"]), row.get("rxnorm", ""))
    for row in sorted(_READ["medicine"], key=lambda row: row["name"])
)
_BY_CODE = {known.code: known for known in CATALOGUE}
_BY_NAME = {known.name.casefold(): known for known in CATALOGUE}


def named(name: str) -> Known | None:
    """The medicine of that name, however it is capitalised; None for a name of one's own."""
    return _BY_NAME.get(name.strip().casefold())


def strengths(name: str) -> tuple[str, ...]:
    """What the medicine of that name is sold in, from low to high; nothing for a name of one's own."""
    known = named(name)
    return known.strengths if known else ()


def route(code: str | None) -> str:
    """How it gets into the body: mouth, skin or nose; mouth where nobody knows."""
    known = _BY_CODE.get(code or "")
    return known.route if known else "mouth"


def rxnorm(code: str | None) -> str:
    """The ingredient's RXCUI, for other systems; an empty text where there is none that somebody has checked."""
    known = _BY_CODE.get(code or "")
    return known.rxnorm if known else ""
