"""Looking back."""

import re
from datetime import date, timedelta

from sqlalchemy import update

from companion.diary import queries
from companion.identity.model import Patient
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept


def log(browser, ago, **fields):
    """Check in as of so many hours ago."""
    prefix = fields.pop("prefix", "")
    at = (NOW - timedelta(hours=ago)).isoformat()
    assert browser.post(f"{prefix}/diary/entries", filled(at=at, **fields)).status_code == 303


def test_it_shows_days_newest_first(app, visit, cast):
    ana = visit("ana")
    log(ana, 30, pain="2", note="Yesterday's")
    log(ana, 2, pain="7", where=["back-lower-back-r", "front-hip-l"], sleep="3")
    log(ana, 1, pain="4")
    page = ana.get("/diary/").text
    assert re.findall(r'<h2 id="day-[^>]*>([^<]+)', page) == ["Today", "Mon, Mar 9"]
    assert re.findall(r'class="disc p(\d+)"', page) == ["4", "7", "2"]
    for words in ("09:00", "08:00", "Right lower back, Left hip", "Sleep last night: 3 of 10", "Yesterday&#39;s"):
        assert words in page
    assert "by Ana" not in page


def test_an_entry_after_midnight_belongs_to_the_evening(sqlite_app, visit, cast):
    log(visit("ana"), 8, pain="5")
    page = visit("ana").get("/diary/").text
    assert re.findall(r'<h2 id="day-([^"]+)', page) == ["2026-03-09"]
    assert "Tue, Mar 10, 02:00" in page


def test_it_helps_when_there_is_nothing(sqlite_app, visit, cast):
    page = visit("ana").get("/diary/")
    assert page.status_code == 200
    assert "Nothing is written down yet." in page.text
    assert 'href="/diary/log"' in page.text


def test_it_turns_pages_back_to_where_something_is(app, visit, cast):
    ana = visit("ana")
    log(ana, 1, pain="1")
    log(ana, 24 * 100, pain="9")
    page = ana.get("/diary/").text
    assert re.findall(r'class="disc p(\d+)"', page) == ["1"]
    (earlier,) = re.findall(r'href="(/diary/\?until=[^"]+)"', page)
    older = ana.get(earlier).text
    assert re.findall(r'class="disc p(\d+)"', older) == ["9"]
    assert "until=" not in re.sub(r"<form.*?</form>", "", older, flags=re.S)
    assert ana.get("/diary/?until=soon").status_code == 404


def test_removed_entries_are_apart_and_only_for_the_patient(app, visit, cast):
    ana = visit("ana")
    log(ana, 1, pain="8")
    entry = kept(cast.ana_patient)[0]
    ana.post(f"/diary/entries/{entry.uuid}/removal")
    page = ana.get("/diary/").text
    assert page.index("Removed") < page.index(f"/diary/entries/{entry.uuid}")
    assert "<h2 id=" not in page
    assert entry.uuid not in visit("rosa").get(f"/for/{cast.ana_patient}/diary/").text


def test_a_caregivers_words_carry_their_name(sqlite_app, visit, cast):
    log(visit("rosa"), 1, pain="6", prefix=f"/for/{cast.ana_patient}")
    entry = kept(cast.ana_patient)[0]
    for browser, prefix in ((visit("ana"), ""), (visit("rosa"), f"/for/{cast.ana_patient}")):
        for page in (f"{prefix}/diary/", f"{prefix}/diary/entries/{entry.uuid}"):
            assert "told by Ana, written by Rosa" in browser.get(page).text


def test_a_caregiver_sees_only_open_parts(sqlite_app, visit, cast):
    log(visit("ana"), 1, pain="6", mood="3", note="Secret")
    entry = kept(cast.ana_patient)[0]
    sheet = {"version": "1", "pain": "5", "mood": "4", "note": "Also secret"}
    visit("ana").post(f"/diary/entries/{entry.uuid}/corrections", sheet)
    pages = [f"/for/{cast.ana_patient}/diary/", f"/for/{cast.ana_patient}/diary/entries/{entry.uuid}"]
    for page in pages:
        text = visit("rosa").get(page).text
        assert "secret" not in text.lower()
        assert "Mood" not in text
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(parts=["pain", "mood", "notes"]))
    db.commit()
    for page in pages:
        text = visit("rosa").get(page).text
        assert "Also secret" in text
        assert "Mood: 4 of 10" in text


def test_links_stay_in_the_record_that_is_open(sqlite_app, visit, cast):
    log(visit("ana"), 1, pain="6")
    page = visit("rosa").get(f"/for/{cast.ana_patient}/diary/").text
    assert f'href="/for/{cast.ana_patient}/diary/entries/' in page
    assert 'href="/diary/' not in page


def test_it_refuses_whoever_was_not_let_in(sqlite_app, visit, cast):
    for name in ("ben", "carl", "dora"):
        assert visit(name).get(f"/for/{cast.ana_patient}/diary/").status_code == 404
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(parts=["medicines"]))
    db.commit()
    assert visit("rosa").get(f"/for/{cast.ana_patient}/diary/").status_code == 404
    assert visit(None).get("/diary/").location.startswith("/signin/")


def test_another_patients_entries_are_not_shown(sqlite_app, visit, cast):
    log(visit("dora"), 1, pain="9", note="Dora's own")
    assert "Dora" not in visit("ana").get("/diary/").text


def test_the_queries_answer(app, visit, cast):
    ana = visit("ana")
    log(ana, 50, pain="8", where=["back-neck"], note="Old")
    log(ana, 26, pain="2", where=["back-neck", "front-hip-r"])
    log(ana, 25, pain="4", where=["back-neck"], note="New", mood="7")
    log(ana, 24, pain="10", note="Gone")
    ana.post(f"/diary/entries/{kept(cast.ana_patient)[3].uuid}/removal")
    db.remove()
    patient, first, last = db.get(Patient, cast.ana_patient), date(2026, 3, 1), date(2026, 3, 10)
    monday = date(2026, 3, 9)
    assert [entry.pain for entry in queries.entries(patient, first, last)] == [4, 2, 8]
    assert [entry.pain for entry in queries.entries(patient, monday, monday)] == [4, 2]
    assert [entry.pain for entry in queries.entries_on(patient, monday)] == [2, 4]
    assert [entry.pain for entry in queries.removed(patient, first, last)] == [10]
    assert [entry.note for entry in queries.notes(patient, first, last, 1)] == ["New"]
    both = [cast.ana_patient, cast.dora_patient]
    assert queries.latest(both) == {cast.ana_patient: NOW - timedelta(hours=25)}
    assert queries.means(both, first, last) == {cast.ana_patient: ((8 + 3) / 2, 2)}
    assert queries.means(both, monday, last) == {cast.ana_patient: (3, 1)}
    assert queries.places(patient.id, first, last) == [("back-neck", 2, None, 0), ("front-hip-r", 1, None, 0)]
    assert queries.day_before(patient, monday) == date(2026, 3, 8)
    assert queries.day_before(patient, date(2026, 3, 8)) is None
