"""The only file that knows Web Push (RFC 8030, 8188, 8291, 8292).

pywebpush encrypts; the sending is ours, since its own has no timeout, follows redirects to anywhere, drops what a
sleeping phone does not take at once (TTL 0), signs every message anew and needs a thread for each. One loop and one
session serve a batch: several times as many pushes a second as threads of `pywebpush.webpush`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from py_vapid import Vapid, VapidException
from pywebpush import WebPusher
from yarl import URL

from companion import clock
from companion.reminders.keys import Keys

log = logging.getLogger("companion.push")

#: requests under way at once at one push service: an answer takes 20 to 100 ms, and fewer would only wait for it
ABREAST = 128
#: a connection is opened for so many pushes, since that costs as much as some of them
SHARE = 8
_FEW = 16
#: seconds for one push, everything included
PATIENCE = 10
#: seconds after which a batch begins no further push; shorter than a lease, so that nobody else has it by then
BATCH_SECONDS = 60
#: plain texts come in these sizes only, so that the length of what is sent says nothing; an aes128gcm body holds 3,993
SIZES = (256, 512, 1024, 2048, 3993)
#: a signature serves one push service so long, and is renewed an hour before its end; the standard allows 24 h
SIGNED_FOR = timedelta(hours=12)
_RENEWED = timedelta(hours=1)
#: how long a push service rests that says 429 or 503 and not for how long
_REST = timedelta(seconds=60)
_LONGEST_REST = timedelta(hours=1)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: header names that aiohttp would add by itself
_BARE = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


@dataclass(frozen=True, slots=True)
class Push:
    """One message for one browser."""

    endpoint: str
    #: the browser's public key and secret, base64url
    p256dh: str
    auth: str
    #: what the browser gets, as JSON
    payload: dict[str, Any]
    #: seconds that the push service keeps it for a phone out of reach
    ttl: int
    #: very-low, low, normal or high
    urgency: str = "high"
    #: replaces an undelivered one of the same topic; up to 32 characters of base64url, seen by the push service
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a push."""

    #: sent; gone (the browser is no longer subscribed); later (try again); refused (never try this one again)
    kind: str
    #: seconds that the push service wants to be left alone, None when it did not say
    retry_after: float | None = None
    #: its HTTP status, 0 when there was none
    status: int = 0


