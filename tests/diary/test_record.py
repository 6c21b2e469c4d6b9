"""Checking in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import html5lib
import pytest
from sqlalchemy import select, update

from companion.diary.model import DiaryDay, Entry
from companion.identity.model import Patient
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept, names, uuid_on


def test_it_records_all_that_was_said(app, visit, cast):
    sheet = filled(
        pain="7", where=["back-lower-back-r", "front-hip-l"], impact="8", sleep="3", mood="0", note="Stairs.\r\nTwice."
    )
    answer = visit("ana").post("/diary/entries", sheet)
    assert (answer.status_code, answer.location) == (303, "/plan/?said=logged")
    (entry,) = kept(cast.ana_patient)
    assert (entry.pain, entry.impact, entry.sleep, entry.mood, entry.note) == (7, 8, 3, 0, "Stairs.\nTwice.")
    assert entry.regions == ["back-lower-back-r", "front-hip-l"]
    assert (entry.felt_at, entry.recorded_at, entry.author_id, entry.version) == (NOW, NOW, cast.ana, 1)
    assert (entry.day, entry.zone, entry.uuid) == (date(2026, 3, 10), "Europe/Berlin", sheet["uuid"])
    day = db.scalars(select(DiaryDay)).one()
    assert (day.entries, day.pain_sum, day.impact_sum, day.impact_count, day.mood_sum, day.mood_count) == (
        1,
        7,
        8,
        1,
        0,
        1,
    )


def test_it_needs_only_a_number(sqlite_app, visit, cast):
    assert visit("ana").post("/diary/entries", filled(pain="0")).status_code == 303
    (entry,) = kept(cast.ana_patient)
    assert (entry.pain, entry.impact, entry.sleep, entry.mood, entry.note, entry.regions) == (
        0,
        None,
        None,
        None,
        "",
        [],
    )


def test_it_moves_the_record_on(sqlite_app, visit, cast, set_clock):
    set_clock(NOW + timedelta(hours=1))
    visit("ana").post("/diary/entries", filled())
    assert db.get(Patient, cast.ana_patient).diary_at == NOW + timedelta(hours=1)


def test_a_resend_is_the_same_entry(app, visit, cast):
    sheet = filled()
    assert [visit("ana").post("/diary/entries", sheet).status_code for _ in range(2)] == [303, 303]
    assert len(kept(cast.ana_patient)) == 1
    assert db.scalars(select(DiaryDay.entries)).all() == [1]


def test_other_words_under_the_same_id_are_kept_on_the_page(app, visit, cast):
    ana, sheet = visit("ana"), filled(pain="3")
    ana.post("/diary/entries", sheet)
    page = ana.post("/diary/entries", sheet | {"pain": "8", "note": "Worse now", "where": ["back-neck"]})
    assert page.status_code == 409
    assert "Worse now" in page.text
    assert 'name="pain" value="8" checked' in page.text
    assert 'value="back-neck" checked' in page.text
    assert uuid_on(page) != sheet["uuid"]
    assert [entry.pain for entry in kept(cast.ana_patient)] == [3]
    ana.post("/diary/entries", sheet | {"pain": "8", "uuid": uuid_on(page)})
    assert [entry.pain for entry in kept(cast.ana_patient)] == [3, 8]


def test_two_taps_at_once_are_one_entry(app, visit, cast):
    sheet = filled()
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda browser: browser.post("/diary/entries", sheet), [visit("ana") for _ in range(4)])
        )
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len(kept(cast.ana_patient)) == 1
    assert db.scalars(select(DiaryDay.entries)).all() == [1]


def test_two_patients_may_use_the_same_id(app, visit, cast):
    sheet = filled()
    visit("ana").post("/diary/entries", sheet)
    visit("dora").post("/diary/entries", sheet | {"pain": "9"})
    assert [entry.pain for entry in (*kept(cast.ana_patient), *kept(cast.dora_patient))] == [5, 9]


def test_a_day_ends_at_four(app, visit, cast):
    for when in ("2026-03-10T00:10", "2026-03-10T03:59", "2026-03-10T04:00"):
        visit("ana").post("/diary/entries", filled(when=when))
    entries = kept(cast.ana_patient)
    assert [entry.local.isoformat()[11:16] for entry in entries] == ["00:10", "03:59", "04:00"]
    assert [entry.day.day for entry in entries] == [9, 9, 10]
    assert db.execute(select(DiaryDay.day, DiaryDay.entries).order_by(DiaryDay.day)).all() == [
        (date(2026, 3, 9), 2),
        (date(2026, 3, 10), 1),
    ]


def test_a_chosen_time_is_of_the_patients_zone(app, visit, cast):
    visit("dora").post("/diary/entries", filled(when="2026-03-09T23:00"))
    visit("dora").post("/diary/entries", filled(when="2026-03-08T02:30"))
    late, in_the_gap = kept(cast.dora_patient)
    assert (late.felt_at, late.day) == (datetime(2026, 3, 10, 3, tzinfo=UTC), date(2026, 3, 9))
    assert (in_the_gap.felt_at, in_the_gap.day) == (datetime(2026, 3, 8, 7, tzinfo=UTC), date(2026, 3, 7))


def test_the_phone_says_when_it_was_tapped(app, visit, cast):
    visit("ana").post("/diary/entries", filled(at="2026-03-10T06:30:15.250Z"))
    visit("ana").post("/diary/entries", filled(at="2026-03-10T06:30:15.250Z", when="2026-03-10T05:00"))
    tapped, chosen = kept(cast.ana_patient)
    assert tapped.felt_at.isoformat() == "2026-03-10T06:30:15.250000+00:00"
    assert chosen.felt_at == datetime(2026, 3, 10, 4, tzinfo=UTC)


def test_a_phone_with_a_wrong_clock_is_asked_for_the_time(sqlite_app, visit, cast):
    ana, sheet = visit("ana"), filled(at="soon", note="Kept")
    page = ana.post("/diary/entries", sheet)
    assert page.status_code == 422
    assert "The clock of this phone may be wrong" in page.text
    assert ana.post("/diary/entries", sheet | {"when": "2026-03-10T09:30"}).status_code == 303
    assert kept(cast.ana_patient)[0].felt_at == datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"pain": None}, "Tap the number that fits best."),
        ({"pain": "  "}, "Tap the number that fits best."),
        ({"pain": "11"}, "Please choose a number from 0 to 10."),
        ({"pain": "-1"}, "Please choose a number from 0 to 10."),
        ({"pain": "5.5"}, "Please choose a number from 0 to 10."),
        ({"mood": "99"}, "Please choose a number from 0 to 10."),
        ({"when": "2026-03-10T12:00"}, "This is still to come."),
        ({"when": "1985-01-01T12:00"}, "This is before you were born."),
        ({"when": "yesterday"}, "Please write a date and a time."),
        ({"uuid": "7"}, "This page is too old."),
        ({"uuid": None}, "This page is too old."),
        ({"where": ["back-neck", "tail"]}, "One of the places is not on our list."),
        ({"note": "a" * 4001}, "Please keep the note under 4,000 letters."),
    ],
)
def test_it_refuses_in_plain_words_and_keeps_what_was_typed(sqlite_app, visit, cast, fields, sentence):
    db.execute(update(Patient).values(born_on=date(1990, 1, 1)))
    db.commit()
    page = visit("ana").post(
        "/diary/entries",
        filled(note="Do not lose me", sleep="4") | fields if "note" not in fields else filled(**fields),
    )
    assert page.status_code == 422
    assert sentence in page.text
    assert ("Do not lose me" in page.text) or ("a" * 4001 in page.text)
    assert kept(cast.ana_patient) == []


def test_a_refused_page_holds_every_answer(sqlite_app, visit, cast):
    sheet = filled(
        pain=None, impact="2", sleep="3", mood="4", when="2026-03-09T20:00", where=["front-hip-r"], note="<b>Sore</b>"
    )
    page = visit("ana").post("/diary/entries", sheet).text
    for name, value in (("impact", "2"), ("sleep", "3"), ("mood", "4")):
        assert f'name="{name}" value="{value}" checked' in page
    assert 'value="front-hip-r" checked' in page
    assert 'value="2026-03-09T20:00"' in page
    assert "&lt;b&gt;Sore&lt;/b&gt;" in page


def test_the_page_does_not_show_an_earlier_score(sqlite_app, visit, cast):
    ana = visit("ana")
    before = ana.get("/diary/log")
    ana.post("/diary/entries", filled(pain="7", impact="6", sleep="2", mood="1", note="Bad night", where=["back-neck"]))
    after = ana.get("/diary/log")
    assert after.text.replace(uuid_on(after), "") == before.text.replace(uuid_on(before), "")
    assert " checked" not in after.text.replace('name="side" value="back" checked', "")


def test_the_browser_does_not_choose_an_earlier_number_again(sqlite_app, visit, cast):
    page = visit("ana").get("/diary/log").text
    assert re.search(r'<form[^>]* id="check-in"[^>]* autocomplete="off"', page)


def test_a_browser_without_scripts_can_check_in(sqlite_app, visit, cast):
    ana = visit("ana")
    root = html5lib.parse(ana.get("/diary/log").text, namespaceHTMLElements=False)
    (form,) = root.findall(".//form[@method='post']")
    sheet = {
        field.get("name"): field.get("value", "")
        for field in form.iter("input")
        if field.get("type") == "hidden" or field.get("checked") is not None
    }
    assert [button.get("form") for button in root.iter("button") if button.get("form")] == [form.get("id")]
    assert {"pain", "where", "impact", "sleep", "mood"} <= {field.get("name") for field in form.iter("input")}
    answer = ana.post(form.get("action"), sheet | {"pain": "4"})
    assert answer.status_code == 303
    assert [(entry.pain, entry.felt_at) for entry in kept(cast.ana_patient)] == [(4, NOW)]


def test_the_note_says_that_the_clinic_reads_it_only_if_it_does(sqlite_app, visit, cast):
    sentence = "Your clinic can read this at your next visit. It is not a message."
    assert sentence in visit("ana").get("/diary/log").text
    assert sentence not in visit("dora").get("/diary/log").text
    db.execute(update(Grant).where(Grant.clinic_id.is_not(None)).values(stopped_at=NOW))
    db.commit()
    assert sentence not in visit("ana").get("/diary/log").text


def test_a_caregiver_signs_what_they_write(app, visit, cast):
    rosa = visit("rosa")
    assert "How strong is Ana's pain now?" in rosa.get(f"/for/{cast.ana_patient}/diary/log").text
    answer = rosa.post(f"/for/{cast.ana_patient}/diary/entries", filled(pain="6"))
    assert (answer.status_code, answer.location) == (303, f"/for/{cast.ana_patient}/plan/?said=logged")
    (entry,) = kept(cast.ana_patient)
    assert (entry.pain, entry.author_id) == (6, cast.rosa)


def test_a_caregiver_writes_only_in_open_parts(sqlite_app, visit, cast):
    rosa, address = visit("rosa"), f"/for/{cast.ana_patient}/diary"
    assert {"mood", "note"} & names(rosa.get(f"{address}/log")) == set()
    for fields in ({"mood": "3"}, {"note": "She cried"}):
        page = rosa.post(f"{address}/entries", filled(**fields))
        assert page.status_code == 422
        assert "This part is not shared with you" in page.text
    assert "She cried" in page.text
    assert kept(cast.ana_patient) == []
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(parts=["pain", "mood", "notes"]))
    db.commit()
    assert {"mood", "note"} <= names(rosa.get(f"{address}/log"))
    assert rosa.post(f"{address}/entries", filled(mood="3", note="She smiled")).status_code == 303


@pytest.mark.parametrize("change", [{"parts": ["medicines"]}, {"may_log": False}, {"stopped_at": NOW}])
def test_it_refuses_a_caregiver_who_may_not(sqlite_app, visit, cast, change):
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(**change))
    db.commit()
    assert visit("rosa").get(f"/for/{cast.ana_patient}/diary/log").status_code == 404
    assert visit("rosa").post(f"/for/{cast.ana_patient}/diary/entries", filled()).status_code == 404
    assert db.scalars(select(Entry)).all() == []


@pytest.mark.parametrize("name", ["ben", "carl", "dora"])
def test_it_refuses_everybody_else(sqlite_app, visit, cast, name):
    assert visit(name).get(f"/for/{cast.ana_patient}/diary/log").status_code == 404
    assert visit(name).post(f"/for/{cast.ana_patient}/diary/entries", filled()).status_code == 404
    assert db.scalars(select(Entry)).all() == []


def test_it_sends_a_stranger_to_sign_in_with_the_words_kept(sqlite_app, visit, cast):
    assert visit(None).get("/diary/log").location.startswith("/signin/")
    page = visit(None).post("/diary/entries", filled(note="Still here"))
    assert page.status_code == 401
    assert "Still+here" in page.text
    assert db.scalars(select(Entry)).all() == []
