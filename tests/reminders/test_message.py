"""A lock screen says that something is planned, and never what."""

import json
import re
from datetime import time, timedelta

import pytest

from companion import store
from companion.identity.model import Account
from companion.reminders.message import missed, reminder, topic, trial
from companion.reminders.push import padded
from companion.store import db
from companion.words import LANGUAGES
from tests.cast import NOW

ORIGIN = "https://diary.example.org"
KEY = "k" * 22
#: stems of words that say something about somebody's health, in every language that we speak
HEALTH = re.compile(
    r"pain|medic|dose|dosis|dosage|tablet|pill|capsul|drug|opio|oxyc|prescri|therap|terapi|exerci|ejerci|physio|fisio|cbt|tcc"
    r"|clinic|clínic|doctor|nurse|enferm|patient|pacien|hospital|treat|tratam|symptom|síntoma|mood|ánimo|sleep|sueño|health|salud"
    r"|dolor|duele|pastilla|medicamento|check-in|diary|diario|session|sesión|inject|inyec|procedure|procedim|back|espalda",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_no_word_of_health(language):
    origin = "https://a.example"
    word = missed(KEY, "Ana Morel", 7, language, origin)
    for payload in (reminder(KEY, time(10), language, origin), trial(language, origin), word):
        assert not HEALTH.search(json.dumps(payload, ensure_ascii=False))


def test_the_guard_itself_would_notice():
    for text in (
        "Time for your pain diary",
        "Tome su medicamento",
        "Ejercicios a las 10:00",
        "Oxycodone 5 mg",
        "Northmoor Pain Clinic",
    ):
        assert HEALTH.search(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["medication", "therapy", "diary"])
def test_no_word_of_health_is_sent(sqlite_app, cast, service, phone, plan, ring, kind, language):
    with store.work():
        db.get_one(Account, cast.ana).language = language
    phone()
    plan(kind, time(10, 30))
    ring(NOW + timedelta(minutes=30))
    [message] = service.messages()
    key = message.payload["notification"]["data"]["key"]  # random letters, which may spell anything
    assert not HEALTH.search(json.dumps(message.payload, ensure_ascii=False).replace(key, ""))
    assert message.payload["notification"]["lang"] == language


def test_every_reminder_looks_the_same_from_outside(sqlite_app, service, phone, plan, ring):
    phone()
    for kind, minutes in (("medication", 10), ("therapy", 20), ("diary", 30)):
        plan(kind, time(10, minutes))
        ring(NOW + timedelta(minutes=minutes))
    sizes = {message.body_size for message in service.messages()}
    assert len(service.messages()) == 3
    assert len(sizes) == 1


def test_it_has_the_shape_that_phones_show_by_themselves():
    payload = reminder(KEY, time(8, 5), "en", ORIGIN)
    notification = payload["notification"]
    assert payload["web_push"] == 8030
    assert notification["title"] == "A gentle reminder"
    assert notification["body"] == "Something is planned for 08:05."
    assert notification["navigate"] == f"{ORIGIN}/reminders/open/{KEY}"
    assert (notification["tag"], notification["lang"], notification["dir"], notification["silent"]) == (
        KEY,
        "en",
        "ltr",
        False,
    )
    assert notification["data"] == {"key": KEY, "url": f"/reminders/open/{KEY}"}
    assert [action["action"] for action in notification["actions"]] == ["done", "later"]
    assert len(padded(payload)) <= 512


def test_a_test_needs_no_answer():
    notification = trial("en", ORIGIN)["notification"]
    assert (notification["data"], notification["actions"]) == ({}, [])
    assert notification["navigate"] == f"{ORIGIN}/reminders/"


def test_a_topic_does_not_give_the_key_away():
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", topic(KEY))
    assert KEY not in topic(KEY)
    assert topic(KEY) != topic(KEY + "x")
