"""The chips for what was seen, from signs.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from companion.words import gettext

#: by code: the words of a chip
SIGNS: dict[str, str] = {
    row["code"]: row["label"]
    for row in tomllib.loads((Path(__file__).parent / "signs.toml").read_text(encoding="utf-8"))["sign"]
}


def said(codes: Iterable[str]) -> str:
    """The signs in a row, in the language being spoken: "Limped, Slept badly"; one that is not on our list is left out."""
    return ", ".join(gettext(SIGNS[code]) for code in codes if code in SIGNS)
