"""What is done here leaves an event, with ids only."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from companion.audit.model import Event
from companion.export.make import make
from companion.export.sweep import hand_out, tidy
from companion.store import db
from tests.cast import NOW
from tests.export.conftest import drawn


def events(*acts):
    db.remove()
    query = (
        select(Event.act, Event.chain, Event.actor, Event.whose, Event.thing)
        .where(Event.act.in_(acts))
        .order_by(Event.seq)
    )
    return [tuple(row) for row in db.execute(query)]


def test_each_act_is_written_down(app, visit, cast):
    ben = visit("ben")
    closing = f"/export/closing/{cast.ana_patient}"
    ben.post(closing, {"died_on": "2026-03-09", "reason": "A mistake."})
    ben.post(f"{closing}/end")
    chain = -cast.dora_patient
    dora = (chain, cast.dora, cast.dora_patient, "")
    browser = visit("dora")
    browser.post("/export/take-outs")
    hand_out(NOW, lambda id, lease: make(id, lease, app.config["SETTINGS"], drawn(app)))
    assert browser.get("/export/file").status_code == 200
    browser.post("/export/erasure", {"word": "erase"})
    browser.post("/export/erasure/end")
    browser.post("/export/erasure/end")
    browser.post("/export/erasure", {"word": "erase"})
    tidy(NOW + timedelta(days=9))
    assert events("taken_out", "erasure_asked", "erasure_stopped", "erased") == [
        ("taken_out", *dora), ("erasure_asked", *dora), ("erasure_stopped", *dora), ("erasure_asked", *dora),
        ("erased", chain, None, cast.dora_patient, f"account {cast.dora}"),
    ]  # fmt: skip
    clinic = (cast.northmoor, cast.ben, cast.ana_patient, "")
    assert events("record_closed", "record_opened_again") == [
        ("record_closed", *clinic),
        ("record_opened_again", *clinic),
    ]
