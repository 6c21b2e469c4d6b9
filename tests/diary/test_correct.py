"""Correcting, removing and bringing back."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from companion.diary.model import DiaryDay, Revision
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept, names


@pytest.fixture
def entry(visit, cast):
    """Ana's entry of the evening before, to the second."""
    sheet = filled(pain="6", where=["back-neck"], sleep="4", mood="2", note="First", at="2026-03-09T20:15:42Z")
    visit("ana").post("/diary/entries", sheet)
    return kept(cast.ana_patient)[0]


def corrected(**fields):
    """The correction form of `entry` as a browser sends it."""
    page = {"version": "1", "pain": "6", "where": ["back-neck"], "sleep": "4", "mood": "2", "note": "First"}
    return page | {"side": "back", "when": "2026-03-09T21:15"} | fields


def test_it_keeps_what_stood_before(app, visit, cast, entry, set_clock):
    set_clock(NOW + timedelta(hours=1))
    answer = visit("ana").post(
        f"/diary/entries/{entry.uuid}/corrections", corrected(pain="3", where=["front-hip-r"], sleep="")
    )
    assert (answer.status_code, answer.location) == (303, f"/diary/entries/{entry.uuid}?said=saved")
    (now,) = kept(cast.ana_patient)
    assert (now.pain, now.regions, now.sleep, now.mood, now.version) == (3, ["front-hip-r"], None, 2, 2)
    assert now.felt_at == entry.felt_at
    (before,) = db.scalars(select(Revision))
    assert (before.version, before.replaced_by, before.replaced_at) == (1, cast.ana, NOW + timedelta(hours=1))
    assert (before.said["pain"], before.said["regions"], before.said["sleep"]) == (6, ["back-neck"], 4)
    assert (before.said["note"], before.felt_at) == ("First", entry.felt_at)
    assert now.patient.diary_at == NOW + timedelta(hours=1)
    page = visit("ana").get(f"/diary/entries/{entry.uuid}").text
    for words in (
        "Pain 3 of 10",
        "Pain 6 of 10",
        "Right hip",
        "Back of neck",
        "Ana corrected it on Tue, Mar 10, 11:00",
    ):
        assert words in page


def test_the_form_shows_what_is_corrected(sqlite_app, visit, entry):
    page = visit("ana").get(f"/diary/entries/{entry.uuid}/correct").text
    for part in (
        'name="pain" value="6" checked',
        'value="back-neck" checked',
        'name="mood" value="2" checked',
        "First",
    ):
        assert part in page
    assert 'value="2026-03-09T21:15"' in page
    assert 'name="version" value="1"' in page


def test_a_correction_of_the_time_moves_the_day(app, visit, cast, entry):
    visit("ana").post("/diary/entries", filled(pain="2", at="2026-03-09T18:00:00Z"))
    visit("ana").post(f"/diary/entries/{entry.uuid}/corrections", corrected(when="2026-03-08T21:15"))
    moved = kept(cast.ana_patient)[0]
    assert (moved.felt_at, moved.day) == (datetime(2026, 3, 8, 20, 15, tzinfo=UTC), date(2026, 3, 8))
    rows = db.execute(select(DiaryDay.day, DiaryDay.entries, DiaryDay.pain_sum).order_by(DiaryDay.day)).all()
    assert rows == [(date(2026, 3, 8), 1, 6), (date(2026, 3, 9), 1, 2)]


def test_the_same_words_are_no_correction(sqlite_app, visit, cast, entry):
    answer = visit("ana").post(f"/diary/entries/{entry.uuid}/corrections", corrected())
    assert answer.status_code == 303
    assert kept(cast.ana_patient)[0].version == 1
    assert db.scalars(select(Revision)).all() == []


