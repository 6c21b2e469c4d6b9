"""The words that somebody agrees to when a record is opened, by version. What was agreed to stays readable."""

from __future__ import annotations

import tomllib
from pathlib import Path

#: by version and side (clinic or caregiver) the sentences, oldest version first; each is to be said in the reader's language
TEXTS: dict[str, dict[str, list[str]]] = {
    version["key"]: {
        side: [words["text"] for words in version["words"] if words["side"] == side] for side in ("clinic", "caregiver")
    }
    for version in tomllib.loads(Path(__file__).with_name("consent.toml").read_text(encoding="utf-8"))["version"]
}
#: the version that is agreed to now
CURRENT = next(reversed(TEXTS))
