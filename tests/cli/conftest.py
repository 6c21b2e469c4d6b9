"""`companion` as an operator types it, in this process and in a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from companion import store
from companion.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that COMPANION_HOME names; it is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def companion(home: Path) -> Iterator[Any]:
    """`companion("user", "ben@example.org", PORT="8001")`: a command with its words and settings, and what came of it."""
    mask = os.umask(0o022)
    clean = dict.fromkeys((name for name in os.environ if name.startswith("COMPANION_")), None) | {"PORT": None}

    def run(*words: str, **settings: str) -> Result:
        result = CliRunner().invoke(main, words, env={**clean, "COMPANION_HOME": str(home), **settings})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield run
    store.disconnect()
    os.umask(mask)


@pytest.fixture
def refused(companion: Any) -> Any:
    """`refused(...)`: the one sentence that the command ended with, and nothing else was said or made."""

    def run(*words: str, **settings: str) -> str:
        result = companion(*words, **settings)
        assert result.exit_code == 2, result.output
        assert result.stdout == "" and result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr.removeprefix("Error: ").strip()

    return run
