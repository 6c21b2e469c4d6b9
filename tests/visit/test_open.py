"""An outside doctor opens a link."""

from dataclasses import replace
from datetime import timedelta

import pytest

from companion.audit.model import Event
from companion.store import db
from companion.visit import ticket
from companion.visit.model import VisitLink, VisitUse
from tests.cast import NOW
from tests.visit.records import link, opened, write

NOTHING = "This link opens nothing. It may have ended, or a part of it is missing."
MOSS = "wet moss by the river"


def test_it_says_whose_it_is_what_is_open_and_until_when(app, cast, visit):
    write(cast)
    answer = opened(visit(None), link(cast, ["pain", "notes"]))
    page = answer.text
    assert "The report of Ana" in page
    assert "Nothing can be changed here." in page
    assert "The link works until Tue, Mar 17, 10:00; this page until 11:00." in page
    assert "January 30, 2026 to March 10, 2026" in page
    assert "Notes in the diary" in page
    assert "<b>Not shown:</b> Mood; Medicines; Exercises and CBT; Procedures." in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_cookie_is_of_this_room_and_short(sqlite_app, cast, visit):
    answer = visit(None).post("/visit/open", {"code": link(cast)})
    said = answer.headers["Set-Cookie"]
    for word in ("visit=", "HttpOnly", "Path=/visit", "SameSite=Strict", "Max-Age=3600"):
        assert word in said


def test_the_whole_address_may_be_pasted(sqlite_app, cast, visit):
    opened(visit(None), f" http://localhost/visit/open#{link(cast)} ")


@pytest.mark.parametrize("state", ["unknown", "ended", "withdrawn", "torn"])
def test_what_opens_nothing_is_told_in_the_same_words(app, cast, visit, set_clock, state):
    token = link(cast, passphrase=MOSS)
    if state == "withdrawn":
        row = db.query(VisitLink).one()
        visit("ana").post(f"/visit/links/{row.id}/withdrawal")
    if state == "ended":
        set_clock(NOW + timedelta(days=7))
    typed = {"unknown": "A" * 43, "torn": token[:20]}.get(state, token)
    answer = visit(None).post("/visit/open", {"code": typed, "passphrase": ""})
    assert answer.status_code == 404
    assert NOTHING in answer.text
    assert "Set-Cookie" not in answer.headers
    assert db.query(VisitUse).count() == 0


def test_an_open_report_ends_with_its_link(app, cast, visit, set_clock):
    doctor = visit(None)
    opened(doctor, link(cast, lasts=timedelta(minutes=30)))
    assert "this page until 10:30" in doctor.get("/visit/shared").text
    set_clock(NOW + timedelta(minutes=30))
    answer = doctor.get("/visit/shared")
    assert answer.status_code == 404
    assert "No report is open here." in answer.text


def test_an_open_report_ends_after_an_hour(sqlite_app, cast, visit, set_clock):
    doctor = visit(None)
    opened(doctor, link(cast))
    set_clock(NOW + timedelta(minutes=59))
    assert doctor.get("/visit/shared").status_code == 200
    set_clock(NOW + timedelta(minutes=61))
    assert doctor.get("/visit/shared").status_code == 404


def test_a_passphrase_is_asked_for_and_may_be_said_aloud(app, cast, visit):
    token, doctor = link(cast, passphrase=MOSS), visit(None)
    asked = doctor.post("/visit/open", {"code": token})
    assert asked.status_code == 200
    assert 'name="passphrase"' in asked.text
    assert f'type="hidden" name="code" value="{token}"' in asked.text
    assert db.query(VisitUse).count() == 0
    opened(doctor, token, passphrase="  Wet moss  by the RIVER ")


def test_a_wrong_passphrase_asks_again(app, cast, visit):
    token, doctor = link(cast, passphrase=MOSS), visit(None)
    answer = doctor.post("/visit/open", {"code": token, "passphrase": "dry moss"})
    assert answer.status_code == 422
    assert "This passphrase is not right. Please check it and try again." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert doctor.get("/visit/shared").status_code == 404
    assert db.query(VisitUse).count() == 0


