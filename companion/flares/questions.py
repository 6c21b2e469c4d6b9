"""What a flare is asked: signs that must not wait, and what may have set it off. From redflags.toml and words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.words import gettext


@dataclass(frozen=True)
class Flag:
    """A sign: its question, and whether it needs help `now` or `today`."""

    code: str
    level: str
    text: str
    source: str

    @property
    def name(self) -> str:
        """The name of its answer in a form."""
        return f"flag-{self.code}"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


FLAGS: list[Flag] = [Flag(**row) for row in _read("redflags.toml")["flag"]]
#: what may have set a flare off, by code: the words of a chip
TRIGGERS: dict[str, str] = {row["code"]: row["label"] for row in _read("words.toml")["trigger"]}


def answered(sent: Mapping[str, str]) -> dict[str, str]:
    """`yes` or `no` for each sign that a form says something of; `flag-none` says no to the rest."""
    rest = {flag.code: "no" for flag in FLAGS} if sent.get("flag-none") else {}
    return rest | {flag.code: sent[flag.name] for flag in FLAGS if sent.get(flag.name) in {"yes", "no"}}


def level(answers: Mapping[str, str]) -> str:
    """How soon help is needed: `now`, `today`, or an empty text."""
    found = {flag.level for flag in FLAGS if answers.get(flag.code) == "yes"}
    return "now" if "now" in found else "today" if found else ""


def said(codes: Iterable[str]) -> list[str]:
    """What set it off, in the language being spoken; a word that is not on our list any more is left out."""
    return [gettext(TRIGGERS[code]) for code in codes if code in TRIGGERS]


def flagged(answers: Mapping[str, str]) -> list[str]:
    """The questions that were answered with yes, in the language being spoken."""
    return [gettext(flag.text) for flag in FLAGS if answers.get(flag.code) == "yes"]
