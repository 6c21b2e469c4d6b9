"""What a phone keeps of today for when there is no network."""

from __future__ import annotations

from datetime import datetime

import pytest

from companion.sharing.model import Grant
from companion.store import db


def test_it_holds_what_is_open_and_what_is_taken_when_needed(app, visit, day):
    day.takes("10 08:05", day.gabapentin)
    db.commit()
    kept = visit("ana").get("/plan/snapshot").json
    dose = f"/medication/{day.gabapentin}/doses"
    assert kept["doses"] == [
        {"title": "Gabapentin 300 mg", "wall": "21:00", "url": dose},
        {"title": "Tramadol 50 mg", "wall": "", "url": f"/medication/{day.tramadol}/doses"},
    ]
    assert [(each["title"], each["wall"]) for each in kept["sessions"]] == [("Back exercises", "18:00")]


@pytest.mark.parametrize(
    ("at", "day_", "until"),
    [
        ("10 23:00", "2026-03-10", "11 04:00"),
        ("11 03:59", "2026-03-10", "11 04:00"),
        ("11 04:00", "2026-03-11", "12 04:00"),
    ],
)
def test_it_says_of_which_day_it_is_and_when_that_is_over(sqlite_app, visit, day, set_clock, at, day_, until):
    set_clock(day.at(at))
    kept = visit("ana").get("/plan/snapshot").json
    assert (kept["day"], datetime.fromisoformat(kept["until"])) == (day_, day.at(until))


def test_closed_parts_are_left_out(app, visit, cast, day):
    db.query(Grant).filter_by(account_id=cast.rosa).one().parts = ["therapy"]
    db.commit()
    kept = visit("rosa").get(f"/for/{cast.ana_patient}/plan/snapshot").json
    assert kept["doses"] == [] and len(kept["sessions"]) == 1


def test_others_are_refused(app, visit, cast, day):
    assert visit(None).get("/plan/snapshot").location.startswith("/signin/")
    assert visit("dora").get(f"/for/{cast.ana_patient}/plan/snapshot").status_code == 404
    hers = visit("dora").get("/plan/snapshot").json
    assert hers["doses"] == hers["sessions"] == []
