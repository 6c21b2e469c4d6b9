"""One sign-in address for each member of the cast: a random key a person, kept in the home. Only in demo mode."""

from __future__ import annotations

import json
import secrets
from pathlib import Path


def make(home: Path, accounts: dict[str, int]) -> None:
    """Write a fresh key for each account id, by its part."""
    keys = {secrets.token_urlsafe(24): {"part": part, "account": account} for part, account in accounts.items()}
    path = home / "demo.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys, indent=1), encoding="utf-8")


def read(home: Path) -> dict[str, dict[str, str | int]]:
    """Part and account id by key; nothing if the demo was not filled here."""
    path = home / "demo.json"
    kept: dict[str, dict[str, str | int]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept
