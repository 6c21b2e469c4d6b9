"""What a questionnaire asks: one version of it, read from a file of ours or from what a clinic has loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

#: what an answer can be: an option's value, a whole number, a number, a text or a yes
Value = str | int | float | bool
Values = Mapping[str, Value]
_SHIPPED = Path(__file__).parent / "definitions"
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda given, value: given == value,
    "!=": lambda given, value: given != value,
    ">": lambda given, value: given > value,
    "<": lambda given, value: given < value,
    ">=": lambda given, value: given >= value,
    "<=": lambda given, value: given <= value,
}


@dataclass(frozen=True)
class Option:
    """One answer to choose. `weight` is what it counts for, None where the questionnaire is not scored."""

    value: str
    label: str
    weight: float | None = None
    code: str = ""


@dataclass(frozen=True)
class Test:
    """Whether another item was answered so; `exists` asks whether it was answered at all."""

    item: str
    op: str
    value: Value

    def holds(self, given: Value | None) -> bool:
        """Whether the answer `given` to the other item, None for none, is such a one."""
        if self.op == "exists":
            return (given is not None) is self.value
        if given is None:
            return self.op == "!="
        return _TESTS[self.op](given, self.value)


@dataclass(frozen=True)
class Rule:
    """When something is asked: if `any` of the tests holds, or if all do."""

    any: bool
    tests: tuple[Test, ...]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question, or with the kind `display` a sentence between two."""

    code: str
    text: str
    #: choice, scale (0 to 10), integer, decimal, boolean, text or display
    kind: str = "choice"
    #: heading that it stands under
    group: str = ""
    options: tuple[Option, ...] = ()
    #: words for both ends of a scale
    low: str = ""
    high: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    #: whether any answer that counts more than 0 is looked after at once
    alarm: bool = False
    loinc: str = ""
    #: all must hold for it to be asked
    when: tuple[Rule, ...] = ()

    def weight(self, value: Value) -> float:
        """What the answer counts for."""
        if self.kind == "choice":
            return next(option.weight or 0.0 for option in self.options if option.value == value)
        return float(value)

    def say(self, value: Value) -> Value:
        """The answer as it was offered: the words of an option, or the value itself."""
        return next((option.label for option in self.options if option.value == value), value)

    @property
    def counts(self) -> bool:
        """Whether it can be part of a score."""
        return self.kind not in {"text", "display"}

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the most that an answer counts for, None where there is no end."""
        if self.kind == "choice":
            weights = [option.weight or 0.0 for option in self.options]
            return min(weights), max(weights)
        ends = {"scale": (0.0, 10.0), "boolean": (0.0, 1.0)}.get(self.kind, (self.minimum, self.maximum))
        return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


@dataclass(frozen=True)
class Band:
    """A name that clinicians know for scores from `at_least` on."""

    at_least: float
    label: str
    source: str


@dataclass(frozen=True)
class Change:
    """From how much on a change is held to matter, and who says so."""

    points: float
    source: str
    percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One version of a questionnaire."""

    code: str
    version: int
    title: str
    #: the part of a record that it belongs to: pain or mood
    part: str
    #: asked again after so many days, if nobody says otherwise
    every_days: int
    #: sum, mean or none
    scoring: str
    items: tuple[Item, ...]
    #: what stands over each question, such as the time that is meant
    say: str = ""
    #: what it is for
    help: str = ""
    licence: str
    source: str
    bands: tuple[Band, ...] = ()
    change: Change | None = None
    #: LOINC, by `panel` and `score`
    codes: Mapping[str, str]

    @property
    def alarms(self) -> bool:
        """Whether it holds an item that is looked after at once."""
        return any(item.alarm for item in self.items)

    @property
    def asked(self) -> list[Item]:
        """The items that can be answered."""
        return [item for item in self.items if item.kind != "display"]

    def item(self, code: str) -> Item:
        """The item of that code."""
        return next(item for item in self.items if item.code == code)


def read(data: Mapping[str, Any]) -> Definition:
    """A definition from its data file, or from the same as JSON."""
    shared = tuple(_option(row) for row in data.get("answer", ()))
    told = {
        key: data[key] for key in ("code", "version", "title", "part", "every_days", "scoring", "licence", "source")
    }
    return Definition(
        **told,
        items=tuple(_item(row, shared) for row in data["item"]),
        say=data.get("say", ""),
        help=data.get("help", ""),
        bands=tuple(Band(**row) for row in data.get("band", ())),
        change=Change(**data["change"]) if "change" in data else None,
        codes=data.get("codes", {}),
    )


def _option(row: Mapping[str, Any]) -> Option:
    return Option(row["value"], row["label"], row.get("weight"), row.get("code", ""))


def _item(row: Mapping[str, Any], shared: tuple[Option, ...]) -> Item:
    plain = {key: value for key, value in row.items() if key not in {"answer", "low", "high", "when"}}
    ends = {end: row[end]["label"] for end in ("low", "high") if end in row}
    options = tuple(_option(each) for each in row["answer"]) if "answer" in row else shared
    rules = tuple(Rule(each["any"], tuple(Test(**test) for test in each["tests"])) for each in row.get("when", ()))
    return Item(**plain, **ends, options=options if row.get("kind", "choice") == "choice" else (), when=rules)


@lru_cache(maxsize=1)
def shipped() -> dict[tuple[str, int], Definition]:
    """Every version that is shipped, by code and version."""
    found = (read(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(_SHIPPED.glob("*.toml")))
    return {(each.code, each.version): each for each in found}


@lru_cache(maxsize=1)
def newest() -> dict[str, Definition]:
    """The newest version of each that is shipped, by code."""
    return {each.code: each for each in sorted(shipped().values(), key=lambda each: each.version)}
