"""Fields of a check-in's form: places, words, amounts."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field

from companion.diary.regions import Marks, known
from companion.web.forms import NOT_ON_SCALE, seen
from companion.words import lazy

_STEPS = [str(n) for n in range(11)]
_WORDS_MOST, _WORD_LENGTH = 20, 40


class Places(Field):
    """Codes of regions.toml, sorted; one that is not on our list is refused. A value may hold several: "neck knee".

    `strength-<code>` and `spreads-<code>` say more of a place, and count only where it is marked.
    """

    data: Marks
    process_errors: list[Any]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the places, then what is said of each."""
        super().process(formdata, data, extra_filters)
        if formdata is None:
            return
        typed = {code: formdata.get(f"strength-{code}", "").strip() for code in self.data.regions}
        strengths = {code: int(text) for code, text in typed.items() if text in _STEPS}
        if any(typed[code] for code in typed.keys() - strengths):
            self.process_errors = [*self.process_errors, NOT_ON_SCALE]
        spreads = [code for code in self.data.regions if f"spreads-{code}" in formdata]
        self.data = Marks(self.data.regions, strengths, spreads)

    def process_formdata(self, valuelist: list[str]) -> None:
        codes = " ".join(valuelist).split()
        self.data = Marks(sorted({code for code in codes if known(code)}))
        if not all(known(code) for code in codes):
            raise ValueError(lazy("One of the places is not on our list. Please mark it again."))

    def process_data(self, value: Marks | None) -> None:
        self.data = value or Marks()


class Chips(Field):
    """Codes of chips.toml and own words, in the order in which they came; several own words may stand between commas."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        words = [" ".join(word.split()) for value in valuelist for word in value.split(",")]
        self.data = list(dict.fromkeys(word for word in words if seen(word)))
        if any(len(word) > _WORD_LENGTH for word in self.data):
            raise ValueError(lazy("Please keep each of your own words under 40 letters."))
        if len(self.data) > _WORDS_MOST:
            raise ValueError(lazy("These are more than 20 words. Please choose the ones that fit best."))

    def process_data(self, value: list[str] | None) -> None:
        self.data = list(value or [])


class Amount(Field):
    """A number from 0 to `most`, such as 7.5 or 7,5, or None."""

    def __init__(self, label: Any, most: int, **more: Any) -> None:
        self.most = most
        super().__init__(label, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"[0-9]{1,6}(?:[.][0-9]{1,2})?", text) or float(text) > self.most:
            raise ValueError(str(lazy("Please write a number from 0 to %(most)s.")) % {"most": self.most})
        self.data = float(text)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"