class Sender:
    """Sends pushes in batches, signed by `keys`; `contact` (mailto: or https:) is whom a push service may write to.

    Keep one a process: it remembers signatures and which push service asked for rest.
    """

    def __init__(self, keys: Keys, contact: str) -> None:
        self._vapid, self._contact = Vapid(keys.private), contact
        self._signed: dict[str, tuple[str, datetime]] = {}
        self._resting: dict[str, datetime] = {}

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Send from a thread without a loop; an outcome for each push, in order. Never raises for a push."""
        return asyncio.run(self.send_all(pushes)) if pushes else []

    async def send_all(self, pushes: Sequence[Push]) -> list[Outcome]:
        """Send `pushes`; an outcome for each, in order."""
        outcomes = [Outcome("later")] * len(pushes)
        waiting: dict[str, deque[int]] = defaultdict(deque)
        for place, push in enumerate(pushes):
            waiting[origin_of(push.endpoint)].append(place)
        until = asyncio.get_running_loop().time() + BATCH_SECONDS

        async def drain(origin: str, places: deque[int]) -> None:
            while places and asyncio.get_running_loop().time() < until:
                place = places.popleft()
                outcomes[place] = await self._one(session, origin, pushes[place])

        connector = TCPConnector(limit=0, limit_per_host=ABREAST, ttl_dns_cache=600)
        async with ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=PATIENCE),
            skip_auto_headers=_BARE,
            auto_decompress=False,
        ) as session:
            await asyncio.gather(*(drain(*each) for each in waiting.items() for _ in range(abreast(len(each[1])))))
        return outcomes

    async def _one(self, session: ClientSession, origin: str, push: Push) -> Outcome:
        now = clock.now()
        rest = self._resting.get(origin)
        if rest is not None and rest > now:
            return Outcome("later", (rest - now).total_seconds())
        try:
            body, headers = encrypted(push), self._headers(origin, push, now)
            async with session.post(
                URL(push.endpoint, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as answer:
                status, wait = answer.status, answer.headers.get("Retry-After")
        except (ClientError, TimeoutError, OSError) as problem:
            log.info("push service away: %s", type(problem).__name__)
            return Outcome("later")
        except (ValueError, VapidException) as problem:
            log.warning("push not made: %s", type(problem).__name__)
            return Outcome("refused")
        return self._outcome(origin, status, wait, now)

    def _headers(self, origin: str, push: Push, now: datetime) -> dict[str, str]:
        headers = {
            "Authorization": self._authorization(origin, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(push.ttl),
            "Urgency": push.urgency,
        }
        if push.topic:
            headers["Topic"] = push.topic
        return headers

    def _authorization(self, origin: str, now: datetime) -> str:
        header, ends_at = self._signed.get(origin, ("", now))
        if ends_at - now <= _RENEWED or ends_at - now > SIGNED_FOR:
            ends_at = now + SIGNED_FOR
            claims = {"aud": origin, "exp": int(ends_at.timestamp()), "sub": self._contact}
            header = self._vapid.sign(claims)["Authorization"]
            self._signed[origin] = (header, ends_at)
        return header

    def _outcome(self, origin: str, status: int, wait: str | None, now: datetime) -> Outcome:
        if status in {200, 201, 202, 204}:
            return Outcome("sent", status=status)
        if status in {404, 410}:
            return Outcome("gone", status=status)
        if status == 429 or (status == 503 and wait):
            rest = min(max(seconds_of(wait, now), timedelta(seconds=1)), _LONGEST_REST)
            self._resting[origin] = now + rest
            return Outcome("later", rest.total_seconds(), status)
        if status == 408 or status >= 500:
            return Outcome("later", status=status)
        log.warning("push refused with %s by %s", status, urlsplit(origin).hostname)
        return Outcome("refused", status=status)


def abreast(count: int) -> int:
    """How many of `count` pushes for one push service are under way at once; a few all are, so that none waits."""
    return min(ABREAST, count, max(_FEW, count // SHARE))


def encrypted(push: Push) -> bytes:
    """The body of `push`: padded, then encrypted for its browser; ValueError for keys that are none."""
    point, secret = _bytes(push.p256dh), _bytes(push.auth)
    if not _are_keys(point, secret):
        raise ValueError("not the keys of a browser")
    pusher = WebPusher({"endpoint": push.endpoint})
    pusher.receiver_key, pusher.auth_key = point, secret  # decoded once: its own way takes a tenth of the whole time
    body: bytes = pusher.encode(padded(push.payload))["body"]
    return body


def padded(payload: dict[str, Any]) -> bytes:
    """`payload` as JSON, filled up with spaces to the next of SIZES; ValueError when it is larger than the last."""
    text = _JSON.encode(payload).encode()
    for size in SIZES:
        if len(text) <= size:
            return text.ljust(size)
    raise ValueError("too large for a push")


def origin_of(endpoint: str) -> str:
    """Scheme, host and port of an endpoint."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def endpoint_allowed(endpoint: str, hosts: Iterable[str]) -> bool:
    """Whether `endpoint` is at one of the push services `hosts`, so that nobody makes us write to other machines.

    https only, no port, no user; `*.x` stands for every host under x. An entry that starts with http:// allows
    exactly that origin, for a push service on one's own machine.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if (
        not endpoint.isascii()
        or not endpoint.isprintable()
        or " " in endpoint
        or "\\" in endpoint
        or "@" in parts.netloc
    ):
        return False
    if parts.scheme == "http":
        return origin_of(endpoint) in {entry for entry in hosts if entry.startswith("http://")}
    if parts.scheme != "https" or port not in {None, 443} or not endpoint.startswith("https://"):
        return False
    return any(host.endswith(entry[1:]) if entry.startswith("*.") else host == entry for entry in hosts)


def keys_valid(p256dh: str, auth: str) -> bool:
    """Whether these are a browser's keys: a point of 65 bytes that starts with 4, and 16 bytes."""
    return _are_keys(_bytes(p256dh), _bytes(auth))


def _are_keys(point: bytes, secret: bytes) -> bool:
    return len(point) == 65 and point[0] == 4 and len(secret) == 16


def _bytes(text: str) -> bytes:
    plain = text.rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def seconds_of(retry_after: str | None, now: datetime) -> timedelta:
    """How long a push service wants to be left alone: seconds or a date; a minute when it does not say."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return timedelta(seconds=int(text[:9]))
    try:
        return parsedate_to_datetime(text).astimezone(UTC) - now
    except (ValueError, TypeError, OverflowError):
        return _REST
