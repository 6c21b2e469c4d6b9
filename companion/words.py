"""What the product says: gettext for the language being spoken, and dates and numbers in it.

The catalogues in `companion/locale` are read from their .po files at start, so that no compiled
file can be older than its text. Nothing here knows Flask: the phone's worker speaks with the same mouth.
"""

from __future__ import annotations

import gettext as _gettext
import io
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = {"en": "English", "es": "Español"}
LOCALE = Path(__file__).resolve().parent / "locale"
_spoken: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language being spoken, a key of LANGUAGES."""
    return _spoken.get()


def speak(code: str) -> None:
    """Speak `code` from here on; an unknown one is English."""
    _spoken.set(code if code in LANGUAGES else "en")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` within the block."""
    token = _spoken.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(token)


@lru_cache(maxsize=8)
def _catalogue(code: str) -> _gettext.NullTranslations:
    path = LOCALE / f"{code}.po"
    if not path.exists():
        return _gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def gettext(text: str, **values: Any) -> str:
    """`text` in the language being spoken, with %(name)s filled in."""
    said = _catalogue(_spoken.get()).gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """The form that fits `n`, which is also available as %(n)s or %(num)s."""
    return _catalogue(_spoken.get()).ngettext(one, many, n) % {"n": n, "num": n, **values}


class Later:
    """A text that is translated when it is shown, for names that stand in a module."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return gettext(self.text)

    def __html__(self) -> str:
        return _escape(str(self))

    def __mod__(self, values: Any) -> str:
        return str(self) % values


def _escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("'", "&#39;")
    )


_ = gettext


def lazy(text: str) -> Later:
    """Mark `text` for translation when it is shown."""
    return Later(text)


@lru_cache(maxsize=4096)
def _day(day: date, shape: str, code: str) -> str:
    if shape in {"full", "long", "medium", "short"}:
        return format_date(day, shape, locale=code)
    return format_skeleton(shape, datetime.combine(day, time()), locale=code)


def say_day(day: date, shape: str = "MMMEd") -> str:
    """A day in words; `shape` is a CLDR skeleton (`MMMEd`: Tue, Mar 10) or full, long, medium, short."""
    return _day(day, shape, _spoken.get())


def say_time(instant: datetime | time, zone: str | None = None) -> str:
    """A time of day, 24 hours, in `zone`; a wall time is said as it is."""
    if isinstance(instant, datetime):
        instant = instant.astimezone(ZoneInfo(zone or "UTC")).time()
    return instant.strftime("%H:%M")


def say_number(number: float, places: int = 1) -> str:
    """A number with at most `places` decimals, without trailing zeros."""
    return format_decimal(round(number, places), format=f"#,##0.{'#' * places}", locale=_spoken.get())


def say_list(things: list[str]) -> str:
    """The things joined as a person would: one, two and three."""
    return format_list(things, locale=_spoken.get())


def extract_toml(
    fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel extractor: the texts of data files, under the keys `label`, `say`, `title`, `text` and `help`."""
    for key, text in _texts(tomllib.loads(fileobj.read().decode())):
        yield 0, "gettext", text, [f"data file: {key}"]


def _texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, key)
    elif isinstance(node, str) and key in {"label", "say", "title", "text", "help"}:
        yield key, node
