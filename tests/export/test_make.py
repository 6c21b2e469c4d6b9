"""A take-out is made once at a time, by whoever holds the lease, in pieces that only its account's key opens."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from companion import queue, seal
from companion.diary.model import Entry
from companion.export import make as making
from companion.export.ask import ask, drop_old, fetch
from companion.export.make import LEASE, claim, make, register
from companion.export.model import KEPT, TRIES, TakeOut, TakeOutPiece
from companion.export.sweep import hand_out
from companion.identity.model import Account
from companion.store import db
from tests.cast import NOW
from tests.export.conftest import drawn


def asked(account_id):
    ask(db.get(Account, account_id), NOW)
    db.commit()
    db.remove()


def kept():
    db.remove()
    return db.scalars(select(TakeOut)).one()


def test_it_is_claimed_once_until_the_lease_runs_out(app, cast):
    asked(cast.ana)
    ((id, lease),) = claim(NOW)
    assert claim(NOW) == []
    assert kept().state(NOW) == "working"
    ((again, later),) = claim(NOW + LEASE)
    assert again == id
    assert not make(id, lease, app.config["SETTINGS"], drawn(app))
    assert make(id, later, app.config["SETTINGS"], drawn(app))
    assert (kept().state(NOW), kept().percent) == ("ready", 99)
    assert claim(NOW + 2 * LEASE) == []


def test_the_same_message_twice_is_made_once(app, cast):
    asked(cast.ana)
    ((id, lease),) = claim(NOW)
    assert [make(id, lease, app.config["SETTINGS"], drawn(app)) for _ in range(2)] == [True, False]


def test_a_worker_that_died_is_followed_by_another(app, cast, monkeypatch):
    asked(cast.ana)
    ((id, lease),) = claim(NOW)
    with monkeypatch.context() as patch:
        patch.setattr(making.readme, "text", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(id, lease, app.config["SETTINGS"], drawn(app))
    assert kept().made_at is None
    ((id, lease),) = claim(NOW + LEASE)
    assert make(id, lease, app.config["SETTINGS"], drawn(app))
    assert db.scalar(select(func.count()).select_from(TakeOutPiece)) == kept().pieces


def test_it_is_given_up_after_some_tries(app, cast):
    asked(cast.ana)
    times = [NOW + n * LEASE for n in range(TRIES + 2)]
    assert [len(claim(at)) for at in times] == [1] * TRIES + [0, 0]
    assert kept().state(times[-1]) == "failed"


def test_asking_again_replaces_what_is_there_and_stops_who_works_on_it(app, cast, monkeypatch):
    asked(cast.ana)
    ((id, lease),) = claim(NOW)
    write = making.record.write

    def interrupted(out, person):
        write(out, person)
        with making.at_once() as session:
            session.query(TakeOut).delete()

    monkeypatch.setattr(making.record, "write", interrupted)
    assert not make(id, lease, app.config["SETTINGS"], drawn(app))
    assert db.scalar(select(func.count()).select_from(TakeOutPiece)) == 0


def test_it_goes_after_a_week(app, cast):
    asked(cast.ana)
    hand_out(NOW, lambda id, lease: make(id, lease, app.config["SETTINGS"], drawn(app)))
    assert kept().state(NOW + KEPT - timedelta(seconds=1)) == "ready"
    drop_old(NOW + KEPT - timedelta(seconds=1))
    assert kept().state(NOW + KEPT) == "over"
    drop_old(NOW + KEPT)
    assert not db.scalars(select(TakeOut)).all() + db.scalars(select(TakeOutPiece)).all()


def test_a_piece_opens_only_in_its_place(app, cast):
    asked(cast.ana)
    hand_out(NOW, lambda id, lease: make(id, lease, app.config["SETTINGS"], drawn(app)))
    row = kept()
    piece = db.scalars(select(TakeOutPiece)).first()
    assert b"record.json" not in piece.sealed
    row.account_id = cast.dora
    db.flush()
    with pytest.raises(seal.LostKey):
        fetch(row, None, NOW)


def test_the_actor_makes_it_and_a_failure_says_nothing_of_anybody(sqlite_app, cast, monkeypatch, caplog):
    asked(cast.ana)
    actor = register(queue.connect(""), sqlite_app.config["SETTINGS"], drawn(sqlite_app))
    monkeypatch.setattr(making, "make", lambda *_: {}["what Ana wrote"])
    actor(1, "lease")
    assert caplog.messages == ["a take-out was not made: KeyError"]
    monkeypatch.undo()
    monkeypatch.setattr("companion.clock.now", lambda: NOW)
    hand_out(NOW, actor)
    assert kept().state(NOW) == "ready"


def test_ten_times_the_diary_takes_no_more_memory(sqlite_app, cast, monkeypatch):
    """The peak of what Python holds while the pieces are written; a piece is small here, so that there are many."""
    monkeypatch.setattr(making, "PIECE", 1024)
    peaks = []
    for many in (100, 900):
        base = {
            "patient_id": cast.ana_patient,
            "author_id": cast.ana,
            "zone": "UTC",
            "digest": "",
            "recorded_at": NOW,
            "version": 1,
        }
        rows = [{**base, "uuid": str(uuid4()), "felt_at": NOW - timedelta(minutes=n), "day": NOW.date(), "pain": n % 11, "note": str(uuid4()) * 4} for n in range(many)]  # fmt: skip
        db.execute(Entry.__table__.insert(), rows)
        asked(cast.ana)
        del rows
        ((id, lease),) = claim(NOW)
        tracemalloc.start()
        assert make(id, lease, sqlite_app.config["SETTINGS"], drawn(sqlite_app))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert kept().pieces > 12
    assert peaks[1] < 1.5 * peaks[0] + 200_000


def test_clocks_that_beat_together_claim_it_once(app, cast):
    asked(cast.ana)
    with ThreadPoolExecutor(4) as clocks:
        assert sorted(map(len, clocks.map(claim, [NOW] * 4))) == [0, 0, 0, 1]
