"""What a phone keeps of today for when there is no network."""

from __future__ import annotations

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


def test_closed_parts_are_left_out(app, visit, cast, day):
    db.query(Grant).filter_by(account_id=cast.rosa).one().parts = ["therapy"]
    db.commit()
    kept = visit("rosa").get(f"/for/{cast.ana_patient}/plan/snapshot").json
    assert kept["doses"] == [] and len(kept["sessions"]) == 1


def test_others_are_refused(app, visit, cast, day):
    assert visit(None).get("/plan/snapshot").location.startswith("/identity/sign-in")
    assert visit("dora").get(f"/for/{cast.ana_patient}/plan/snapshot").status_code == 404
    assert visit("dora").get("/plan/snapshot").json == {"doses": [], "sessions": []}
