"""A report as a PDF, made by a child process.

The typesetter takes 43 MB, so it is never imported here: the child has it as long as one report takes.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

log = logging.getLogger("companion")
_COMMAND = (sys.executable, "-m", "companion.visit.typeset")
#: seconds that a report may take, and that one waits for its turn
_LIMIT, _PATIENCE = 20.0, 5.0
_AT_ONCE = BoundedSemaphore(2)
#: where the package lies, so that the child finds it wherever the server was started
_HERE = Path(__file__).resolve().parents[2]


class NotMade(Exception):
    """The report cannot be made right now."""


def pdf(sheet: dict[str, Any]) -> bytes:
    """The PDF of a sheet, as `sheet.sheet` makes it; raises NotMade."""
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise NotMade
    try:
        return _made(json.dumps(sheet).encode())
    finally:
        _AT_ONCE.release()


def _made(sheet: bytes) -> bytes:
    # it needs no settings of ours, so it gets none of their secrets; what it complains about may hold words of health
    try:
        done = subprocess.run(  # noqa: S603 our own program
            _COMMAND,
            input=sheet,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            cwd=_HERE,
            timeout=_LIMIT,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as problem:
        log.error("a report was not made: %s", type(problem).__name__)
        raise NotMade from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        log.error("a report was not made: its process ended with %s", done.returncode)
        raise NotMade
    return done.stdout
