"""The words on the pain scale."""

from __future__ import annotations

import tomllib
from pathlib import Path

from companion.words import gettext

#: eleven steps, `score` 0 to 10 with `say`, what it does to a day
SCALE = tomllib.loads((Path(__file__).parent / "scale.toml").read_text(encoding="utf-8"))["step"]


def say(score: int) -> str:
    """What `score` means, in the language being spoken: "It stops some things"."""
    return gettext(SCALE[score]["say"])
