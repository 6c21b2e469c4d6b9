"""A name as a list sorts and finds it."""

from __future__ import annotations

from unicodedata import combining, normalize


def folded(name: str) -> str:
    """Without case, accents and double spaces: "Álvaro  Núñez" is "alvaro nunez"."""
    bare = "".join(sign for sign in normalize("NFKD", name) if not combining(sign))
    return " ".join(bare.casefold().split())