def test_five_tries_in_fifteen_minutes_wherever_from(app, cast, visit, set_clock):
    token = link(cast, passphrase=MOSS)
    for n in range(5):
        wrong = visit(None).post(
            "/visit/open", {"code": token, "passphrase": f"moss {n}"}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}
        )
        assert wrong.status_code == 422
    right = {"code": token, "passphrase": MOSS}
    answer = visit(None).post("/visit/open", right, environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert answer.status_code == 429
    assert "Please wait some minutes" in answer.text
    # another link is not held up, and this one comes back
    opened(visit(None), link(cast, passphrase=MOSS), passphrase=MOSS)
    set_clock(NOW + timedelta(minutes=16))
    opened(visit(None), token, passphrase=MOSS)


def test_an_address_that_guesses_is_held_up(app, cast, visit):
    guesser, token = visit(None), link(cast)
    for n in range(30):
        assert guesser.post("/visit/open", {"code": f"{n:043}"}).status_code == 404
    assert guesser.post("/visit/open", {"code": token}).status_code == 429
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert visit(None).post("/visit/open", {"code": token}, **elsewhere).status_code == 303


def test_a_use_is_counted_once_in_ten_minutes_in_one_browser(app, cast, visit, set_clock):
    token, doctor = link(cast), visit(None)
    opened(doctor, token)
    doctor.get("/visit/shared/report.pdf")
    set_clock(NOW + timedelta(minutes=9))
    opened(doctor, token)
    assert db.query(VisitUse).count() == 1
    opened(visit(None), token)
    assert db.query(VisitUse).count() == 2
    set_clock(NOW + timedelta(minutes=11))
    doctor.get("/visit/shared")
    db.remove()
    assert db.query(VisitUse).count() == 3


def test_closing_it_leaves_nothing_in_the_browser(sqlite_app, cast, visit):
    doctor = visit(None)
    opened(doctor, link(cast))
    assert doctor.post("/visit/shared/close").location == "/visit/open"
    assert doctor.get("/visit/shared").status_code == 404


def test_it_opens_nothing_else(sqlite_app, cast, visit):
    doctor = visit(None)
    opened(doctor, link(cast))
    for path in ("/visit/", "/visit/links", "/visit/report.pdf", "/trends/", "/diary/"):
        assert doctor.get(path).status_code == 303


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "1.2.3.4", "1.2.a.99999999999.0", f"9.1.a.99999999999.{'0' * 64}", f"1.1.a.{'9' * 40}.0", "1.é.a.1.0"],
)
def test_a_cookie_that_we_did_not_write_is_none(sqlite_app, cast, cookie):
    assert ticket.read(cookie, NOW) is None


def test_a_cookie_is_for_its_link_alone(sqlite_app, cast):
    mine = ticket.new(7, None, NOW)
    written = mine.written()
    assert ticket.read(written, NOW) == mine
    assert ticket.read(written.replace(".7.", ".8."), NOW) is None
    assert ticket.read(written, NOW + ticket.LASTS) is None
    assert ticket.new(7, mine, NOW).reader == mine.reader
    assert ticket.new(8, mine, NOW).reader != mine.reader


def test_nothing_typed_is_said_at_its_field(sqlite_app, visit):
    answer = visit(None).post("/visit/open", {"code": " "})
    assert answer.status_code == 422
    assert "Please paste the link." in answer.text


def test_another_site_cannot_open_it(sqlite_app, cast, visit):
    answer = visit(None).post("/visit/open", {"code": link(cast)}, headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 403


def test_it_stands_in_the_audit_log_and_so_does_a_wrong_try(app, cast, visit):
    token, doctor = link(cast, passphrase=MOSS), visit(None)
    doctor.post("/visit/open", {"code": token, "passphrase": "dry moss"})
    opened(doctor, token, passphrase=MOSS)
    row = db.query(VisitLink).one()
    for _ in range(2):
        visit("ana").post(f"/visit/links/{row.id}/withdrawal")
    events = db.query(Event).filter(Event.act.startswith("link_")).order_by(Event.seq).all()
    assert [(each.act, each.actor, each.outcome) for each in events] == [
        ("link_made", cast.ana, "done"),
        ("link_refused", None, "refused"),
        ("link_opened", None, "done"),
        ("link_withdrawn", cast.ana, "done"),
    ]
    assert {(each.whose, each.thing, each.chain) for each in events} == {
        (cast.ana_patient, f"link {row.id}", -cast.ana_patient)
    }


def test_over_tls_the_cookie_stays_on_tls(sqlite_app, cast, visit):
    sqlite_app.config["SETTINGS"] = replace(sqlite_app.config["SETTINGS"], origin="https://diary.example.org")
    assert "Secure" in visit(None).post("/visit/open", {"code": link(cast)}).headers["Set-Cookie"]