def test_a_double_tap_is_one_correction(sqlite_app, visit, cast, entry):
    answers = [visit("ana").post(f"/diary/entries/{entry.uuid}/corrections", corrected(pain="1")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert kept(cast.ana_patient)[0].version == 2


def test_a_page_that_is_overtaken_keeps_its_words(app, visit, cast, entry):
    address = f"/diary/entries/{entry.uuid}/corrections"
    visit("ana").post(address, corrected(pain="1"))
    page = visit("ana").post(address, corrected(pain="9", note="From my other phone"))
    assert page.status_code == 409
    assert "From my other phone" in page.text
    assert 'name="pain" value="9" checked' in page.text
    assert 'name="version" value="2"' in page.text
    assert kept(cast.ana_patient)[0].pain == 1
    assert visit("ana").post(address, corrected(pain="9", version="2")).status_code == 303
    assert [revision.said["pain"] for revision in kept(cast.ana_patient)[0].revisions] == [6, 1]


@pytest.mark.parametrize("fields", [{"pain": ""}, {"pain": "12"}, {"when": "2026-03-12T10:00"}, {"where": ["nowhere"]}])
def test_it_refuses_a_correction_that_does_not_fit(sqlite_app, visit, cast, entry, fields):
    page = visit("ana").post(f"/diary/entries/{entry.uuid}/corrections", corrected(note="My words") | fields)
    assert page.status_code == 422
    assert "My words" in page.text
    assert kept(cast.ana_patient)[0].version == 1


def test_it_removes_and_brings_back(app, visit, cast, entry, set_clock):
    ana = visit("ana")
    assert ana.post(f"/diary/entries/{entry.uuid}/removal").location == f"/diary/entries/{entry.uuid}?said=removed"
    (gone,) = kept(cast.ana_patient)
    assert (gone.pain, gone.removed_at, gone.removed_by) == (6, NOW, cast.ana)
    assert db.scalars(select(DiaryDay)).all() == []
    assert "This entry is removed" in ana.get(f"/diary/entries/{entry.uuid}").text
    assert ana.get(f"/diary/entries/{entry.uuid}/correct").location == f"/diary/entries/{entry.uuid}"
    set_clock(NOW + timedelta(hours=2))
    assert ana.post(f"/diary/entries/{entry.uuid}/return").location == f"/diary/entries/{entry.uuid}?said=back"
    (back,) = kept(cast.ana_patient)
    assert (back.removed_at, back.removed_by, back.regions, back.note) == (None, None, ["back-neck"], "First")
    assert db.execute(select(DiaryDay.entries, DiaryDay.pain_sum)).all() == [(1, 6)]
    story = ana.get(f"/diary/entries/{entry.uuid}").text
    assert "Ana removed it on Tue, Mar 10, 10:00." in story
    assert "Ana brought it back on Tue, Mar 10, 12:00." in story


def test_words_for_an_entry_that_was_removed_meanwhile_are_kept(app, visit, cast, entry):
    ana, address = visit("ana"), f"/diary/entries/{entry.uuid}/corrections"
    ana.post(f"/diary/entries/{entry.uuid}/removal")
    page = ana.post(address, corrected(pain="3", note="Do not lose me"))
    assert page.status_code == 409
    for part in ("This entry was removed meanwhile. Bring it back?", "Do not lose me", 'name="pain" value="3" checked'):
        assert part in page.text
    assert re.findall(r'<button[^>]* form="correction"([^>]*)>([^<]*)', page.text) == [
        (' name="back" value="1"', "Bring it back and save")
    ]
    assert db.scalars(select(DiaryDay)).all() == [] and kept(cast.ana_patient)[0].version == 1
    for _ in range(2):  # a double tap
        answer = ana.post(address, corrected(pain="3", note="Do not lose me", back="1"))
        assert (answer.status_code, answer.location) == (303, f"/diary/entries/{entry.uuid}?said=saved")
    (back,) = kept(cast.ana_patient)
    assert (back.pain, back.note, back.removed_at, back.version) == (3, "Do not lose me", None, 3)
    assert db.execute(select(DiaryDay.entries, DiaryDay.pain_sum)).all() == [(1, 3)]


def test_a_page_that_is_overtaken_brings_nothing_back(app, visit, cast, entry):
    ana, address = visit("ana"), f"/diary/entries/{entry.uuid}/corrections"
    ana.post(address, corrected(pain="4"))
    ana.post(f"/diary/entries/{entry.uuid}/removal")
    page = ana.post(address, corrected(pain="3", back="1"))
    assert page.status_code == 409 and "This entry was changed since you opened it." in page.text
    assert 'name="version" value="2"' in page.text and "Bring it back and save" in page.text
    (gone,) = kept(cast.ana_patient)
    assert (gone.pain, gone.removed_at) == (4, NOW)


def test_removing_twice_changes_nothing_more(sqlite_app, visit, cast, entry, set_clock):
    visit("ana").post(f"/diary/entries/{entry.uuid}/removal")
    set_clock(NOW + timedelta(hours=2))
    visit("ana").post(f"/diary/entries/{entry.uuid}/removal")
    assert kept(cast.ana_patient)[0].removed_at == NOW


def test_a_resend_of_a_removed_entry_does_not_bring_it_back(sqlite_app, visit, cast):
    sheet = filled()
    visit("ana").post("/diary/entries", sheet)
    visit("ana").post(f"/diary/entries/{sheet['uuid']}/removal")
    assert visit("ana").post("/diary/entries", sheet).status_code == 303
    assert [entry.removed_at for entry in kept(cast.ana_patient)] == [NOW]
    assert db.scalars(select(DiaryDay)).all() == []


def test_a_caregiver_changes_only_their_own_words(sqlite_app, visit, cast, entry):
    rosa, address = visit("rosa"), f"/for/{cast.ana_patient}/diary/entries"
    assert rosa.get(f"{address}/{entry.uuid}/correct").status_code == 404
    for verb in ("corrections", "removal", "return"):
        assert rosa.post(f"{address}/{entry.uuid}/{verb}", corrected(pain="1")).status_code == 404
    rosa.post(address, filled(pain="8"))
    own = kept(cast.ana_patient)[1]
    assert f"{address}/{own.uuid}/correct" in rosa.get(f"{address}/{own.uuid}").text
    assert f"{address}/{entry.uuid}/correct" not in rosa.get(f"{address}/{entry.uuid}").text
    rosa.post(f"{address}/{own.uuid}/corrections", {"version": "1", "pain": "7"})
    assert [one.pain for one in kept(cast.ana_patient)] == [6, 7]


def test_a_patient_takes_a_caregivers_words_out_but_does_not_change_them(app, visit, cast):
    visit("rosa").post(f"/for/{cast.ana_patient}/diary/entries", filled(pain="8"))
    ana, own = visit("ana"), kept(cast.ana_patient)[0]
    page = ana.get(f"/diary/entries/{own.uuid}").text
    assert "Rosa wrote this. You can remove it, but not change what it says." in page
    assert f"{own.uuid}/removal" in page and f"{own.uuid}/correct" not in page
    assert ana.get(f"/diary/entries/{own.uuid}/correct").status_code == 404
    assert ana.post(f"/diary/entries/{own.uuid}/corrections", corrected(pain="2")).status_code == 404
    assert ana.post(f"/diary/entries/{own.uuid}/removal").status_code == 303
    assert ana.post(f"/diary/entries/{own.uuid}/return").status_code == 303
    (now,) = kept(cast.ana_patient)
    assert (now.pain, now.removed_at, now.author_id) == (8, None, cast.rosa)
    assert "wrote this" not in visit("rosa").get(f"/for/{cast.ana_patient}/diary/entries/{own.uuid}").text


def test_a_caregivers_correction_leaves_closed_parts_alone(app, visit, cast):
    def allow(parts):
        db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(parts=parts))
        db.commit()

    rosa, address = visit("rosa"), f"/for/{cast.ana_patient}/diary/entries"
    allow(["pain", "mood", "notes"])
    rosa.post(address, filled(pain="8", mood="1", note="Mine"))
    own = kept(cast.ana_patient)[0]
    allow(["pain"])
    form = rosa.get(f"{address}/{own.uuid}/correct")
    assert "Mine" not in form.text
    assert {"mood", "note"} & names(form) == set()
    assert rosa.post(f"{address}/{own.uuid}/corrections", {"version": "1", "pain": "5", "mood": "9"}).status_code == 422
    assert rosa.post(f"{address}/{own.uuid}/corrections", {"version": "1", "pain": "5"}).status_code == 303
    (now,) = kept(cast.ana_patient)
    assert (now.pain, now.mood, now.note, now.author_id, now.version) == (5, 1, "Mine", cast.rosa, 2)


def test_a_caregiver_does_not_see_what_the_patient_removed(sqlite_app, visit, cast):
    rosa, address = visit("rosa"), f"/for/{cast.ana_patient}/diary/entries"
    rosa.post(address, filled(pain="8"))
    own = kept(cast.ana_patient)[0]
    visit("ana").post(f"/diary/entries/{own.uuid}/removal")
    assert rosa.get(f"{address}/{own.uuid}").status_code == 404
    assert rosa.post(f"{address}/{own.uuid}/return").status_code == 404
    visit("ana").post(f"/diary/entries/{own.uuid}/return")
    rosa.post(f"{address}/{own.uuid}/removal")
    assert rosa.get(f"{address}/{own.uuid}").status_code == 200
    assert rosa.post(f"{address}/{own.uuid}/return").status_code == 303


@pytest.mark.parametrize("change", [{"parts": ["medicines"]}, {"may_log": False}])
def test_a_caregiver_who_may_not_write_changes_nothing(sqlite_app, visit, cast, change):
    rosa, address = visit("rosa"), f"/for/{cast.ana_patient}/diary/entries"
    rosa.post(address, filled(pain="8"))
    own = kept(cast.ana_patient)[0]
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(**change))
    db.commit()
    for verb in ("corrections", "removal", "return"):
        assert rosa.post(f"{address}/{own.uuid}/{verb}", {"version": "1", "pain": "1"}).status_code == 404
    assert rosa.get(f"{address}/{own.uuid}/correct").status_code == 404
    assert rosa.get(f"{address}/{own.uuid}").status_code == (404 if "parts" in change else 200)


def test_it_refuses_another_patients_entry(sqlite_app, visit, cast, entry):
    dora = visit("dora")
    for prefix in ("/diary", f"/for/{cast.ana_patient}/diary"):
        for page in ("", "/correct"):
            assert dora.get(f"{prefix}/entries/{entry.uuid}{page}").status_code == 404
        for verb in ("corrections", "removal", "return"):
            assert dora.post(f"{prefix}/entries/{entry.uuid}/{verb}", corrected(pain="1")).status_code == 404
    assert [(one.pain, one.removed_at, one.version) for one in kept(cast.ana_patient)] == [(6, None, 1)]
    assert visit("ana").get(f"/diary/entries/{uuid.uuid4()}").status_code == 404
    assert visit("ana").get("/diary/entries/1").status_code == 404


def test_it_sends_a_stranger_to_sign_in(sqlite_app, visit, entry):
    for page in ("", "/correct"):
        assert visit(None).get(f"/diary/entries/{entry.uuid}{page}").location.startswith("/signin/")
    for verb in ("corrections", "removal", "return"):
        assert visit(None).post(f"/diary/entries/{entry.uuid}/{verb}", corrected()).status_code == 401
