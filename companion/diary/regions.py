"""The places of the body map: how they are drawn, and what they are called."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from companion.words import gettext


@dataclass(frozen=True)
class Regions:
    """regions.toml as read: each region has code, view (front, back), side (right, left, middle), label and path."""

    source: str
    viewbox: str
    outline: str
    region: list[dict[str, str]]


REGIONS = Regions(**tomllib.loads((Path(__file__).parent / "regions.toml").read_text(encoding="utf-8")))
_LABELS = {region["code"]: region["label"] for region in REGIONS.region}


def known(code: str) -> bool:
    """Whether `code` is a place on our list."""
    return code in _LABELS


def label(code: str) -> str:
    """The place in the language being spoken: "Right lower back"."""
    return gettext(_LABELS[code])


def said(codes: Iterable[str]) -> str:
    """The places in a row: "Left hip, Right lower back"."""
    return ", ".join(label(code) for code in codes)
