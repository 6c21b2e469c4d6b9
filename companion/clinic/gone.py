"""Pure: what was typed, for the page that says that it could not be saved."""

from __future__ import annotations

from collections.abc import Mapping

from companion.words import Later, lazy

_TYPED: dict[str, Later] = {
    "title": lazy("Name"),
    "level": lazy("Level or place"),
    "done_on": lazy("Day"),
    "minutes": lazy("About how many minutes"),
    "note": lazy("Note"),
}


def typed(form: Mapping[str, str]) -> list[tuple[Later, str]]:
    """The words of a form about a patient, each with its label; empty ones are left out."""
    return [(label, form[name]) for name, label in _TYPED.items() if form.get(name, "").strip()]
