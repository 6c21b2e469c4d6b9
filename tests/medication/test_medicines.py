"""The pages about medicines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from companion.medication.catalogue import CATALOGUE, CLASSES, named, route
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import tap


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200 and "HX-Request" in answer.headers["Vary"]
    return answer.get_data(as_text=True)


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
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-03-10T02:15"))
    assert "Last taken yesterday, 02:15" in page(ana, "/medication/")  # the night before
    ana.post(f"/medication/{shelf.tramadol}/doses", tap("skipped"))
    ana.post(f"/medication/{shelf.tramadol}/doses", tap())
    assert "Last taken today, 10:00" in page(ana, "/medication/")


def test_one_medicine_shows_its_thirty_days(app, visit, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-02-09T12:00", reason="Long walk"))
    ana.post(f"/medication/{shelf.tramadol}/doses", tap(when="2026-02-07T12:00", reason="Too long ago"))
    text = page(ana, f"/medication/{shelf.tramadol}")
    assert "Long walk" in text and "Too long ago" not in text and "When needed" in text


def test_the_history_has_thirty_days_a_page(app, visit, shelf):
    ana = visit("ana")
    for when in ("2026-03-10T09:00", "2026-02-10T12:00", "2026-01-05T12:00"):
        ana.post(f"/medication/{shelf.tramadol}/doses", tap(when=when, reason=f"on {when[:10]}"))
    text = page(ana, "/medication/history")
    assert "on 2026-03-10" in text and "on 2026-02-10" in text and "on 2026-01-05" not in text
    assert "/medication/history?last=2026-01-05" in text
    text = page(ana, "/medication/history?last=2026-01-05")
    assert "on 2026-01-05" in text and "on 2026-02-10" not in text and "Earlier" not in text
    assert "on 2026-03-10" in page(ana, "/medication/history?last=nonsense")
    page(ana, "/medication/history?last=0001-01-01")


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
        assert visit(None).get(f"/medication/{path}").location.startswith("/identity/sign-in")
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


def test_every_medicine_of_the_catalogue_has_a_source_and_a_class():
    assert len({known.code for known in CATALOGUE}) == len(CATALOGUE) >= 45
    for known in CATALOGUE:
        assert known.source.split(":")[0] in {"S", "S2", "GK"} and known.kind in CLASSES
        assert known.route in {"mouth", "skin", "nose"} and known.strengths
        # a code that nobody has checked is worse than none
        assert known.rxnorm is None or (known.source.startswith("S:") and known.rxnorm.isdecimal())
    assert named(" tramadol ").rxnorm == "10689" and named("Gabapentin").rxnorm is None and named("Balm") is None
    assert (route("fentanyl-patch"), route(None), route("of another catalogue")) == ("skin", "mouth", "mouth")
