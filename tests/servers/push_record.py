"""What a push service keeps: subscriptions, the messages that came, the answers that it was told to give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Subscription:
    """What `PushManager.subscribe()` would give a page; `info` is its toJSON()."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def info(self) -> dict[str, Any]:
        """The form that pages post and pywebpush takes."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


@dataclass(frozen=True)
class Message:
    """A well-formed request. `status` is what it was answered; 0 while it hangs."""

    subscription: Subscription
    payload: dict[str, Any]
    ttl: int
    urgency: str
    topic: str | None
    headers: Mapping[str, str]
    received_at: datetime
    body_size: int
    vapid_key: str
    status: int = 201


@dataclass
class Answer:
    """A programmed answer and how often it is still given; None is for ever."""

    what: int | str
    retry_after: int | str | None = None
    left: int | None = None


@dataclass
class Box:
    """The service's side of a subscription."""

    subscription: Subscription
    private_key: ec.EllipticCurvePrivateKey
    vapid_key: str | None


@dataclass
class Tally:
    """Numbers that stay small however much comes in."""

    attempts: int = 0
    accepted: int = 0
    refused: int = 0
    repeats: int = 0
    first_at: float | None = None
    last_at: float | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)

    def accept(self, message: Message) -> None:
        """Count an accepted message; a repeat is the same topic at the same endpoint."""
        self.accepted += 1
        self.last_at = message.received_at.timestamp()
        self.first_at = self.first_at or self.last_at
        if message.topic:
            mark = (message.subscription.endpoint, message.topic)
            self.repeats += mark in self.seen
            self.seen.add(mark)
