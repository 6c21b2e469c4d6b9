"""The words beside the number: ours of chips.toml, and those that a person adds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from companion.words import Later, gettext, lazy

_CHIPS = tomllib.loads((Path(__file__).parent / "chips.toml").read_text(encoding="utf-8"))["chip"]
#: the questions, in the order in which they are asked
KINDS: dict[str, Later] = {
    "feels": lazy("What does it feel like?"),
    "stopped": lazy("What did it stop?"),
    "set_off": lazy("What set it off?"),
    "helped": lazy("What helped?"),
}
_LABELS: dict[str, dict[str, str]] = {
    kind: {chip["code"]: chip["label"] for chip in _CHIPS if chip["kind"] == kind} for kind in KINDS
}


def offered(kind: str, own: Iterable[str] = ()) -> dict[str, str]:
    """What can be tapped, in the language being spoken: value -> words. `own`: what the person added, behind ours."""
    return {code: gettext(label) for code, label in _LABELS[kind].items()} | {
        word: word for word in own if word not in _LABELS[kind]
    }


def said(kind: str, values: Iterable[str]) -> str:
    """The values in a row: "Burning, Tight, like a belt"."""
    known = _LABELS[kind]
    return ", ".join(gettext(known[value]) if value in known else value for value in values)
