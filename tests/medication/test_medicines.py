"""The pages about medicines."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.identity.model import Patient
from companion.medication import queries, say
from companion.medication.catalogue import named, route
from companion.sharing.model import Grant
from companion.store import db
from companion.words import say_day
from tests.cast import NOW
from tests.house.test_floors import PACKAGE
from tests.medication.conftest import doses, tap


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def shown(text):
    """The reasons on the page, from top to bottom."""
    return re.findall(r'<p class="small words">([^<]*)</p>', text)


def test_a_new_patient_gets_help(sqlite_app, visit):
    text = page(visit("ana"), "/medication/")
    assert "No medicine is on the list yet." in text and "/medication/new" in text


def test_set_times_stand_apart_from_when_needed(app, visit, shelf):
    text = page(visit("ana"), "/medication/")
    assert text.index("At set times") < text.index("Gabapentin 300 mg") < text.index("When you need it")
    assert text.index("When you need it") < text.index("Tramadol 50 mg") and "Not taken yet." in text
    assert "Every day at 08:00, 13:00, and 21:00" in text and "Taken today: 0 of 3" in text
    assert "Baclofen" not in text


def test_each_time_of_today_says_how_it_stands(app, visit, shelf, set_clock):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    set_clock(datetime(2026, 3, 10, 12, 30, tzinfo=UTC))  # 13:30
    text = page(ana, "/medication/")
    assert "Taken 10:00" in text and "Due now" in text and "Later" in text and "Taken today: 1 of 3" in text
    assert 'name="wall" value="13:00"' in text  # the one to take
    set_clock(datetime(2026, 3, 10, 14, 30, tzinfo=UTC))  # 15:30
    assert "Not logged" in page(ana, "/medication/")


def test_it_says_when_it_was_taken_last(app, visit, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-03-09T21:05"))
    assert "Last taken yesterday, 21:05" in page(ana, "/medication/")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-03-10T03:55"))
    assert "Last taken today, 03:55" in page(ana, "/medication/")  # six hours ago, on the diary day before
    ana.post(f"/medication/{shelf.tramadol}/doses", tap("skipped"))
    ana.post(f"/medication/{shelf.tramadol}/doses", tap())
    assert "Last taken today, 10:00" in page(ana, "/medication/")


@given(
    ago=st.timedeltas(timedelta(), timedelta(days=800)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
)
def test_words_about_when_go_by_the_calendar_where_she_is(ago, zone):
    local, today = (instant.astimezone(ZoneInfo(zone)).date() for instant in (NOW - ago, NOW))
    words = {0: "today", 1: "yesterday"}.get((today - local).days, say_day(local, "MMMEd"))
    if local.year != today.year:
        words = say_day(local, "yMMMEd")
    assert say.when(NOW - ago, zone, NOW) == words


def test_a_dose_of_the_night_carries_its_date(sqlite_app, visit, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-03-10T03:55"))
    text = page(ana, f"/medication/{shelf.tramadol}")
    assert "<h3>Tue, Mar 10</h3>" in text and "Taken 03:55" in text and "Mar 9" not in text
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(when="2026-03-10T00:00"))
    text = page(ana, f"/medication/{shelf.gabapentin}")
    assert "<h3>Mon, Mar 9, 21:00</h3>" in text and "Taken Tue, Mar 10, 00:00" in text
    # the history goes by diary days, so it says the date of both
    text = page(ana, "/medication/history")
    assert ">Mon, Mar 9</h2>" in text and "Taken Tue, Mar 10, 03:55" in text and "Taken Tue, Mar 10, 00:00" in text


def test_a_planned_time_after_midnight_carries_its_date(sqlite_app, visit, cast, set_clock):
    ana = visit("ana")
    set_clock(NOW - timedelta(days=3))
    ana.post("/medication/", {"name": "Melatonin", "when": "times", "walls": ["03:30"], "weekdays": list("1234567")})
    set_clock(NOW)
    [medicine] = queries.medicines(db.get(Patient, cast.ana_patient))
    ana.post(f"/medication/{medicine.id}/doses", tap("skipped", wall="03:30", when="2026-03-10T03:40"))
    assert "<h3>Tue, Mar 10, 03:30</h3>" in page(ana, f"/medication/{medicine.id}")
    text = page(ana, "/medication/history")
    assert ">Mon, Mar 9</h2>" in text and "planned Tue, Mar 10, 03:30" in text


def test_one_medicine_shows_its_last_thirty_days(app, visit, shelf):
    ana = visit("ana")
    # today is Mar 10, so the first of thirty days is Feb 9, which begins at 04:00
    for when, reason in (("2026-02-09T04:00", "Long walk"), ("2026-02-09T03:59", "Too long ago")):
        ana.post(f"/medication/{shelf.tramadol}/doses", tap(when=when, reason=reason))
    text = page(ana, f"/medication/{shelf.tramadol}")
    assert "The last 30 days" in text
    assert "Long walk" in text and "Too long ago" not in text and "When needed" in text


def test_the_history_has_thirty_days_a_page(app, visit, shelf):
    ana = visit("ana")
    for when in ("2026-03-10T09:00", "2026-02-09T04:00", "2026-02-09T03:59", "2026-01-10T04:00", "2026-01-10T03:59"):
        ana.post(f"/medication/{shelf.tramadol}/doses", tap(when=when, reason=f"on {when}"))
    text = page(ana, "/medication/history")
    assert shown(text) == ["on 2026-03-10T09:00", "on 2026-02-09T04:00"]
    assert 'href="/medication/history?last=2026-02-08"' in text
    text = page(ana, "/medication/history?last=2026-02-08")
    assert shown(text) == ["on 2026-02-09T03:59", "on 2026-01-10T04:00"]
    text = page(ana, "/medication/history?last=2026-01-09")
    assert shown(text) == ["on 2026-01-10T03:59"] and "Earlier" not in text


@pytest.mark.parametrize("last", ["nonsense", "2026-03-10", "2026-03-11", "9999-12-31"])
def test_no_page_of_the_history_is_to_come(sqlite_app, visit, shelf, last):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(reason="Just now"))
    assert shown(page(ana, f"/medication/history?last={last}")) == ["Just now"]


@pytest.mark.parametrize("last", ["0001-01-01", "1900-01-01"])
def test_no_page_of_the_history_is_before_all(sqlite_app, visit, shelf, last):
    text = page(visit("ana"), f"/medication/history?last={last}")
    assert "No dose is written down in these days." in text and "Earlier" not in text


def test_an_empty_history_says_how_to_begin(sqlite_app, visit, cast, shelf):
    ana = visit("ana")
    assert "Nothing is logged yet. Tap Take on a medicine." in page(ana, "/medication/history")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-01-10T09:00"))
    text = page(ana, "/medication/history")
    assert "Nothing is logged yet" not in text and "No dose is written down in these days." in text
    ana.post(f"/medication/doses/{doses()[0].uuid}/removal")
    db.query(Grant).filter_by(account_id=cast.rosa).one().may_log = False
    db.commit()
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/medication/history")
    assert "Nothing is logged yet." in text and "Tap Take" not in text


def test_what_was_written_before_a_journey_west_is_there(sqlite_app, visit, cast, shelf):
    ana = visit("ana")
    db.get(Patient, cast.ana_patient).zone = "Pacific/Kiritimati"
    db.commit()
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(reason="Before the flight"))
    db.get(Patient, cast.ana_patient).zone = "Pacific/Pago_Pago"  # a day behind
    db.commit()
    for address in ("/medication/history", f"/medication/{shelf.tramadol}"):
        assert "Before the flight" in page(ana, address)


def test_earlier_days_are_added_in_place(sqlite_app, visit, shelf):
    ana = visit("ana")
    for when in ("2026-03-10T09:00", "2026-01-05T12:00", "2025-11-05T12:00"):
        ana.post(f"/medication/{shelf.tramadol}/doses", tap(when=when, reason=f"on {when[:10]}"))
    text = page(ana, "/medication/history")
    (link,) = re.findall(r'<p id="earlier"><a ([^>]*)>', text)
    address = "/medication/history?last=2026-01-05"
    for attribute in (f'href="{address}"', f'data-hx-get="{address}"', 'data-hx-target="#earlier"'):
        assert attribute in link
    assert 'data-hx-swap="outerHTML"' in link and 'data-hx-replace-url="true"' in link
    assert 'data-behaviour="focus"' not in text
    part = ana.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part and "<h1" not in part and shown(part) == ["on 2026-01-05"]
    # the next link, and the focus on what has come
    assert part.count('id="earlier"') == 1 and "last=2025-11-05" in part
    assert '<h2 id="day-2026-01-05" tabindex="-1" data-behaviour="focus">Mon, Jan 5</h2>' in part
    part = ana.get("/medication/history?last=2025-11-05", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Wed, Nov 5, 2025" in part and "earlier" not in part


def test_a_caregiver_sees_and_stays_in_the_record(app, visit, cast, shelf):
    text = page(visit("rosa"), f"/for/{cast.ana_patient}/medication/")
    assert "Gabapentin 300 mg" in text and "medicines" in text
    assert f'href="/for/{cast.ana_patient}/medication/{shelf.gabapentin}"' in text
    assert f'action="/for/{cast.ana_patient}/medication/{shelf.gabapentin}/doses"' in text


def test_a_caregiver_who_only_looks_has_no_buttons(app, visit, cast, shelf):
    db.query(Grant).filter_by(account_id=cast.rosa).one().may_log = False
    db.commit()
    rosa = visit("rosa")
    for path in ("", f"{shelf.gabapentin}", "history"):
        text = page(rosa, f"/for/{cast.ana_patient}/medication/{path}")
        assert "Gabapentin" in text or path == "history"
        assert 'value="taken"' not in text and "medication/new" not in text and "/stop" not in text
    assert rosa.get(f"/for/{cast.ana_patient}/medication/new").status_code == 404


def test_others_are_refused(app, visit, cast, shelf):
    paths = ("", f"{shelf.gabapentin}", "history", "new", f"{shelf.gabapentin}/change")
    grant = db.query(Grant).filter_by(account_id=cast.rosa).one()
    grant.parts = ["pain"]
    db.commit()
    for path in paths:
        assert visit(None).get(f"/medication/{path}").location.startswith("/signin/")
        assert visit("rosa").get(f"/for/{cast.ana_patient}/medication/{path}").status_code == 404
        assert visit("dora").get(f"/for/{cast.ana_patient}/medication/{path}").status_code == 404
        assert visit("ben").get(f"/medication/{path}").status_code == 404
    assert visit("dora").get(f"/medication/{shelf.gabapentin}").status_code == 404


def test_the_phone_gets_the_list_alone(sqlite_app, visit, shelf):
    answer = visit("ana").get("/medication/", headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert 'id="medicines"' in text and "<html" not in text and "HX-Request" in answer.headers["Vary"]


def test_looking_changes_nothing(app, visit, shelf, cast):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(at=(NOW - timedelta(hours=1)).isoformat()))
    before = page(ana, f"/medication/{shelf.tramadol}").count("Taken 09:00")
    assert before == page(ana, f"/medication/{shelf.tramadol}").count("Taken 09:00") == 1


def test_every_medicine_of_the_catalogue_has_a_source():
    rows = tomllib.loads((PACKAGE / "medication" / "catalogue.toml").read_text(encoding="utf-8"))["medicine"]
    assert len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == len(rows) >= 45
    for row in rows:
        assert row["source"].split(":")[0] in {"S", "S2", "GK"}
        assert row["route"] in {"mouth", "skin", "nose"} and row["strengths"]
        # a code that nobody has checked is worse than none
        assert "rxnorm" not in row or (row["source"].startswith("S:") and row["rxnorm"].isdecimal())
    codes = {row["name"]: row.get("rxnorm") for row in rows}
    assert (codes["Tramadol"], codes["Gabapentin"]) == ("10689", None)


def test_a_name_is_found_however_it_is_written():
    assert named(" tramadol ").code == "tramadol" and named("Balm") is None
    assert (route("fentanyl-patch"), route(None), route("of another catalogue")) == ("skin", "mouth", "mouth")
