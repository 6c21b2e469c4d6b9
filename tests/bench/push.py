"""Pushes per second in one process, encryption included, to a push service that takes 20 ms; against 32 threads of pywebpush."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from py_vapid import Vapid
from pywebpush import webpush

from companion.reminders.keys import Keys, keys
from companion.reminders.push import Push, Sender
from companion.settings import Settings
from tests.bench.row import Row
from tests.servers.process import Server, free_port

OURS, THEIRS = 3000, 800
CONTACT = "mailto:clinic@example.org"
PAYLOAD = {
    "web_push": 8030,
    "notification": {
        "title": "A gentle reminder",
        "body": "Something is planned for 10:00.",
        "navigate": "https://a.example/",
    },
}


def rows() -> list[Row]:
    port = free_port()
    with (
        TemporaryDirectory() as folder,
        Server(
            [
                sys.executable,
                "-m",
                "tests.servers.push_service",
                "--port",
                str(port),
                "--delay-ms",
                "20",
                "--quiet-check",
            ]
        ) as server,
    ):
        server.wait_for_line("push service at", timeout=20)
        pair = keys(Settings(home=Path(folder)))
        subscriptions = _subscriptions(port, OURS)
        ours = max(_ours(pair, subscriptions) for _ in range(3))
        theirs = max(_theirs(pair, subscriptions[:THEIRS]) for _ in range(2))
    return [
        Row(
            "pushes per second, times 32 threads of pywebpush",
            ours / theirs,
            3,
            at_least=True,
            note=f"{ours:.0f}/s, pywebpush {theirs:.0f}/s",
        )
    ]


def _subscriptions(port: int, count: int) -> list[dict]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/subscriptions?count={count}", method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _ours(pair: Keys, subscriptions: list[dict]) -> float:
    sender = Sender(pair, CONTACT)
    pushes = [
        Push(s["endpoint"], s["keys"]["p256dh"], s["keys"]["auth"], PAYLOAD, ttl=3600, topic=f"t{n}")
        for n, s in enumerate(subscriptions)
    ]
    start = time.perf_counter()
    outcomes = sender.send(pushes)
    took = time.perf_counter() - start
    assert {outcome.kind for outcome in outcomes} == {"sent"}, outcomes[:3]
    return len(pushes) / took


def _theirs(pair: Keys, subscriptions: list[dict]) -> float:
    vapid = Vapid(pair.private)

    def one(subscription: dict) -> int:
        more = {"vapid_private_key": vapid, "vapid_claims": {"sub": CONTACT}, "headers": {"Urgency": "high"}}
        return webpush(subscription, json.dumps(PAYLOAD), ttl=3600, timeout=10, **more).status_code

    start = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(one, subscriptions)) == {201}
    return len(subscriptions) / (time.perf_counter() - start)
