"""A day is looked back on: what it allowed first, each answer by choice, and it counts with the moments of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from companion.diary.model import DiaryDay
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept, names, uuid_on

#: Tuesday, 20:30 in Berlin
EVENING = datetime(2026, 3, 10, 19, 30, tzinfo=UTC)
ASKED = {"impact", "enjoyment", "walked", "walked_in", "pain", "worst", "least", "sleep_hours", "sleep", "fatigue", "mood", "stress", "note"}  # fmt: skip


@pytest.fixture
def ana(app, visit, set_clock):
    set_clock(EVENING)
    return visit("ana")


def told(**fields):
    """The form as a browser without scripts sends it."""
    blank = dict.fromkeys((*ASKED, "at", "day", "here"), "") | {"walked_in": "minutes of walking"}
    return blank | {"uuid": filled()["uuid"]} | fields


def day_row():
    return db.execute(select(DiaryDay.entries, DiaryDay.pain_sum, DiaryDay.pain_low, DiaryDay.pain_high)).one()


def test_it_asks_for_function_first_and_never_tells_an_earlier_score(ana, cast):
    ana.post("/diary/entries", filled(pain="7"))
    page = ana.get("/diary/evening")
    assert names(page) >= ASKED
    order = [
        page.text.index(f'name="{name}"') for name in ("impact", "enjoyment", "walked", "pain", "sleep_hours", "mood")
    ]
    assert order == sorted(order)
    assert "checked" not in page.text
    assert "7 of 10" not in page.text


def test_all_of_it_is_kept_and_said(ana, cast):
    said = {"impact": "3", "enjoyment": "2", "walked": "25", "walked_in": "streets", "pain": "4", "worst": "8", "least": "1",
            "sleep_hours": "6,5", "sleep": "5", "fatigue": "6", "mood": "7", "stress": "9", "note": "Leo came"}  # fmt: skip
    assert ana.post("/diary/evenings", told(**said)).location == "/plan/?said=logged"
    (entry,) = kept(cast.ana_patient)
    assert (entry.kind, entry.felt_at, entry.day, entry.from_memory) == ("evening", EVENING, date(2026, 3, 10), False)
    assert (entry.walked, entry.walked_in, entry.sleep_hours) == (25, "streets", 6.5)
    assert day_row() == (1, 4, 1, 8)
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    for words in ("At its worst 8 of 10.", "At its least 1 of 10.", "Stops me: 3 of 10", "Takes the joy: 2 of 10",
                  "Walked or stood: 25 streets", "Slept 6.5 hours", "Tired: 6 of 10", "Mood: 7 of 10", "Tense: 9 of 10", "Leo came"):  # fmt: skip
        assert words in page
    today = ana.get("/plan/").text
    assert "Pain 4 of 10 on average" in today


def test_one_answer_is_enough_and_none_is_asked_for_in_words(ana, cast):
    page = ana.post("/diary/evenings", told())
    assert (page.status_code, kept(cast.ana_patient)) == (422, [])
    assert "Nothing is filled in yet. One answer is enough." in page.text
    assert ana.post("/diary/evenings", told(walked="12")).status_code == 303
    (entry,) = kept(cast.ana_patient)
    assert (entry.pain, entry.walked, entry.walked_in) == (None, 12, "minutes of walking")
    assert day_row() == (0, 0, None, None)
    for address in ("/plan/", "/diary/", f"/diary/entries/{entry.uuid}", "/trends/", "/trends/?span=all"):
        assert ana.get(address).status_code == 200
    assert "The day, looked back on" in ana.get("/diary/").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"walked": "many"}, "Please write a number from 0 to 100000."),
        ({"sleep_hours": "25"}, "Please write a number from 0 to 24."),
        ({"pain": "6", "worst": "4"}, "This is less than the average."),
        ({"worst": "4", "least": "5"}, "This is more than the other numbers for pain."),
        ({"impact": "11"}, "Please choose a number from 0 to 10."),
    ],
)
def test_what_does_not_fit_is_said_beside_it_and_nothing_typed_is_lost(ana, cast, wrong, words):
    page = ana.post("/diary/evenings", told(note="Kept words", **wrong))
    assert (page.status_code, kept(cast.ana_patient)) == (422, [])
    assert words in page.text
    assert "Kept words" in page.text
    for name, value in wrong.items():
        assert name in {"impact", "worst", "least", "pain"} or f'value="{value}"' in page.text


def test_in_the_morning_it_is_about_yesterday(app, visit, cast, set_clock):
    set_clock(NOW)
    browser = visit("ana")
    page = browser.get("/diary/evening")
    assert 'name="day" value="yesterday" checked' in page.text
    browser.post("/diary/evenings", told(pain="5", day="yesterday", uuid=uuid_on(page)))
    (entry,) = kept(cast.ana_patient)
    assert (entry.day, entry.felt_at, entry.from_memory) == (
        date(2026, 3, 9),
        datetime(2026, 3, 9, 20, tzinfo=UTC),
        True,
    )
    assert "from memory" in browser.get(f"/diary/entries/{entry.uuid}").text
    again = browser.get("/diary/evening")
    assert again.location == f"/diary/entries/{entry.uuid}/correct"


def test_a_second_one_of_the_day_corrects_the_first(ana, cast):
    ana.post("/diary/evenings", told(pain="5", worst="6"))
    (entry,) = kept(cast.ana_patient)
    assert ana.get("/diary/evening").location == f"/diary/entries/{entry.uuid}/correct"
    page = ana.get(f"/diary/entries/{entry.uuid}/correct")
    assert 'name="worst" value="6" checked' in page.text
    sent = told(pain="5", worst="9", walked="3", version="1")
    assert ana.post(f"/diary/entries/{entry.uuid}/corrections", sent).status_code == 303
    (now,) = kept(cast.ana_patient)
    assert (now.worst, now.walked, now.version, now.felt_at) == (9, 3, 2, EVENING)
    assert day_row() == (1, 5, 5, 9)
    assert "At its worst 6 of 10." in ana.get(f"/diary/entries/{entry.uuid}").text


def test_a_resend_is_one_and_other_words_are_asked_about(ana, cast):
    first = told(pain="5")
    for _time in range(2):
        assert ana.post("/diary/evenings", first).status_code == 303
    other = ana.post("/diary/evenings", first | {"pain": "6"})
    assert (other.status_code, len(kept(cast.ana_patient))) == (409, 1)
    assert ana.post("/diary/evenings", first | {"pain": "6", "uuid": uuid_on(other)}).status_code == 303
    assert [entry.pain for entry in kept(cast.ana_patient)] == [5, 6]


def test_it_answers_the_evening_check_in_of_the_day(ana, cast, set_clock):
    set_clock(NOW)
    ana.post("/reminders/evening", {"wall": "20:00"})
    set_clock(EVENING)
    assert '/diary/evening">' in ana.get("/plan/").text
    ana.post("/diary/evenings", told(impact="2"))
    page = ana.get("/plan/").text
    assert "Written down" in page
    assert '/diary/evening">' not in page


def test_who_may_not_see_mood_is_not_asked_for_it(ana, cast, visit, set_clock):
    rosa = visit("rosa")
    page = rosa.get(f"/for/{cast.ana_patient}/diary/evening")
    assert page.status_code == 200
    assert {"mood", "stress"} & names(page) == set()
    answer = rosa.post(f"/for/{cast.ana_patient}/diary/evenings", told(pain="5", stress="3"))
    assert (answer.status_code, kept(cast.ana_patient)) == (422, [])
    assert "This part is not shared with you" in answer.text


def test_the_unit_is_offered_again(ana, cast, set_clock):
    assert 'value="minutes of walking"' in ana.get("/diary/evening").text
    ana.post("/diary/evenings", told(walked="4", walked_in="stairs"))
    set_clock(EVENING + timedelta(days=1))
    page = ana.get("/diary/evening").text
    assert 'value="stairs"' in page
    assert 'name="walked" inputmode="decimal" value=""' in page
