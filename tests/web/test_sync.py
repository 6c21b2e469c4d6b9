"""Phones with outboxes against the real app: whatever is lost on the way, each letter is there once, in order, as written.

A machine of Hypothesis: two phones of Ana's, each with two tabs that look at one outbox, a network that loses requests and
answers, a server that starts anew and one that dies within a batch. The phones do what static/js/outbox.js does.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select

from companion import clock, store
from companion.diary.model import Entry
from companion.store import db
from tests.cast import NOW, gather
from tests.conftest import ORIGIN, _make

PHONES = st.integers(0, 1)
PAIN = st.integers(0, 10)
BATCH = 3


@dataclass
class Letter:
    uuid: str
    pain: int
    #: it may have arrived
    sent: bool = False
    look: bool = False


@dataclass
class Phone:
    outbox: list[Letter] = field(default_factory=list)
    #: uuids in the order in which they were written, without those that were thrown away
    written: list[str] = field(default_factory=list)


class Sync(RuleBasedStateMachine):
    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name)
        shutil.copy(self.empty, self.home / "companion.sqlite3")
        self.start()
        self.cast = gather()
        db.remove()
        self.phones = [Phone(), Phone()]
        #: what an id may say: the first words by it that may have arrived
        self.words: dict[str, set[int]] = {}

    def start(self) -> None:
        self.app = _make(f"sqlite:///{self.home / 'companion.sqlite3'}", self.home)

    def post(self, letters: list[Letter]) -> list[int]:
        client = self.app.test_client()
        client.set_cookie("companion", self.cast.tokens["ana"])
        told = [{"url": "/diary/entries", "body": f"uuid={each.uuid}&at=&pain={each.pain}"} for each in letters]
        sent = {"sent_at": NOW.isoformat(), "letters": told}
        answer = client.post(
            "/outbox", json=sent, base_url=ORIGIN, headers={"Origin": ORIGIN, "X-Outbox": str(self.cast.ana)}
        )
        return [each["status"] for each in answer.json]

    @rule(which=PHONES, pain=PAIN)
    def write(self, which: int, pain: int) -> None:
        letter = Letter(str(uuid4()), pain)
        self.words[letter.uuid] = {pain}
        self.phones[which].outbox.append(letter)
        self.phones[which].written.append(letter.uuid)

    @rule(which=PHONES, place=st.integers(0, 9), pain=PAIN)
    def correct(self, which: int, place: int, pain: int) -> None:
        outbox = self.phones[which].outbox
        if outbox:
            letter = outbox[place % len(outbox)]
            if not letter.sent:
                self.words[letter.uuid] = set()
            self.words[letter.uuid].add(pain)
            letter.pain, letter.look = pain, False

    @rule(which=PHONES, place=st.integers(0, 9))
    def throw_away(self, which: int, place: int) -> None:
        phone = self.phones[which]
        unsent = [letter for letter in phone.outbox if not letter.sent and not letter.look]
        if unsent:
            letter = unsent[place % len(unsent)]
            phone.outbox.remove(letter)
            phone.written.remove(letter.uuid)
            del self.words[letter.uuid]

    @rule(
        which=PHONES, luck=st.sampled_from(["arrives", "request lost", "answer lost", "dies"]), tabs=st.integers(1, 2)
    )
    def flush(self, which: int, luck: str, tabs: int) -> None:
        phone = self.phones[which]
        batch = [letter for letter in phone.outbox if not letter.look][:BATCH]
        if luck == "request lost" or not batch:
            return
        for letter in batch:
            letter.sent = True
        # a tab that was closed in the middle has sent the same before
        for _ in range(tabs):
            statuses = self.post(batch[:1] if luck == "dies" else batch)
        if luck == "dies":
            self.start_anew()
        if luck == "arrives":
            self.settle(phone, batch, statuses)

    @rule()
    def start_anew(self) -> None:
        store.disconnect()
        self.start()

    @rule(which=PHONES, place=st.integers(0, 9))
    def send_as_new(self, which: int, place: int) -> None:
        phone = self.phones[which]
        stuck = [letter for letter in phone.outbox if letter.look]
        if stuck:
            self.renew(phone, stuck[place % len(stuck)])

    def renew(self, phone: Phone, letter: Letter) -> None:
        # both are kept: what came first by the old id, and this by a new one
        self.words[letter.uuid] -= {letter.pain}
        letter.uuid, letter.look, letter.sent = str(uuid4()), False, False
        self.words[letter.uuid] = {letter.pain}
        phone.outbox.remove(letter)
        phone.outbox.append(letter)
        phone.written.append(letter.uuid)

    def settle(self, phone: Phone, batch: list[Letter], statuses: list[int]) -> None:
        # one with the same words is known already; one with others is refused
        for letter, status in zip(batch, statuses, strict=True):
            assert status in {201, 409}
            if status == 201:
                phone.outbox.remove(letter)
                self.words[letter.uuid] = {letter.pain}
            letter.look = status == 409

    def teardown(self) -> None:
        for phone in self.phones:
            while phone.outbox:
                for letter in [letter for letter in phone.outbox if letter.look]:
                    self.renew(phone, letter)
                batch = phone.outbox[:BATCH]
                self.settle(phone, batch, self.post(batch))
        db.remove()
        kept = db.execute(select(Entry.uuid, Entry.pain).order_by(Entry.id)).all()
        places = {uuid: n for n, (uuid, _) in enumerate(kept)}
        assert len(places) == len(kept) == len(self.words)
        assert all(pain in self.words[uuid] for uuid, pain in kept)
        for phone in self.phones:
            assert [places[uuid] for uuid in phone.written] == sorted(places[uuid] for uuid in phone.written)
        db.remove()
        store.disconnect()
        self.folder.cleanup()


def test_whatever_is_lost_on_the_way_each_letter_is_there_once(empty_sqlite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(Sync, "empty", empty_sqlite, raising=False)
    run_state_machine_as_test(
        Sync,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
