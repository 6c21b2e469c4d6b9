"""The page of today."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from companion.sharing.model import Grant
from companion.store import db


def page(browser, path="/plan/"):
    answer = browser.get(path)
    assert answer.status_code == 200 and "HX-Request" in answer.headers["Vary"]
    return answer.get_data(as_text=True)


def put(model_filter, **values):
    grant = db.query(Grant).filter_by(**model_filter).one()
    for name, value in values.items():
        setattr(grant, name, value)
    db.commit()


def test_a_new_patient_gets_next_steps(app, visit):
    text = page(visit("dora"))
    for link in ("/diary/log", "/medication/new", "/reminders/", "/codes/"):
        assert f'href="{link}"' in text
    assert "Nothing is logged yet today." in text and 'id="thread"' not in text


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "Good morning"), (10, "Good morning"), (11, "Good afternoon"), (17, "Good evening"), (2, "Good evening")],
)
def test_it_greets_by_the_hour_where_she_is(sqlite_app, visit, set_clock, hour, words):
    set_clock(datetime(2026, 3, 10, hour, 0, tzinfo=UTC))  # an hour less than in Berlin
    assert f"{words}, Ana." in page(visit("ana"))


def test_each_line_offers_what_can_be_done(app, visit, day, set_clock):
    set_clock(day.at("10 18:30"))
    text = page(visit("ana"))
    assert f'href="/therapy/{day.exercises}/session?wall=18:00&amp;day=2026-03-10"' in text
    assert f'action="/plan/doses/{day.gabapentin}"' in text and 'data-swap="#thread"' in text
    assert 'data-behaviour="outbox"' in text and 'name="wall" value="21:00"' in text
    assert "Not logged" in text and "Due now" in text and "Evening check-in" in text
    assert text.count('name="status" value="skipped"') == 1  # the missed one; what is later is only taken early


def test_the_last_score_of_today_stands_at_a_glance(app, visit, day):
    day.feels("09 22:00", 9)
    db.commit()
    ana = visit("ana")
    assert "9 of 10" not in page(ana)
    day.feels("10 07:30", 6)
    day.feels("10 09:30", 4)
    db.commit()
    text = page(ana)
    assert "4 of 10 at 09:30" in text and "I can do most things, slowly" in text and "6 of 10 at" not in text


def test_the_entries_of_the_day_are_read_once(app, visit, day, statements):
    day.feels("10 09:30", 4)
    db.commit()
    ana = visit("ana")
    with statements() as asked:
        assert "4 of 10" in page(ana)
    assert (
        len(
            [each for each in asked if "FROM entry" in each.replace('"', "") and "entry.day =" in each.replace('"', "")]
        )
        == 1
    )


def test_done_things_lead_to_their_pages(app, visit, day):
    day.feels("10 09:00", 4)
    day.moves("10 09:30", wall=None)
    db.commit()
    done = {item.kind: item for item in day.items("10 10:00") if item.state == "done"}
    text = page(visit("ana"))
    assert f"/diary/entries/{done['diary'].uuid}" in text and f"/therapy/sessions/{done['therapy'].uuid}" in text


def test_a_caregiver_reads_a_neutral_greeting_and_stays_in_the_record(app, visit, cast, day):
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/plan/")
    assert "Ana&#39;s day" in text and "Good morning" not in text
    assert f'action="/for/{cast.ana_patient}/plan/doses/{day.gabapentin}"' in text
    assert f'href="/for/{cast.ana_patient}/diary/log"' in text


def test_a_caregiver_sees_only_the_open_parts(app, visit, cast, day):
    day.feels("10 09:00", 4)
    put({"account_id": cast.rosa}, parts=["therapy"])
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/plan/")
    assert "Back exercises" in text
    for closed in ("Gabapentin", "check-in", "4 of 10", "Log pain now", "Nothing is logged"):
        assert closed not in text


def test_a_caregiver_who_only_looks_has_no_buttons(app, visit, cast, day):
    put({"account_id": cast.rosa}, may_log=False)
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/plan/")
    assert "Gabapentin" in text
    for button in ("/plan/doses/", "/session?", "Log pain now", "Answer"):
        assert button not in text


def test_a_caregiver_of_an_empty_day_gets_no_steps(app, visit, cast):
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/plan/")
    assert "Nothing is planned today." in text and "/medication/new" not in text


def test_the_phone_gets_the_thread_alone(app, visit, day):
    answer = visit("ana").get("/plan/", headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert 'id="thread"' in text and "<html" not in text and "HX-Request" in answer.headers["Vary"]


def test_others_are_refused(app, visit, cast, day):
    assert visit(None).get("/plan/").location.startswith("/signin/")
    assert visit("dora").get(f"/for/{cast.ana_patient}/plan/").status_code == 404
    assert visit("rosa").get(f"/for/{cast.dora_patient}/plan/").status_code == 404
    assert visit("ben").get("/plan/").status_code == 404
    assert "Gabapentin" not in page(visit("dora"))


def test_it_asks_before_a_dose_is_there_twice(app, visit, day, cast, set_clock):
    set_clock(day.at("10 08:10"))
    form = {"status": "taken", "wall": "08:00", "at": ""}
    assert visit("ana").post(f"/plan/doses/{day.gabapentin}", {**form, "uuid": str(uuid4())}).status_code == 303
    set_clock(day.at("10 08:40"))
    asked = visit("rosa").post(f"/for/{cast.ana_patient}/plan/doses/{day.gabapentin}", {**form, "uuid": str(uuid4())})
    assert asked.status_code == 409
    assert "Ana logged Gabapentin 300 mg, taken 08:10." in asked.text
    assert f'action="/for/{cast.ana_patient}/plan/doses/{day.gabapentin}"' in asked.text
    again = {**form, "uuid": str(uuid4()), "again": "1"}
    assert visit("rosa").post(f"/for/{cast.ana_patient}/plan/doses/{day.gabapentin}", again).status_code == 303
    assert page(visit("ana")).count("Taken 08:") == 2


def test_her_own_last_score_is_at_a_glance(app, visit, day, cast):
    day.feels("10 07:30", 3)
    day.feels("10 09:30", 9, by=cast.rosa)
    db.commit()
    assert "3 of 10 at 07:30" in page(visit("ana"))
