"""Every text is in every language, whole and with its blanks."""

import re

import pytest

from companion import words
from tests.words import kept, texts

OTHERS = [language for language in words.LANGUAGES if language != "en"]
BLANKS = re.compile(r"%\((\w+)\)|%%")


def forms(message):
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("language", OTHERS)
def test_it_is_whole(language):
    catalog = kept(language)
    found = {message.id for message in texts() if message.id}
    have = {message.id: message for message in catalog if message.id}
    assert not [text for text in found if text not in have], "run `python -m tests.words`, then translate"
    assert not [text for text, message in have.items() if text in found and (message.fuzzy or not all(forms(message)))]
    assert not [text for text in have if text not in found], "run `python -m tests.words` to drop what nobody says"


@pytest.mark.parametrize("language", OTHERS)
def test_it_keeps_the_blanks(language):
    wrong = []
    for message in kept(language):
        if not message.id:
            continue
        wanted = {
            blank
            for text in (message.id if isinstance(message.id, tuple) else [message.id])
            for blank in BLANKS.findall(text)
        }
        wrong += [message.id for text in forms(message) if not set(BLANKS.findall(text)) <= wanted]
        wrong += [message.id for text in forms(message)[-1:] if wanted - set(BLANKS.findall(text)) - {"n", "num"}]
    assert not wrong


def test_it_speaks_the_language_it_is_told():
    with words.speaking("es"):
        assert words.gettext("Save") == "Guardar"
        assert words.ngettext("%(n)s day", "%(n)s days", 2) != ""
    assert words.gettext("Save") == "Save"


def test_texts_are_calm():
    loud = [message.id for message in texts() if message.id and "!" in str(message.id)]
    assert not loud, f"No exclamation marks: {loud}"
