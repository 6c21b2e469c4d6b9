"""A figure with its target, and how times are taken."""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from companion import migrate, seal
from tests.servers.process import Server, free_port


@dataclass(frozen=True)
class Row:
    """What was measured, what came out, and what was wanted."""

    row: str
    value: float
    target: float
    at_least: bool = False
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    def told(self) -> dict[str, Any]:
        return {"row": self.row, "value": round(self.value, 3), "target": self.target, "ok": self.ok, "note": self.note}


def medians(
    *doings: Callable[[], object], rounds: int = 300, warm: int = 30, before: Callable[[], object] = lambda: None
) -> list[float]:
    """Median milliseconds of each, taken in turns so that all meet the same weather; `before` each one, untimed."""
    times: list[list[float]] = [[] for _ in doings]
    for n in range(rounds + warm):
        for doing, kept in zip(doings, times, strict=True):
            before()
            start = time.perf_counter()
            doing()
            if n >= warm:
                kept.append((time.perf_counter() - start) * 1000)
    return [median(kept) for kept in times]


class Client:
    """One kept-alive connection."""

    def __init__(self, origin: str, cookie: str = "") -> None:
        parts = urlsplit(origin)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self.headers = {"Origin": origin, "Cookie": cookie}

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def post(self, path: str, body: str) -> bytes:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        more = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        self.connection.request(method, path, body, {**self.headers, **more})
        answer = self.connection.getresponse()
        data = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status} {data[:300]!r}"
        return data


@contextmanager
def home() -> Iterator[tuple[Path, str]]:
    """A folder with a migrated SQLite file; its path and address."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        url = f"sqlite:///{path / 'companion.sqlite3'}"
        migrate.upgrade(url)
        seal.connect(path / "keys")
        yield path, url


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`companion serve` on the folder's database, without clock and worker; its origin."""
    port = free_port()
    env = {
        **os.environ,
        "COMPANION_HOME": str(folder),
        "PORT": str(port),
        "COMPANION_ORIGIN": f"http://localhost:{port}",
    }
    command = [str(Path(sys.executable).with_name("companion")), "serve", "--no-clock", "--no-worker"]
    with Server(command, env=env) as server:
        server.wait_for_port(port, timeout=20)
        yield f"http://localhost:{port}"


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The baseline: a bare Flask app behind the same gunicorn with the same threads; its origin."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--bind", f"127.0.0.1:{port}",
               "--keep-alive", "5", "--log-level", "warning", "tests.bench.bare:app"]  # fmt: skip
    with Server(command, env={**os.environ, "BARE_FOLDER": str(folder)}) as server:
        server.wait_for_port(port, timeout=20)
        yield f"http://localhost:{port}"
