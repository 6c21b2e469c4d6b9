"""Sign-in: known and unknown addresses take as long, and a storm of guesses keeps nobody out."""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from pathlib import Path
from statistics import mean
from urllib.parse import urlencode, urlsplit

from companion import store
from tests.bench.row import Row, home, medians, serving
from tests.cast import PASSWORD, gather

ADDRESSES, TRIES, AT_ONCE = 10, 1000, 20


def rows() -> list[Row]:
    with home() as (folder, url):
        store.connect(url)
        gather()
        store.disconnect()
        os.environ["COMPANION_PROXIES"] = "1"
        try:
            with serving(folder) as origin:
                return [_same_time(origin), *_storm(origin, folder)]
        finally:
            del os.environ["COMPANION_PROXIES"]


class Guest:
    """A browser at one address."""

    def __init__(self, origin: str, address: str) -> None:
        parts = urlsplit(origin)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self.headers = {
            "Origin": origin,
            "X-Forwarded-For": address,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request("GET", "/signin/", headers={"X-Forwarded-For": address})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        self.token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
        self.headers["Cookie"] = f"form={self.token}"

    def sign_in(self, email: str, password: str) -> int:
        """The status of the answer."""
        body = urlencode({"email": email, "password": password, "form_token": self.token})
        self.connection.request("POST", "/signin/", body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def _same_time(origin: str) -> Row:
    """Wrong passwords for a known and for unknown addresses, in turns, each try from a place of its own."""
    numbers = iter(range(10**6))

    def wrong(email: str) -> None:
        n = next(numbers)
        guest = guests[n % len(guests)]
        guest.headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        assert guest.sign_in(email, "a guess of theirs") == 422

    guests = [Guest(origin, "10.9.9.9")]
    took = medians(lambda: wrong("ana@example.org"), lambda: wrong("nobody@example.org"), rounds=120, warm=10)
    apart = abs(took[0] - took[1]) / mean(took) * 100
    told = f"{took[0]:.2f} ms and {took[1]:.2f} ms, medians of 120 in turns"
    return Row("sign-in, known and unknown address apart, % of the mean", apart, 10, note=told)


def _storm(origin: str, folder: Path) -> list[Row]:
    left, lock, answers = iter(range(TRIES)), threading.Lock(), []

    def attack(n: int) -> None:
        guest = Guest(origin, f"203.0.113.{n % ADDRESSES}")
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            answers.append(guest.sign_in(f"person{number}@example.org", f"guess number {number}"))

    attackers = [threading.Thread(target=attack, args=(n,)) for n in range(AT_ONCE)]
    guest, slowest, count = Guest(origin, "198.51.100.7"), 0.0, 0
    for attacker in attackers:
        attacker.start()
    while any(attacker.is_alive() for attacker in attackers):
        start = time.perf_counter()
        status = guest.sign_in(("dora", "rosa", "ana")[count % 3] + "@example.org", PASSWORD)
        slowest = max(slowest, time.perf_counter() - start)
        assert status == 303, status
        count += 1
        time.sleep(0.3)
    for attacker in attackers:
        attacker.join()
    told = f"{TRIES} tries of {ADDRESSES} addresses, {AT_ONCE} at once, {answers.count(429)} refused; {count} sign-ins"
    kept = max(_most(pid) for pid in _serving(folder)) / 1024
    return [
        Row("slowest sign-in in a guessing storm, s", slowest, 2, note=told),
        Row("memory in a guessing storm, MB", kept, 400, note="the larger process of the server at its peak"),
    ]


def _serving(folder: Path) -> list[int]:
    """The processes that serve this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"COMPANION_HOME={folder}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # somebody else's, or gone
    return found


def _most(pid: int) -> int:
    return int(re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.M)[1])
