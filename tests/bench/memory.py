"""Memory of the demo after it was used: every process of it, shared pages counted once."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.row import Client, Row
from tests.servers.process import Server, free_port

PAGES = (
    "/plan/",
    "/diary/log",
    "/diary/",
    "/medication/",
    "/trends/?span=all",
    "/trends/",
    "/therapy/",
    "/sharing/",
    "/reminders/",
    "/identity/more",
)


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        port = free_port()
        env = {**os.environ, "COMPANION_HOME": folder, "PORT": str(port)}
        env.pop("COMPANION_ORIGIN", None)
        with Server([str(Path(sys.executable).with_name("companion")), "demo"], env=env) as server:
            server.wait_for_line("Ctrl-C", timeout=40)
            server.wait_for_port(port, timeout=20)
            keys = dict(re.findall(r"^\s+(patient|clinician)\s.*?(/demo/\S+)$", server.output, re.M))
            _use(f"http://localhost:{port}", keys)
            kept = sum(_proportional(pid) for pid in _family(server.pid)) / 1024
    return [Row("memory of the demo after use, MB", kept, 150, note="web, clock and worker; proportional set size")]


def _use(origin: str, keys: dict[str, str]) -> None:
    for part, paths in (("patient", PAGES), ("clinician", ("/clinic/", "/clinic/patients/1"))):
        client = Client(origin)
        client.connection.request("GET", keys[part])
        answer = client.connection.getresponse()
        answer.read()
        client.headers["Cookie"] = next(
            value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") if value.startswith("companion=")
        )
        for _ in range(10):
            for path in paths:
                client.get(path)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(descendant for child in children for descendant in _family(int(child)))]


def _proportional(pid: int) -> int:
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.M)[1])
