"""Sending: what goes out, what comes back, and where nothing is ever sent."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from companion.reminders import push as pushing
from companion.reminders.keys import keys
from companion.reminders.push import Outcome, Push, Sender, abreast, endpoint_allowed, keys_valid, padded
from companion.settings import Settings
from tests.cast import NOW

HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "http://127.0.0.1:9000")
PAYLOAD = {"web_push": 8030, "notification": {"title": "A gentle reminder"}}


@pytest.fixture
def sender(tmp_path, now):
    return Sender(keys(Settings(home=tmp_path)), "mailto:clinic@example.org")


def to(phone, **more):
    return Push(
        phone.endpoint, phone.p256dh, phone.auth, **{"payload": PAYLOAD, "ttl": 600, "topic": "a-topic", **more}
    )


def test_it_sends_what_the_phone_can_read(service, sender, tmp_path):
    phone = service.subscribe(keys(Settings(home=tmp_path)).public)
    [outcome] = sender.send([to(phone)])
    [message] = service.messages()
    assert (outcome.kind, outcome.status) == ("sent", 201)
    assert message.payload == PAYLOAD
    assert (message.ttl, message.urgency, message.topic) == (600, "high", "a-topic")
    assert service.refusals == []


def test_it_sends_many_in_order_and_says_what_became_of_each(service, sender):
    phones = [service.subscribe() for _ in range(150)]
    service.answer(phones[7], 410)
    service.answer(phones[70], 500)
    kinds = [outcome.kind for outcome in sender.send([to(phone) for phone in phones])]
    assert [place for place, kind in enumerate(kinds) if kind != "sent"] == [7, 70]
    assert (kinds[7], kinds[70]) == ("gone", "later")
    assert len(service.messages()) == 148


def test_it_signs_once_for_half_a_day(service, sender, set_clock):
    phone = service.subscribe()
    for hours in (0, 10.5, 11.5):
        set_clock(NOW + timedelta(hours=hours))
        sender.send([to(phone), to(phone)])
    headers = [message.headers["Authorization"] for message in service.messages()]
    assert headers[0] == headers[1] == headers[2] == headers[3]
    assert headers[4] == headers[5] != headers[0]
    assert service.refusals == []


def test_it_signs_for_each_push_service(sender):
    assert sender._authorization("https://a.example", NOW) != sender._authorization("https://b.example", NOW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "sent"), (201, "sent"), (202, "sent"), (204, "sent"), (404, "gone"), (410, "gone"), (400, "refused"), (403, "refused"),
     (413, "refused"), (301, "refused"), (408, "later"), (429, "later"), (500, "later"), (502, "later"), (503, "later")],
)  # fmt: skip
def test_it_knows_what_an_answer_means(service, sender, status, kind):
    phone = service.subscribe()
    service.answer(phone, status)
    [outcome] = sender.send([to(phone)])
    assert (outcome.kind, outcome.status) == (kind, status)


def test_it_does_not_follow_a_redirect(service, sender):
    phone = service.subscribe()
    service.answer(phone, "redirect")
    assert [outcome.kind for outcome in sender.send([to(phone)])] == ["refused"]
    assert service.followed_redirects == []


@pytest.mark.parametrize("said", ["90", format_datetime(NOW + timedelta(seconds=90), usegmt=True)])
@pytest.mark.parametrize("status", [429, 503])
def test_it_leaves_a_push_service_alone_that_asks_for_it(service, sender, set_clock, said, status):
    phone, other = service.subscribe(), service.subscribe()
    service.answer(phone, status, retry_after=said, times=1)
    assert sender.send([to(phone)])[0].retry_after == 90
    set_clock(NOW + timedelta(seconds=30))
    assert [(outcome.kind, outcome.retry_after) for outcome in sender.send([to(phone), to(other)])] == [
        ("later", 60)
    ] * 2
    assert len(service.attempts()) == 1
    set_clock(NOW + timedelta(seconds=91))
    assert [outcome.kind for outcome in sender.send([to(phone), to(other)])] == ["sent"] * 2


def test_it_rests_a_minute_when_it_is_not_told_how_long(service, sender):
    service.answer(None, 429, times=1)
    assert sender.send([to(service.subscribe())])[0].retry_after == 60


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 1), ("999999999999", 3600), ("soon", 60), ("Tue, 10 Mar 2026 08:00:00 GMT", 1)]
)
def test_it_is_not_led_astray_by_a_strange_wait(service, sender, said, seconds):
    service.answer(None, 429, retry_after=said, times=1)
    assert sender.send([to(service.subscribe())])[0].retry_after == seconds


def test_it_does_not_wait_for_ever(service, sender, monkeypatch):
    monkeypatch.setattr(pushing, "PATIENCE", 0.2)
    phone, other = service.subscribe(), service.subscribe()
    service.answer(phone, "hang")
    assert [outcome.kind for outcome in sender.send([to(phone), to(other)])] == ["later", "sent"]


def test_it_waits_for_a_slow_one(service, sender):
    phone = service.subscribe()
    service.answer(phone, "slow")
    assert sender.send([to(phone)])[0].kind == "sent"


def test_it_asks_each_push_service_for_so_many_at_once_only(service, sender, monkeypatch):
    under_way, most = Counter(), Counter()

    async def one(_session, origin, _push):
        under_way[origin] += 1
        most[origin] = max(most[origin], under_way[origin])
        await asyncio.sleep(0)
        under_way[origin] -= 1
        return Outcome("sent")

    monkeypatch.setattr(sender, "_one", one)
    push = to(service.subscribe())
    others = [replace(push, endpoint=f"https://push.example/{n}") for n in range(5)]
    assert {outcome.kind for outcome in sender.send([push] * 60 + others)} == {"sent"}
    assert most == {service.origin: 16, "https://push.example": 5}


def test_a_batch_that_takes_too_long_begins_nothing_more(service, sender, monkeypatch):
    monkeypatch.setattr(pushing, "BATCH_SECONDS", 0)
    assert [outcome.kind for outcome in sender.send([to(service.subscribe())])] == ["later"]
    assert service.attempts() == []


@pytest.mark.parametrize(("count", "at_once"), [(1, 1), (16, 16), (17, 16), (400, 50), (1024, 128), (9999, 128)])
def test_many_pushes_share_connections(count, at_once):
    assert abreast(count) == at_once


def test_it_says_later_when_nobody_answers(sender, service):
    phone = service.subscribe()
    away = Push("http://127.0.0.1:1/push/x", phone.p256dh, phone.auth, PAYLOAD, 60)
    assert sender.send([away])[0].kind == "later"


def test_it_refuses_keys_that_are_none(service, sender):
    phone = service.subscribe()
    assert sender.send([to(phone), Push(phone.endpoint, "AAAA", phone.auth, PAYLOAD, 60)])[1].kind == "refused"
    assert len(service.attempts()) == 1


def test_it_refuses_what_is_too_large(service, sender):
    phone = service.subscribe()
    assert sender.send([to(phone, payload={"text": "x" * 3980})])[0].kind == "sent"
    assert sender.send([to(phone, payload={"text": "x" * 3990})])[0].kind == "refused"
    assert len(service.attempts()) == 1


def test_it_sends_nothing_without_a_contact(tmp_path, service, now):
    silent = Sender(keys(Settings(home=tmp_path)), "")
    assert silent.send([to(service.subscribe())])[0].kind == "refused"
    assert service.attempts() == []


def test_it_needs_no_loop_for_nothing(sender):
    assert sender.send([]) == []


def test_it_writes_no_address_into_a_log(service, sender, caplog):
    caplog.set_level("DEBUG", "companion")
    phone = service.subscribe()
    for what in (403, 500, 410):
        service.answer(phone, what)
        sender.send([to(phone)])
    sender.send([Push("http://127.0.0.1:1/push/secret", phone.p256dh, phone.auth, PAYLOAD, 60)])
    assert "403" in caplog.text
    assert "/push/" not in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("size", [256, 512, 1024])
def test_messages_of_a_bucket_have_one_length(service, sender, size):
    phone = service.subscribe()
    room = size - len('{"text":""}')
    sender.send([to(phone, payload={"text": "x" * length}) for length in (room - 100, room - 1, room)])
    assert {message.body_size for message in service.messages()} == {86 + size + 1 + 16}


def test_padding_is_still_the_same_json():
    assert len(padded({"a": "é"})) == 256
    with pytest.raises(ValueError, match="too large"):
        padded({"a": "x" * 4000})


@pytest.mark.parametrize(
    "endpoint",
    ["https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com:443/x", "https://a.push.services.mozilla.com/wpush/v2/x",
     "https://web.push.apple.com/QGuQyavXutnMH?x=1", "http://127.0.0.1:9000/push/x", "https://FCM.googleapis.com/x"],
)  # fmt: skip
def test_it_allows_push_services(endpoint):
    assert endpoint_allowed(endpoint, HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    ["", "fcm.googleapis.com/x", "http://fcm.googleapis.com/x", "https://evil.example/x", "https://fcm.googleapis.com.evil.example/x",
     "https://fcm.googleapis.com@evil.example/x", "https://evil.example\\@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x",
     "https://push.apple.com/x", "https://evilpush.apple.com/x", "http://127.0.0.1:9001/x", "http://127.0.0.1:9000.evil.example/x",
     "https://127.0.0.1:9000/x", "ftp://fcm.googleapis.com/x", "https://fcm.googleapis.com:port/x", "https://[::1/x",
     "https://fcm.googleapis.com /x", "https://fcm.googleapis.com/x\r\nHost: evil", "https://fcm.googleapis.com/é", "http://127.0.0.1:9000@evil.example/"],
)  # fmt: skip
def test_it_allows_nobody_else(endpoint):
    assert not endpoint_allowed(endpoint, HOSTS)


def test_it_checks_a_browsers_keys(service):
    phone = service.subscribe()
    assert keys_valid(phone.p256dh, phone.auth)
    assert keys_valid(phone.p256dh + "=", phone.auth + "==")
    assert not keys_valid(phone.auth, phone.auth)
    assert not keys_valid(phone.p256dh, phone.auth[:-2])
    assert not keys_valid("A" * 87, phone.auth)
    assert not keys_valid("*" * 87, phone.auth)
    assert not keys_valid("é", "é")


@pytest.mark.parametrize("more", ["", "/", "/a/b", "?a", "#a", "/x?y"])
def test_one_service_is_one_origin(more):
    assert pushing.origin_of(f"https://push.example{more}") == "https://push.example"
