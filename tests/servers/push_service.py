"""A web-push service on this machine, as strict as the real ones and as moody as we ask it to be.

In a test: `service = PushService.start()`, `service.subscribe()`, send, `service.wait_for(1)`, `service.stop()`.
A refused request is answered 400, 403 or 413 and its reason stands in `service.refusals`.

In a process of its own, for load: `python -m tests.servers.push_service --port N --delay-ms 20 --quiet-check`
prints `push service at http://127.0.0.1:N` and is asked over HTTP:
  POST   /subscriptions?count=1000           [{"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}, ...]
  POST   /answers?what=429&retry_after=1&times=5    as `answer(None, ...)`
  GET    /tally                              what came: accepted, attempts, refused, repeats, first_at, last_at, ...
  DELETE /tally                              as `reset()`
`--quiet-check` checks headers and VAPID but neither decrypts nor keeps messages, only their tally.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers.push_protocol import ProtocolError, check_headers, check_vapid, decode, encode, open_payload
from tests.servers.push_record import Answer, Box, Message, Subscription, Tally


class PushService:
    """A push service with a thread and a loop of its own.

    `now` tells the time by which VAPID is judged: set it where a test stops the clock.
    """

    def __init__(self, port: int = 0, delay: float = 0, decrypt: bool = True, slow: float = 2) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.now: Callable[[], float] = time.time
        self._delay, self._decrypt, self._slow = delay, decrypt, slow
        self._boxes: dict[str, Box] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="push service", daemon=True)
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._forget()

    def _forget(self) -> None:
        self._attempts: list[Message] = []
        self._refusals: list[str] = []
        self._vapid_keys: set[str] = set()
        self._followed: list[str] = []
        self._answers: dict[str | None, Answer] = {}
        self._tally = Tally()

    @classmethod
    def start(cls, port: int = 0, delay: float = 0, decrypt: bool = True, slow: float = 2) -> PushService:
        """A service that listens: it answers after `delay` seconds, and `slow` seconds later where told to be slow."""
        service = cls(port, delay, decrypt, slow)
        service._thread.start()
        service._ready.result(timeout=10)
        return service

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._ready.result().call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the push service did not stop"

    def reset(self) -> None:
        """Forget messages, refusals and programmed answers and let go of what hangs; subscriptions stay."""
        with self._changed:
            self._forget()
        self._ready.result().call_soon_threadsafe(self._let_go)

    def subscribe(self, vapid_key: str | None = None) -> Subscription:
        """A fresh subscription; with `vapid_key`, one for that sender only, as browsers make them."""
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        name = secrets.token_urlsafe(16)
        made = Subscription(f"{self.origin}/push/{name}", encode(point), encode(secrets.token_bytes(16)))
        self._boxes[name] = Box(made, key, vapid_key)
        return made

    def answer(
        self,
        subscription: Subscription | None,
        what: int | str,
        retry_after: int | str | None = None,
        times: int | None = None,
    ) -> None:
        """Answer `subscription` (None: all without an answer of their own) with `what`, `times` often, then 201 again.

        `what` is a status, 'hang' (no answer until reset or stop), 'slow' (accepted, but answered late) or
        'redirect' (307 to a path of ours; `followed_redirects` tells whether the sender went there).
        """
        assert isinstance(what, int) or what in ("hang", "slow", "redirect"), what
        with self._changed:
            self._answers[subscription.endpoint if subscription else None] = Answer(what, retry_after, times)

    def messages(self, subscription: Subscription | None = None) -> list[Message]:
        """Messages that were accepted, oldest first."""
        return [message for message in self.attempts(subscription) if message.status == 201]

    def attempts(self, subscription: Subscription | None = None) -> list[Message]:
        """Every well-formed request, whatever it was answered, oldest first."""
        with self._changed:
            return [one for one in self._attempts if subscription in (None, one.subscription)]

    def wait_for(self, n: int, timeout: float = 10, subscription: Subscription | None = None) -> list[Message]:
        """The accepted messages, as soon as there are `n`."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.messages(subscription)) >= n, timeout)
        came = self.messages(subscription)
        if len(came) < n:
            raise AssertionError(f"{len(came)} of {n} messages after {timeout} s; refusals: {self.refusals}")
        return came

    @property
    def refusals(self) -> list[str]:
        """Why requests were refused, oldest first."""
        with self._changed:
            return list(self._refusals)

    @property
    def vapid_keys(self) -> set[str]:
        """Public keys that signed for a well-formed request."""
        with self._changed:
            return set(self._vapid_keys)

    @property
    def followed_redirects(self) -> list[str]:
        """Requests that followed a redirect, as 'POST /moved/...'. A careful sender leaves this empty."""
        with self._changed:
            return list(self._followed)

    def tally(self) -> dict[str, Any]:
        """Counts, instants and the first reasons, for a load test."""
        with self._changed:
            counts = {name: value for name, value in vars(self._tally).items() if name != "seen"}
            more = {"vapid_keys": sorted(self._vapid_keys), "followed_redirects": len(self._followed)}
            return counts | more | {"refusals": self._refusals[:20]}

    async def _serve(self) -> None:
        self._stopping, self._released = asyncio.Event(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/push/{name}", self._receive)
        app.router.add_route("*", "/moved/{name}", self._follow)
        app.router.add_post("/subscriptions", self._post_subscriptions)
        app.router.add_post("/answers", self._post_answers)
        app.router.add_get("/tally", self._get_tally)
        app.router.add_delete("/tally", self._delete_tally)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.SockSite(runner, self._socket).start()
        self._ready.set_result(asyncio.get_running_loop())
        await self._stopping.wait()
        self._let_go()
        await runner.cleanup()

    def _let_go(self) -> None:
        """Answer what hangs. In the loop's thread only."""
        self._released.set()
        self._released = asyncio.Event()

    async def _receive(self, request: web.Request) -> web.Response:
        box = self._boxes.get(request.match_info["name"])
        body = await request.read()
        if self._delay:
            await asyncio.sleep(self._delay)
        try:
            if box is None:
                raise ProtocolError("no such subscription", status=404)
            answer, message = self._take(box, request.headers, body)
        except ProtocolError as refused:
            with self._changed:
                self._refusals.append(str(refused))
                self._tally.refused += 1
                self._changed.notify_all()
            return web.Response(status=refused.status, text=str(refused))
        return await self._give(answer, message, request)

    def _take(self, box: Box, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Message]:
        """Check a request, record it and choose its answer."""
        check_headers(headers, body)
        sender = check_vapid(headers.get("Authorization"), self.origin, self.now())
        if box.vapid_key and decode(sender) != decode(box.vapid_key):
            raise ProtocolError("VAPID key is not the one that the subscription was made for", status=403)
        payload = open_payload(body, box.private_key, decode(box.subscription.auth)) if self._decrypt else {}
        with self._changed:
            answer = self._next_answer(box.subscription.endpoint)
            status = {"hang": 0, "slow": 201, "redirect": 307}.get(str(answer.what), answer.what)
            message = Message(
                box.subscription, payload, int(headers["TTL"]), headers["Urgency"], headers.get("Topic"),
                dict(headers), datetime.now(UTC), len(body), sender, int(status),
            )  # fmt: skip
            self._record(message)
        return answer, message

    def _record(self, message: Message) -> None:
        self._vapid_keys.add(message.vapid_key)
        self._tally.attempts += 1
        if message.status == 201:
            self._tally.accept(message)
        if self._decrypt:
            self._attempts.append(message)
            self._changed.notify_all()

    def _next_answer(self, endpoint: str) -> Answer:
        key = endpoint if endpoint in self._answers else None
        answer = self._answers.get(key, Answer(201))
        if answer.left is not None:
            answer.left -= 1
            if answer.left <= 0:
                del self._answers[key]
        return answer

    async def _give(self, answer: Answer, message: Message, request: web.Request) -> web.Response:
        headers = {"Location": f"{self.origin}/message/{secrets.token_urlsafe(8)}"}
        if answer.what == "redirect":
            headers["Location"] = f"{self.origin}/moved/{request.match_info['name']}"
        if answer.retry_after is not None:
            headers["Retry-After"] = str(answer.retry_after)
        if answer.what == "hang":
            await self._released.wait()
        if answer.what == "slow":
            await asyncio.sleep(self._slow)
        return web.Response(status=message.status or 503, headers=headers)

    async def _follow(self, request: web.Request) -> web.Response:
        with self._changed:
            self._followed.append(f"{request.method} {request.path}")
        return web.Response(status=201)

    async def _post_subscriptions(self, request: web.Request) -> web.Response:
        count = int(request.query.get("count", "1"))
        return web.json_response([self.subscribe(request.query.get("vapid_key")).info for _ in range(count)])

    async def _post_answers(self, request: web.Request) -> web.Response:
        what, times = request.query["what"], request.query.get("times")
        kind: int | str = int(what) if what.isdigit() else what
        self.answer(None, kind, request.query.get("retry_after"), int(times) if times else None)
        return web.Response(status=204)

    async def _get_tally(self, request: web.Request) -> web.Response:
        return web.json_response(self.tally())

    async def _delete_tally(self, request: web.Request) -> web.Response:
        self.reset()
        return web.Response(status=204)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.push_service")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--quiet-check", action="store_true", help="do not decrypt, keep only the tally")
    chosen = parser.parse_args()
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before the thread starts, so that only sigwait sees them
    service = PushService.start(chosen.port, chosen.delay_ms / 1000, decrypt=not chosen.quiet_check)
    print(f"push service at {service.origin}", flush=True)
    signal.sigwait(endings)
    service.stop()


if __name__ == "__main__":
    main()
