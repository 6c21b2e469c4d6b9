"""The places of the body map: how they are drawn, and what they are called."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from companion.words import gettext as _


@dataclass(frozen=True)
class Regions:
    """regions.toml as read: each region has code, view (front, back), side (right, left, middle), label and path.

    One that is retired has `parts` instead of a path: the codes of the regions as which it is drawn.
    """

    source: str
    viewbox: str
    outline: str
    region: list[dict[str, str]]
    retired: list[dict[str, Any]]


class Marks(NamedTuple):
    """Places that were marked, in the names of `record.record`."""

    regions: Collection[str] = ()
    #: by code how strong it is there, 0 to 10, where that was said
    strengths: Mapping[str, int] = {}
    #: codes of the places to which the pain spreads from another
    spreads: Collection[str] = ()


REGIONS = Regions(**tomllib.loads((Path(__file__).parent / "regions.toml").read_text(encoding="utf-8")))
_KNOWN: dict[str, dict[str, Any]] = {region["code"]: region for region in (*REGIONS.region, *REGIONS.retired)}
_OFFERED = {region["code"] for region in REGIONS.region}


def known(code: str) -> bool:
    """Whether `code` is or was a place on our list."""
    return code in _KNOWN


def offered(codes: Iterable[str]) -> list[str]:
    """Those of the places that can still be chosen."""
    return [code for code in codes if code in _OFFERED]


def label(code: str) -> str:
    """The place in the language being spoken: "Right lower back"."""
    return _(_KNOWN[code]["label"])


def side(code: str) -> str:
    """The side of the person on which it is: right, left or middle; nothing for a code that is not known."""
    return str(_KNOWN[code]["side"]) if code in _KNOWN else ""


def drawn(code: str) -> list[str]:
    """Codes of the regions that show this place in the drawing."""
    return list(_KNOWN[code].get("parts", [code])) if code in _KNOWN else []


def painted(marks: Marks) -> dict[str, str]:
    """Classes of the regions that show the places: a step of the pain ramp where it was said how strong it is."""
    looks: dict[str, str] = {}
    # a finer place that was marked as well says more than the wide one around it
    for code in sorted(marks.regions, key=lambda code: code in _OFFERED):
        strength = f" p{marks.strengths[code]}" if code in marks.strengths else ""
        looks |= dict.fromkeys(drawn(code), f"is-on{strength}{' is-there' if code in marks.spreads else ''}")
    return looks


def said(regions: Iterable[str], strengths: Mapping[str, int] | None = None, spreads: Collection[str] = ()) -> str:
    """The places in a row: "Right lower back (7 of 10), Tailbone. Spreads to: Back of right thigh (3 of 10)"."""
    told: dict[bool, list[str]] = {False: [], True: []}
    for code in regions:
        place, strength = label(code) if known(code) else code, (strengths or {}).get(code)
        if strength is not None:
            place = _("%(place)s (%(n)s of 10)", place=place, n=strength)
        told[code in spreads].append(place)
    here, there = ", ".join(told[False]), ", ".join(told[True])
    return ". ".join(part for part in (here, there and _("Spreads to: %(places)s", places=there)) if part)
