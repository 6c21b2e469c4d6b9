"""The push service that the tests lean on: it takes what is right, refuses what is wrong, and does as it is told."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from py_vapid import Vapid
from pywebpush import WebPusher, webpush

from tests.servers.process import Server
from tests.servers.push_record import Subscription
from tests.servers.push_service import PushService

PAYLOAD = {"web_push": 8030, "notification": {"title": "Time for your check-in"}}


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    service = PushService.start(slow=0.3)
    yield service
    service.stop()


@pytest.fixture(autouse=True)
def _fresh(service: PushService) -> None:
    service.reset()


@pytest.fixture(scope="module")
def key() -> Vapid:
    vapid = Vapid()
    vapid.generate_keys()
    return vapid


@pytest.fixture
def phone(service: PushService) -> Subscription:
    return service.subscribe()


def signed(key: Vapid, phone: Subscription, **claims: Any) -> str:
    """An Authorization header for `phone`, right unless `claims` say otherwise."""
    right = {"aud": phone.endpoint.split("/push/")[0], "sub": "mailto:ops@clinic.example", "exp": int(time.time()) + 60}
    return str(key.sign(right | claims)["Authorization"])


def send(
    key: Vapid,
    phone: Subscription,
    data: bytes | None = None,
    body: bytes | None = None,
    timeout: float = 5,
    **headers: str | None,
) -> requests.Response:
    """One message, right unless told otherwise; a header given as None is left out."""
    right: dict[str, str | None] = {
        "TTL": "60",
        "Urgency": "high",
        "Topic": "a-topic",
        "Content-Encoding": "aes128gcm",
        "Authorization": signed(key, phone),
    }
    right |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = body or WebPusher(phone.info).encode(data or json.dumps(PAYLOAD).encode())["body"]
    chosen = {name: value for name, value in right.items() if value is not None}
    return requests.post(phone.endpoint, body, headers=chosen, timeout=timeout, allow_redirects=False)


def test_it_takes_and_decrypts_a_message_of_pywebpush(service: PushService, phone: Subscription, key: Vapid) -> None:
    answer = webpush(
        phone.info, json.dumps(PAYLOAD), key, {"sub": "mailto:ops@clinic.example"}, ttl=90, timeout=5,
        headers={"Urgency": "high", "Topic": "reminder-1"},
    )  # fmt: skip
    (message,) = service.wait_for(1)
    assert answer.status_code == 201
    assert (message.payload, message.ttl, message.urgency, message.topic) == (PAYLOAD, 90, "high", "reminder-1")
    assert (message.subscription, service.vapid_keys, service.refusals) == (phone, {message.vapid_key}, [])


WRONG_HEADERS = {
    "ttl": ({"TTL": None}, "TTL is missing"),
    "ttl_in_numbers": ({"TTL": "soon"}, "TTL is not a whole number"),
    "urgency": ({"Urgency": None}, "Urgency is missing"),
    "known_urgency": ({"Urgency": "urgent"}, "Urgency is not one of"),
    "short_topic": ({"Topic": "a" * 33}, "Topic is not"),
    "base64url_topic": ({"Topic": "a.b"}, "Topic is not"),
    "encoding": ({"Content_Encoding": "aesgcm"}, "Content-Encoding is not"),
    "vapid": ({"Authorization": None}, "VAPID is missing"),
    "vapid_scheme": ({"Authorization": "Bearer x"}, "VAPID is not of the form"),
    "readable_vapid": ({"Authorization": "vapid t=a.b.c,k=d"}, "VAPID cannot be read"),
}


@pytest.mark.parametrize(("headers", "reason"), WRONG_HEADERS.values(), ids=WRONG_HEADERS)
def test_it_refuses_a_message_without(
    service: PushService, phone: Subscription, key: Vapid, headers: dict[str, Any], reason: str
) -> None:
    answer = send(key, phone, **headers)
    assert answer.status_code in (400, 403)
    assert service.refusals[0].startswith(reason)
    assert service.messages() == []


WRONG_CLAIMS = {
    "aud": ({"aud": "https://push.example"}, "VAPID aud"),
    "past_exp": ({"exp": 1}, "VAPID exp is in the past"),
    "far_exp": ({"exp": int(time.time()) + 3 * 86400}, "VAPID exp is more than 24 h ahead"),
    "sub_at_localhost": ({"sub": "mailto:x@localhost"}, "VAPID sub is at localhost"),
    "site_at_localhost": ({"sub": "https://localhost"}, "VAPID sub is at localhost"),
}


@pytest.mark.parametrize(("claims", "reason"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_it_refuses_the_claim(
    service: PushService, phone: Subscription, key: Vapid, claims: dict[str, Any], reason: str
) -> None:
    answer = send(key, phone, Authorization=signed(key, phone, **claims))
    assert answer.status_code == 403
    assert service.refusals[0].startswith(reason)


def test_it_refuses_a_sub_that_is_no_address(service: PushService, phone: Subscription) -> None:
    lax = Vapid(conf={"no-strict": True})
    lax.generate_keys()
    assert send(lax, phone, Authorization=signed(lax, phone, sub="ops@clinic.example")).status_code == 403
    assert service.refusals[0].startswith("VAPID sub is neither")


def test_it_refuses_a_signature_of_another_key(service: PushService, phone: Subscription, key: Vapid) -> None:
    other = Vapid()
    other.generate_keys()
    token, others = signed(key, phone).split(",k=")[0], signed(other, phone).split(",k=")[1]
    assert send(key, phone, Authorization=f"{token},k={others}").status_code == 403
    assert service.refusals == ["VAPID signature does not verify over k"]


def test_it_refuses_a_sender_that_the_subscription_was_not_made_for(service: PushService, key: Vapid) -> None:
    mine = signed(key, service.subscribe()).split(",k=")[1]
    other = Vapid()
    other.generate_keys()
    phone = service.subscribe(vapid_key=mine)
    assert [send(one, phone).status_code for one in (key, other)] == [201, 403]


@pytest.mark.parametrize(("size", "status"), [(3993, 201), (3994, 413)])
def test_it_refuses_a_body_over_4096(
    service: PushService, phone: Subscription, key: Vapid, size: int, status: int
) -> None:
    assert send(key, phone, json.dumps(PAYLOAD).encode().ljust(size)).status_code == status


def test_it_refuses_what_it_cannot_decrypt(service: PushService, phone: Subscription, key: Vapid) -> None:
    others = WebPusher(service.subscribe().info).encode(b"{}")["body"]
    noise = [os.urandom(n) for n in (1, 21, 100)]
    assert {send(key, phone, body=body).status_code for body in (others, *noise)} == {400}
    assert len(service.refusals) == 4


@pytest.mark.parametrize("data", [b"hello", b"[]"])
def test_it_refuses_a_payload_that_is_no_json_object(
    service: PushService, phone: Subscription, key: Vapid, data: bytes
) -> None:
    assert send(key, phone, data).status_code == 400
    assert service.refusals[0].startswith("payload is not")


def test_it_does_not_know_a_strange_endpoint(service: PushService, phone: Subscription, key: Vapid) -> None:
    assert send(key, replace(phone, endpoint=phone.endpoint + "x")).status_code == 404


def test_it_answers_as_told_and_then_takes_messages_again(
    service: PushService, phone: Subscription, key: Vapid
) -> None:
    service.answer(None, 429, retry_after=7, times=2)
    first, second, third = (send(key, phone) for _ in range(3))
    assert [first.status_code, second.status_code, third.status_code] == [429, 429, 201]
    assert (first.headers["Retry-After"], "Retry-After" in third.headers) == ("7", False)
    assert [message.status for message in service.attempts()] == [429, 429, 201]


def test_it_answers_one_subscription_apart_from_the_rest(service: PushService, phone: Subscription, key: Vapid) -> None:
    service.answer(None, 500)
    service.answer(phone, 410)
    assert [send(key, one).status_code for one in (phone, service.subscribe())] == [410, 500]


def test_it_hangs_until_it_is_reset(service: PushService, phone: Subscription, key: Vapid) -> None:
    service.answer(phone, "hang", times=1)
    with pytest.raises(requests.ReadTimeout):
        send(key, phone, timeout=0.2)
    assert ([one.status for one in service.attempts()], service.messages()) == ([0], [])
    assert send(key, phone).status_code == 201


def test_it_is_slow_but_takes_the_message(service: PushService, phone: Subscription, key: Vapid) -> None:
    service.answer(phone, "slow")
    asked = time.monotonic()
    assert send(key, phone).status_code == 201
    assert time.monotonic() - asked >= 0.3


def test_it_notes_who_follows_a_redirect(service: PushService, phone: Subscription, key: Vapid) -> None:
    service.answer(phone, "redirect")
    answer = send(key, phone)
    assert (answer.status_code, service.followed_redirects) == (307, [])
    requests.post(answer.headers["Location"], timeout=5)
    assert len(service.followed_redirects) == 1


def test_it_says_what_is_missing_when_nothing_comes(service: PushService, phone: Subscription, key: Vapid) -> None:
    send(key, phone, TTL=None)
    with pytest.raises(AssertionError, match=r"0 of 1 messages.*TTL is missing"):
        service.wait_for(1, timeout=0.05)


def test_it_runs_in_a_process_of_its_own(key: Vapid) -> None:
    command = [sys.executable, "-m", "tests.servers.push_service", "--delay-ms", "1", "--quiet-check"]
    with Server(command, cwd=Path(__file__).parents[2]) as server:
        origin = server.wait_for_line("push service at").split()[-1]
        made = requests.post(f"{origin}/subscriptions?count=2", timeout=5).json()
        phones = [Subscription(one["endpoint"], **one["keys"]) for one in made]
        assert [send(key, one).status_code for one in (*phones, phones[0])] == [201] * 3
        assert send(key, phones[0], TTL=None).status_code == 400
        tally = requests.get(f"{origin}/tally", timeout=5).json()
        assert server.stop() == 0
    assert (tally["accepted"], tally["repeats"], tally["refusals"]) == (3, 1, ["TTL is missing"])
