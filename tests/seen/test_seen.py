"""What who helps saw: written by them, beside the patient's own words, in none of the patient's numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion import seal
from companion.diary.model import DiaryDay, ObservedDay
from companion.seen.model import Seen
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.seen.sheets import filled, kept, let_in


@pytest.fixture
def rosa(visit, cast):
    """Rosa, to whom pain and notes are open; her addresses begin with `under`."""
    let_in(cast, "pain", "notes")
    browser = visit("rosa")
    browser.under = f"/for/{cast.ana_patient}"
    return browser


def wrote(rosa, **fields):
    sheet = filled(**fields)
    assert rosa.post(f"{rosa.under}/seen/", sheet).status_code == 303
    return sheet["uuid"]


def test_it_is_kept_as_it_was_said_and_sealed(app, visit, cast, rosa):
    uuid = wrote(rosa, signs=["slept-badly", "limped"], note="Held on to the rail", when="2026-03-10T02:30")
    (row,) = kept(cast)
    assert (row.author_id, row.signs, row.note, row.version) == (
        cast.rosa, ["limped", "slept-badly"], "Held on to the rail", 1)  # fmt: skip
    assert (row.seen_at, str(row.day)) == (datetime(2026, 3, 10, 1, 30, tzinfo=UTC), "2026-03-09")
    assert b"rail" not in row.note_sealed
    with pytest.raises(seal.LostKey):
        Seen.note.opened(row.note_sealed, cast.dora_patient, uuid)


def test_it_changes_no_number_of_hers(app, visit, cast, rosa):
    ana = visit("ana")
    ana.post("/diary/entries", {"uuid": str(uuid4()), "at": "", "pain": "5", "when": "", "note": ""})
    before = [tuple(row) for table in (DiaryDay, ObservedDay) for row in db.execute(select(table.__table__))]
    wrote(rosa, note="She winced all day")
    db.remove()
    assert [tuple(row) for table in (DiaryDay, ObservedDay) for row in db.execute(select(table.__table__))] == before


def test_a_resend_is_the_same_and_other_words_are_both_kept(app, cast, rosa):
    sheet, address = filled(), f"{rosa.under}/seen/"
    assert [rosa.post(address, sheet).status_code for _ in range(2)] == [303, 303]
    again = rosa.post(address, {**sheet, "note": "More"})
    assert again.status_code == 409 and "More" in again.text
    fresh = re.search(r'name="uuid" value="([^"]+)"', again.text)[1]
    rosa.post(address, {**sheet, "note": "More", "uuid": fresh})
    assert [row.note for row in kept(cast)] == ["", "More"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"signs": [], "note": " "}, "Please tap a word, or write some of your own."),
        ({"signs": ["limped", "flew"], "note": "Kept"}, "One of the words is not on our list."),
        ({"when": "2026-03-11T10:00", "note": "Kept"}, "This is still to come."),
        ({"note": "Kept" * 1001}, "Please keep the note under 4,000 letters."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(sqlite_app, cast, rosa, fields, words):
    answer = rosa.post(f"{rosa.under}/seen/", filled(**fields))
    assert answer.status_code == 422 and words in answer.text and kept(cast) == []
    assert "Kept" in answer.text or "Kept" not in fields["note"]


def test_it_stands_beside_hers_on_today_and_on_a_day_that_is_over(app, visit, cast, rosa, set_clock):
    wrote(rosa, note="Held on to the rail")
    ana = visit("ana")
    assert "Rosa saw" in ana.get("/plan/").text and "Limped · Held on to the rail" in ana.get("/plan/").text
    # it is nothing that was to be done
    assert "0 of 0 things are done" in ana.get("/plan/").text
    set_clock(NOW + timedelta(days=1))
    page = ana.get("/plan/day?day=2026-03-10").text
    assert "Limped · Held on to the rail" in page and "What happened" in page
    assert ana.get("/plan/day?day=2026-03-11").location == "/plan/"
    assert {ana.get(f"/plan/day?day={day}").status_code for day in ("2026-03-12", "1899-12-31", "soon")} == {404}
    db.query(Grant).filter_by(account_id=cast.rosa).update({"parts": ["pain"]})
    db.commit()
    assert "Limped" not in rosa.get(f"{rosa.under}/plan/day?day=2026-03-10").text


def test_its_author_corrects_it_and_what_stood_before_is_kept(app, visit, cast, rosa, set_clock):
    uuid = wrote(rosa, note="First words", at="2026-03-10T08:15:42Z")
    page = rosa.get(f"{rosa.under}/seen/{uuid}/correct").text
    assert "First words" in page and 'value="2026-03-10T09:15"' in page
    set_clock(NOW + timedelta(hours=1))
    sheet = {"version": "1", "signs": ["quiet"], "note": "Second words", "when": "2026-03-10T09:15"}
    address = f"{rosa.under}/seen/{uuid}/corrections"
    assert rosa.post(address, sheet).status_code == 303
    (row,) = kept(cast)
    assert (row.note, row.signs, row.version, row.seen_at.second) == ("Second words", ["quiet"], 2, 42)
    assert row.versions[0].said["note"] == "First words" and b"First" not in row.versions[0].said_sealed
    page = visit("ana").get(f"/seen/{uuid}").text
    assert "First words" in page and "Second words" in page
    # an older page does not win over a newer one
    stale = rosa.post(address, {**sheet, "note": "Third words"})
    assert stale.status_code == 409 and "Third words" in stale.text
    assert rosa.post(address, {**sheet, "note": ""}).status_code == 409


def test_only_its_author_changes_it(app, visit, cast, rosa):
    uuid = wrote(rosa)
    other = {"patient_id": cast.ana_patient, "account_id": cast.dora, "parts": ["pain", "notes"], "may_log": True}
    db.add(Grant(**other, granted_at=NOW))
    db.commit()
    dora, ana = visit("dora"), visit("ana")
    assert dora.get(f"{rosa.under}/seen/{uuid}").status_code == 200
    sheet = {"version": "1", "signs": ["quiet"], "note": "", "when": ""}
    for browser, under in ((dora, rosa.under), (ana, "")):
        assert browser.get(f"{under}/seen/{uuid}/correct").status_code == 404
        assert browser.post(f"{under}/seen/{uuid}/corrections", sheet).status_code == 404
    assert dora.post(f"{rosa.under}/seen/{uuid}/removal").status_code == 404
    assert kept(cast)[0].version == 1


def test_she_takes_it_out_of_view_and_brings_it_back(app, visit, cast, rosa):
    uuid, ana = wrote(rosa, note="Held on to the rail"), visit("ana")
    assert ana.post(f"/seen/{uuid}/removal").status_code == 303
    assert kept(cast)[0].removed_by == cast.ana
    assert (
        "rail" not in ana.get("/plan/").text
        and "rail" not in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text
    )
    # not even its author reads it, or brings it back
    assert rosa.get(f"{rosa.under}/seen/{uuid}").status_code == 404
    assert rosa.post(f"{rosa.under}/seen/{uuid}/return").status_code == 404
    assert "rail" in ana.get("/seen/").text
    ana.post(f"/seen/{uuid}/return")
    assert "rail" in rosa.get(f"{rosa.under}/seen/").text


def test_who_wrote_it_removes_it_and_brings_it_back(app, visit, cast, rosa):
    uuid = wrote(rosa)
    for way, removed in (("removal", True), ("return", False)):
        assert rosa.post(f"{rosa.under}/seen/{uuid}/{way}").status_code == 303
        assert bool(kept(cast)[0].removed_at) is removed


def test_only_who_helps_and_may_write_writes(sqlite_app, visit, cast, rosa):
    assert visit("ana").get("/seen/new").status_code == 404
    assert visit("ana").post("/seen/", filled()).status_code == 404
    assert visit(None).get("/seen/new").status_code == 303
    db.query(Grant).filter_by(account_id=cast.rosa).update({"may_log": False})
    db.commit()
    assert rosa.post(f"{rosa.under}/seen/", filled()).status_code == 404
    let_in(cast, "pain")
    assert rosa.get(f"{rosa.under}/seen/").status_code == 404
    assert kept(cast) == []


def test_the_clinic_reads_it_apart_where_pain_and_notes_are_open(app, visit, cast, rosa):
    wrote(rosa, note="Held on to the rail")
    ben, address = visit("ben"), f"/clinic/patients/{cast.ana_patient}"
    page = ben.get(address).text
    assert "What others saw, 30 days" in page and "Held on to the rail" in page
    assert "Held on to the rail" in visit("ana").get("/visit/?days=30").text
    for parts in (["pain"], ["notes"]):
        db.query(Grant).filter_by(clinic_id=cast.northmoor).update({"parts": parts})
        db.commit()
        assert "rail" not in ben.get(address).text


def test_another_patients_is_404(sqlite_app, visit, cast, rosa):
    uuid = wrote(rosa)
    assert visit("dora").get(f"/seen/{uuid}").status_code == 404
    assert visit("dora").post(f"/seen/{uuid}/removal").status_code == 404
    assert db.query(Seen).one().removed_at is None


def test_pain_entered_for_her_is_what_she_told(app, visit, cast, rosa):
    log = f"{rosa.under}/diary/log"
    page = rosa.get(log).text
    assert "Write what Ana told you." in page and f'href="{rosa.under}/seen/new"' in page
    assert (
        "Write what" not in visit("ana").get("/diary/log").text
        and "seen/new" not in visit("ana").get("/diary/log").text
    )
    rosa.post(f"{rosa.under}/diary/entries", {"uuid": str(uuid4()), "at": "", "pain": "6", "when": "", "note": ""})
    for address in ("/plan/", "/diary/"):
        assert "told by Ana, written by Rosa" in visit("ana").get(address).text
    let_in(cast, "pain")
    assert "seen/new" not in rosa.get(log).text
