"""My flare plan, and what was done of it."""

from __future__ import annotations

from uuid import uuid4

from companion.flares import queries
from companion.flares.model import FlareStep, FlareTick
from companion.identity.model import Patient
from companion.store import db
from tests.flares.sheets import begun


def step(browser, text, under=""):
    return browser.post(f"{under}/flares/steps", {"uuid": str(uuid4()), "text": text})


def steps(cast):
    db.remove()
    return queries.steps(db.get_one(Patient, cast.ana_patient))


def texts(cast):
    return [row.text for row in steps(cast)]


def test_steps_are_added_in_order_and_sealed(app, visit, cast):
    ana = visit("ana")
    for text in ("Lie down", "Breathe", "Walk"):
        assert step(ana, text).status_code == 303
    assert texts(cast) == ["Lie down", "Breathe", "Walk"]
    assert b"Breathe" not in b"".join(row.text_sealed for row in db.query(FlareStep))
    empty = step(ana, "  ")
    assert empty.status_code == 422 and "Please write what to do." in empty.text


def test_the_same_tap_twice_is_one_step(app, visit, cast):
    ana, sheet = visit("ana"), {"uuid": str(uuid4()), "text": "Lie down"}
    assert [ana.post("/flares/steps", sheet).status_code for _ in range(2)] == [303, 303]
    assert ana.post("/flares/steps", {**sheet, "text": "Walk"}).status_code == 409
    assert texts(cast) == ["Lie down"]


def test_a_step_moves_up_is_put_in_other_words_removed_and_brought_back(app, visit, cast):
    ana = visit("ana")
    for text in ("Lie down", "Breathe", "Walk"):
        step(ana, text)
    ids = [row.id for row in steps(cast)]
    ana.post(f"/flares/steps/{ids[2]}/up")
    ana.post(f"/flares/steps/{ids[0]}/up")
    assert texts(cast) == ["Lie down", "Walk", "Breathe"]
    assert "Breathe" in ana.get(f"/flares/steps/{ids[1]}/change").text
    ana.post(f"/flares/steps/{ids[2]}/changes", {"uuid": str(uuid4()), "text": "Walk a little"})
    assert texts(cast) == ["Lie down", "Walk a little", "Breathe"]
    ana.post(f"/flares/steps/{ids[0]}/removal")
    assert texts(cast) == ["Walk a little", "Breathe"]
    # what only got other words is not offered again
    page = ana.get("/flares/plan").text
    assert f"/flares/steps/{ids[0]}/return" in page and f"/flares/steps/{ids[2]}/return" not in page
    ana.post(f"/flares/steps/{ids[0]}/return")
    assert texts(cast) == ["Lie down", "Walk a little", "Breathe"]


def test_who_helps_adds_a_step_and_changes_only_that(app, visit, cast):
    ana, rosa, under = visit("ana"), visit("rosa"), f"/for/{cast.ana_patient}"
    step(ana, "Lie down")
    step(rosa, "Call me", under)
    mine, hers = (row.id for row in steps(cast))
    assert rosa.get(f"{under}/flares/steps/{mine}/change").status_code == 404
    assert rosa.post(f"{under}/flares/steps/{hers}/removal").status_code == 303
    assert texts(cast) == ["Lie down"]
    assert visit("dora").post(f"/flares/steps/{mine}/removal").status_code == 404


def test_a_step_is_ticked_off_once_and_not_done_after_all(app, visit, cast):
    ana = visit("ana")
    step(ana, "Lie down")
    (row,), flare = steps(cast), begun(ana)
    tap = {"uuid": str(uuid4()), "at": "2026-03-10T08:59:00Z"}
    assert [ana.post(f"/flares/{flare}/ticks/{row.id}", tap).status_code for _ in range(2)] == [303, 303]
    assert db.query(FlareTick).count() == 1
    assert "Done at 09:59" in ana.get(f"/flares/{flare}").text
    assert ana.post(f"/flares/{flare}/ticks/{row.id}/removal").status_code == 303
    # the tap that is sent once more is not done anew
    ana.post(f"/flares/{flare}/ticks/{row.id}", tap)
    assert "Done at" not in ana.get(f"/flares/{flare}").text
    ana.post(f"/flares/{flare}/ticks/{row.id}", {"uuid": str(uuid4()), "at": ""})
    assert "Done at 10:00" in ana.get(f"/flares/{flare}").text
    assert visit("dora").post(f"/flares/{flare}/ticks/{row.id}", tap).status_code == 404


def test_an_old_tick_off_says_what_was_done_then(app, visit, cast):
    ana = visit("ana")
    step(ana, "Lie down")
    (row,), flare = steps(cast), begun(ana)
    ana.post(f"/flares/{flare}/ticks/{row.id}", {"uuid": str(uuid4()), "at": ""})
    ana.post(f"/flares/steps/{row.id}/changes", {"uuid": str(uuid4()), "text": "Sit down"})
    page = ana.get(f"/flares/{flare}").text
    assert "Lie down" in page and "Sit down" in page and page.count("Done at 10:00") == 1
