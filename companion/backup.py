"""Copy an SQLite database while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class NotCopied(Exception):
    """There is no copy; the text says why and what to do instead."""


def copy(source: Path, target: Path) -> None:
    """Write all of the database in `source` into `target`, a new file; raises NotCopied and leaves no half of a copy."""
    if target.exists():
        raise NotCopied(f"{target} exists. Name a new file.")
    try:
        with closing(_read_only(source)) as database, closing(_new(target)) as made:
            database.backup(made)
    except sqlite3.Error as problem:
        target.unlink(missing_ok=True)
        raise NotCopied(f"Nothing is backed up: {problem}.") from problem


def _read_only(path: Path) -> sqlite3.Connection:
    """The database in `path`, which is there and is one of ours; nothing is made or changed by looking."""
    if not path.is_file():
        raise NotCopied(f"There is no database at {path}. Set COMPANION_HOME as for `companion serve`.")
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    if not database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'account'").fetchone():
        raise NotCopied(f"The database at {path} is empty. Set COMPANION_HOME as for `companion serve`.")
    return database


def _new(path: Path) -> sqlite3.Connection:
    try:
        path.touch(exist_ok=False)
    except OSError as problem:
        raise NotCopied(f"{path} cannot be written: {problem.strerror}.") from problem
    return sqlite3.connect(path)
