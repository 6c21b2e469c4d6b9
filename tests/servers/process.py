"""A program of ours as a child process: started, waited for, stopped, and never left behind."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from types import TracebackType

TAIL = 40


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Server:
    """Runs `command` for the length of a `with` block, its output in the file `log`.

    `env` is laid over our own environment. The child leads a process group of its own, and whatever is left of that
    group is killed when the block ends, when `stop` returns and when this interpreter exits.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        log: str | Path | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self._env = os.environ | {"PYTHONUNBUFFERED": "1"} | dict(env or {})
        self._cwd = cwd
        self._folder = None if log else tempfile.TemporaryDirectory(prefix="server-")
        self.log = Path(log) if log else Path(self._folder.name if self._folder else "") / "output"
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._ended = False
        self._killed = False

    def __enter__(self) -> Server:
        self._process = subprocess.Popen(
            self.command, env=self._env, cwd=self._cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        atexit.register(self._kill_group)
        self._reader = threading.Thread(target=self._read, name=f"output of {self.command[0]}", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._folder:
            self._folder.cleanup()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as pipe, self.log.open("wb", buffering=0) as file:
            for line in pipe:
                file.write(line)
                with self._changed:
                    self._lines.append(line.decode(errors="replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        """Of the child, which is also its process group."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """What the child returned; None while it runs."""
        return self._process.poll()

    @property
    def output(self) -> str:
        """Everything that it has written so far."""
        with self._changed:
            return "\n".join(self._lines)

    def wait_for_line(self, text: str, timeout: float = 10) -> str:
        """The first line that contains `text`, as soon as it is written."""

        def found() -> str | None:
            return next((line for line in self._lines if text in line), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None or self._ended, timeout)
            line = found()
        if line is None:
            raise AssertionError(f"no line with {text!r} from {self._account()}")
        return line

    def wait_for_port(self, port: int, timeout: float = 10) -> None:
        """Return as soon as `port` on loopback accepts a connection."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                if self._died_within(0.02):
                    break
            else:
                return
        raise AssertionError(f"nothing listens on port {port}: {self._account()}")

    def _died_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _account(self) -> str:
        """Command, state and last lines, for a message of failure."""
        state = "still running" if self.returncode is None else f"ended with {self.returncode}"
        return f"{' '.join(self.command)} ({state}):\n" + "\n".join(self.output.splitlines()[-TAIL:])

    def send(self, number: int) -> None:
        """Send a signal to the child alone, as an operator would."""
        self._process.send_signal(number)

    def wait(self, timeout: float = 10) -> int:
        """The return code, as soon as it ends by itself."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not end in {timeout} s: {self._account()}") from None

    def stop(self, signal: int = SIGTERM, timeout: float = 5) -> int:
        """End the child with `signal`, after `timeout` with SIGKILL, and its group with it; gives the return code."""
        self._process.send_signal(signal)
        if not self._died_within(timeout):
            self._process.kill()
        self._kill_group()
        self._reader.join(timeout=5)
        return self._process.wait()

    def _kill_group(self) -> None:
        """Kill what is left of the group; once, since the system may give its number to others later."""
        atexit.unregister(self._kill_group)
        if self._killed:
            return
        self._killed = True
        with suppress(ProcessLookupError):
            os.killpg(self.pid, SIGKILL)
