"""`python -m tests.words`: bring the catalogues up to date with the texts of the product.

What is new stands there without a translation, and tests/house fails until somebody has written one.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from companion.words import LANGUAGES, LOCALE

ROOT = Path(__file__).resolve().parent.parent
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy": None}
_WAYS = {
    "companion": [("**.py", "python"), ("**.toml", "companion.words:extract_toml")],
    "templates": [("**.html", "jinja2"), ("**.webmanifest", "jinja2")],
}


def texts() -> Catalog:
    """Every text of the product, without translations."""
    catalog = Catalog(project="Companion", charset="utf-8")
    for folder, ways in _WAYS.items():
        options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, _ in ways}
        for name, _line, message, _comments, context in extract_from_dir(ROOT / folder, ways, options, _KEYWORDS):
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalog


def kept(language: str) -> Catalog:
    """The catalogue of `language` as it is in the repository."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> None:
    LOCALE.mkdir(exist_ok=True)
    found = texts()
    for language in LANGUAGES:
        if language == "en":
            continue
        path = LOCALE / f"{language}.po"
        catalog = kept(language) if path.exists() else Catalog(locale=language, project="Companion", charset="utf-8")
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, omit_header=False, sort_output=True, no_location=True, width=120)
        missing = sum(
            1
            for message in catalog
            if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string])
        )
        print(f"{language}: {len(catalog)} texts, {missing} to translate")


if __name__ == "__main__":
    main()
