"""Our scripts as they are sent: the modules of a page as one, without comments and indents, so that a first visit is light.

No minifier is needed for that, since the modules keep to the few forms of import and export that are named here.
"""

from __future__ import annotations

import re
from pathlib import Path

#: comments, which stand on lines of their own or behind three spaces, and indents
_SPARE = re.compile(r"^\s*//.*\n|   // .*$|^\s+", re.M)
_IMPORT = re.compile(r'^import (?:(\w+)(?:, )?)?(?:{ (.*?) })? from "(.*?)";\n', re.M)
_EXPORT = re.compile(r"^export (default )?((?:async )?function|const) (\w+)", re.M)


def thrifty(script: str) -> str:
    """`script` without comments and indents."""
    return _SPARE.sub("", script)


def joined(entry: Path) -> str:
    """The module `entry` and all that it imports as one script: each once, in a scope of its own, after what it needs."""
    scopes: dict[Path, str] = {}
    _join(entry.resolve(), scopes)
    return thrifty("".join(scopes.values()))


def _join(path: Path, scopes: dict[Path, str]) -> None:
    def taken(found: re.Match[str]) -> str:
        needed = (path.parent / found[3]).resolve()
        if needed not in scopes:
            _join(needed, scopes)
        names = ", ".join(filter(None, (found[1] and f"default: {found[1]}", found[2])))
        return f"const {{ {names} }} = {_name(needed)};\n"

    text = path.read_text(encoding="utf-8")
    given = ", ".join(f"default: {name}" if default else name for default, _, name in _EXPORT.findall(text))
    body = _EXPORT.sub(r"\2 \3", _IMPORT.sub(taken, text))
    scopes[path] = f"const {_name(path)} = (() => {{\n{body}return {{ {given} }};\n}})();\n"


def _name(path: Path) -> str:
    return f"${path.parent.name}_{path.stem}"
