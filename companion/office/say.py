"""Events in plain sentences, and as lines of a table for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.audit.acts import ACTS
from companion.words import Later, lazy, say_list
from companion.words import gettext as _

#: what an event is about, where it is parts of a record
_PARTS: dict[str, Later] = {
    "pain": lazy("pain"),
    "mood": lazy("mood"),
    "medicines": lazy("medicines"),
    "therapy": lazy("exercises and CBT"),
    "procedures": lazy("procedures"),
    "notes": lazy("notes"),
    "list": lazy("the list of patients"),
}
#: what it is about by its number
_THINGS: dict[str, Later] = {
    "account": lazy("account %(n)s"),
    "invitation": lazy("invitation %(n)s"),
    "grant": lazy("sharing %(n)s"),
    "glass": lazy("emergency look %(n)s"),
}
#: of parts that were written
_WRITTEN = {"diary_written": lazy("diary"), "medicines_written": lazy("medicines"),
            "therapy_written": lazy("exercises and CBT"), "procedures_written": lazy("procedures")}  # fmt: skip
COLUMNS = (
    "number",
    "time",
    "act",
    "sentence",
    "account",
    "name",
    "patient",
    "about",
    "network",
    "outcome",
    "key",
    "proof",
)
#: a spreadsheet takes a text for a formula that starts so
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass
class Line:
    """Events that are one to a reader: the same was done at the same instant to several records."""

    #: the newest of them
    event: Any
    #: the numbers of the first and the last of them
    first: int
    last: int


def lines(events: Iterable[Any]) -> list[Line]:
    """The events, newest first, as lines of a page."""
    found: list[Line] = []
    for event in events:
        if found and _same(found[-1].event) == _same(event):
            found[-1].first = event.seq
        else:
            found.append(Line(event, event.seq, event.seq))
    return found


def _same(event: Any) -> tuple[Any, ...]:
    whose = event.whose if event.whose is None else 0
    return event.at, event.act, event.actor, event.thing, event.place, event.outcome, whose


def sentence(event: Any, names: Mapping[int, str]) -> str:
    """What happened: "Ben looked into a record." A name that is not known is said by its number."""
    return ACTS[event.act] % {"who": _name(event.actor, names)}


def _name(account_id: int | None, names: Mapping[int, str]) -> str:
    if account_id is None:
        return _("The system")
    return names.get(account_id) or _("Account %(n)s", n=account_id)


def about(event: Any, names: Mapping[int, str]) -> str:
    """What it was about: "pain and notes", the name of a colleague, "sharing 12"; an empty text for nothing more."""
    if event.act in _WRITTEN:
        return str(_WRITTEN[event.act])
    kind, _space, number = event.thing.partition(" ")
    if kind in _THINGS and number.isdecimal():
        known = names.get(int(number)) if kind == "account" else None
        return known or _THINGS[kind] % {"n": number}
    return say_list([str(_PARTS.get(part, part)) for part in event.thing.split()])


def accounts(events: Iterable[Any]) -> set[int]:
    """The ids of all accounts that the events say by name."""
    found = {event.actor for event in events if "%(who)s" in ACTS[event.act].text and event.actor is not None}
    for event in events:
        kind, _space, number = event.thing.partition(" ")
        found |= {int(number)} if kind == "account" and number.isdecimal() else set()
    return found


def table(events: Iterable[Any], names: Mapping[int, str]) -> str:
    """The events as lines of CSV, in the order of COLUMNS; nothing in them is taken for a formula."""
    text = io.StringIO()
    lines = csv.writer(text)
    for event in events:
        line: list[Any] = [event.seq, event.at.isoformat(), event.act, sentence(event, names), event.actor]
        line += [names.get(event.actor or 0), event.whose, about(event, names)]
        line += [event.place, event.outcome, event.key, event.mac.hex()]
        lines.writerow(["" if value is None else plain(str(value)) for value in line])
    return text.getvalue()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
