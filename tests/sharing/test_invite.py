"""Letting a caregiver in by a code."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
import segno
from sqlalchemy import func, select, text

from companion.identity.model import Account, Clinic
from companion.sharing import code, invite
from companion.sharing.model import PARTS, Grant, Invitation
from companion.store import db
from companion.web import qr
from tests.cast import NOW
from tests.sharing.codes import FORM, SHOWN, from_ana, made


def _one():
    return db.scalars(select(Invitation)).one()


def test_it_makes_a_code_and_shows_it_for_ten_minutes_in_this_browser(app, visit, cast):
    ana = visit("ana")
    address = ana.post("/sharing/invitations", FORM).location
    answer = ana.get(address)
    assert answer.status_code == 200 and ana.client.get_cookie("invited").max_age == 600
    assert visit("ana").get(address).location == "/sharing/", "another browser of hers"
    told = SHOWN.search(answer.text).group(1)
    assert f"http://localhost/codes/#{told}" in answer.text
    row = _one()
    assert (row.patient_id, row.clinic_id, row.made_by) == (cast.ana_patient, None, cast.ana)
    assert (row.note, row.parts, row.may_log) == ("Jonas", ["pain", "therapy"], True)
    assert row.expires_at == NOW + timedelta(days=2)
    assert told not in visit("ana").get("/sharing/").text


def test_it_stores_only_the_hash(app, visit, cast):
    told = made(visit("ana"), "/sharing/invitations", FORM)
    assert _one().code_hash == sha256(told.encode()).hexdigest()
    stored = " ".join(str(value) for value in db.execute(text("SELECT * FROM invitation")).one())
    assert told not in stored
    assert told.replace("-", "") not in stored


def test_it_draws_the_address_without_inline_style(app, visit):
    ana = visit("ana")
    page = ana.get(ana.post("/sharing/invitations", FORM).location).text
    drawn = re.search(r"<svg class=\"qr\".*?</svg>", page).group()
    assert "style" not in drawn
    assert re.findall(r"<(\w+)", drawn) == ["svg", "path"]


def test_it_draws_what_the_library_draws():
    side, path = qr.drawing("http://localhost/codes/#K7QD-2MXP")
    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        dark |= {(int(x) + step - qr.EDGE, int(y) - qr.EDGE) for step in range(int(length))}
    matrix = segno.make_qr("http://localhost/codes/#K7QD-2MXP", error="m").matrix
    assert side == len(matrix) + 8
    assert dark == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


def test_it_lasts_two_weeks_from_a_clinic(app, cast):
    clinic, ben = db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.ben)
    row, told = invite.invite_patient(clinic, ben, "Ana", NOW)
    assert (row.expires_at, row.parts, row.may_log) == (NOW + timedelta(days=14), list(PARTS), False)
    assert code.read(told) == told


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Please fill this in."),
        ("name", "x" * 81, "This is too long."),
        ("parts", [], "Please choose at least one part."),
        ("parts", ["everything"], "Please choose one of these."),
        ("name", "\u200b\u2800 ", "Please fill this in."),
    ],
)
def test_it_refuses_in_plain_words(sqlite_app, visit, field, value, sentence):
    answer = visit("ana").post("/sharing/invitations", {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.scalars(select(func.count(Invitation.id))).one() == 0


def test_it_lists_what_is_wrong_in_the_order_of_the_page(sqlite_app, visit):
    page = visit("ana").post("/sharing/invitations", {"uuid": FORM["uuid"]}).text
    assert re.findall(r'<li><a href="#(\w+)">', page) == ["name", "parts"]
    assert page.index('id="name"') < page.index('id="parts"')


def test_it_withdraws_a_code(app, visit, cast):
    told, ana = from_ana(cast), visit("ana")
    path = f"/sharing/invitations/{_one().id}/withdrawal"
    assert path in ana.get("/sharing/").text
    assert ana.post(path).location == "/sharing/?said=stopped"
    assert path not in ana.get("/sharing/").text
    assert ana.post(path).status_code == 404
    answer = visit("dora").post("/codes/", {"code": told})
    assert answer.status_code == 422
    assert "This code has ended." in answer.text


def test_it_refuses_another_patients_code(app, visit, cast):
    from_ana(cast)
    assert visit("dora").post(f"/sharing/invitations/{_one().id}/withdrawal").status_code == 404
    assert _one().expires_at > NOW


def test_it_refuses_those_who_keep_no_diary(app, visit, cast):
    for path in ("/sharing/", "/sharing/looks"):
        assert visit("rosa").get(path).status_code == 404
        assert visit(None).get(path).location == f"/signin/?next={path}"
    assert visit("rosa").post("/sharing/invitations", FORM).status_code == 404
    assert visit(None).post("/sharing/invitations", FORM).status_code == 401


def test_it_reads_a_code_as_people_type_it():
    told = code.new()
    assert len(told) == 9
    assert set(told) <= {*code.ALPHABET, "-"}
    for typed in (told, told.lower(), told.replace("-", ""), f" {told.replace('-', ' ')} \t"):
        assert code.read(typed) == told
    for typed in ("", "K7QD", "K7QD-2MXPA", "K7QD-2MX0", "K7QD-2MX!", "ÄÖÜß-KKKK"):
        assert code.read(typed) is None
    assert not set("ILO01U") & set(code.ALPHABET)
    assert len({code.new() for _ in range(100)}) == 100


def test_a_double_tap_makes_one_code(app, visit):
    ana = visit("ana")
    first, second = (made(ana, "/sharing/invitations", FORM) for _ in range(2))
    assert first == second
    assert db.scalars(select(func.count(Invitation.id))).one() == 1
    assert made(ana, "/sharing/invitations", {**FORM, "name": "Mia"}) != first


def test_the_chosen_days_go_with_the_code(app, visit, cast):
    days = {"since_on": "2026-03-01", "until_on": "2026-03-20", "ends_on": "2026-05-01"}
    told = made(visit("ana"), "/sharing/invitations", {**FORM, **days})
    dora = visit("dora")
    dora.post("/codes/", {"code": told})
    page = dora.get("/codes/accept").text
    assert "March 1, 2026 to March 20, 2026. Stops by itself after May 1, 2026." in page
    dora.post("/codes/accept")
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.dora)).one()
    assert (str(grant.since_on), str(grant.until_on), str(grant.ends_on)) == tuple(days.values())


def test_many_codes_in_an_hour_are_too_many(sqlite_app, visit):
    ana = visit("ana")
    answers = [ana.post("/sharing/invitations", {**FORM, "name": f"N{n}"}).status_code for n in range(61)]
    assert (answers[:60], answers[60]) == ([303] * 60, 429)
