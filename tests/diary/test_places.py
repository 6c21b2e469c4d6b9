"""What can be said of a marked place: how strong it is there, and whether the pain spreads to it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from companion.diary.model import Revision
from companion.diary.queries import last_places
from companion.diary.record import correct
from companion.diary.regions import Marks, painted
from companion.identity.model import Account, Patient
from companion.sharing.model import Grant
from companion.sharing.terms import Period
from companion.store import db
from tests.cast import NOW
from tests.diary.sheets import filled, kept

BACK, THIGH = "back-lower-back-r", "back-thigh-r"
SAID = {"where": [BACK, THIGH], f"strength-{BACK}": "7", f"strength-{THIGH}": "0", f"spreads-{THIGH}": "1"}
MARKS = Marks([BACK, THIGH], {BACK: 7, THIGH: 0}, [THIGH])
WORDS = "Right lower back (7 of 10). Spreads to: Back of right thigh (0 of 10)"


def test_it_keeps_what_was_said_of_each_place(app, visit, cast):
    ana = visit("ana")
    # what is said of a place that is not marked does not count
    ana.post("/diary/entries", filled(**SAID, **{"strength-front-hip-l": "4", "spreads-front-hip-r": "1"}))
    (entry,) = kept(cast.ana_patient)
    assert entry.marks == MARKS
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    assert f"<p>{WORDS}</p>" in page
    assert WORDS in ana.get("/diary/").text
    looks = dict(re.findall(r'class="reg ([^"]+)" data-region="([^"]+)"', page))
    assert {code: look for look, code in looks.items()} == {BACK: "is-on p7", THIGH: "is-on p0 is-there"}
    assert "<figcaption>Back" in page and "<figcaption>Front" not in page


def test_a_place_may_have_nothing_more(app, visit, cast):
    visit("ana").post("/diary/entries", filled(where=[BACK], **{f"strength-{BACK}": ""}))
    assert kept(cast.ana_patient)[0].marks == Marks([BACK], {}, [])


@pytest.mark.parametrize("strength", ["11", "-1", "5.5", "much", "٣"])
def test_a_number_that_does_not_fit_is_refused_and_all_else_stays(sqlite_app, visit, cast, strength):
    sheet = filled(**SAID, note="Still here") | {f"strength-{THIGH}": strength}
    page = visit("ana").post("/diary/entries", sheet)
    assert page.status_code == 422
    where = page.text.split('id="where"')[1]
    assert '<details class="fold" open>' in where and "Please choose a number from 0 to 10." in where
    assert "Still here" in where
    assert f'name="strength-{BACK}"><option value="">–</option>' in where
    assert "<option selected>7</option>" in where.split(f'name="strength-{BACK}"')[1].split("</select>")[0]
    assert f'name="spreads-{THIGH}" value="1" checked' in where
    assert kept(cast.ana_patient) == []


def test_a_page_that_comes_back_shows_what_was_marked(sqlite_app, visit, cast):
    page = visit("ana").post("/diary/entries", filled(**SAID) | {"pain": ""}).text
    assert re.findall(r'class="reg (is-on[^"]*)" data-region="([^"]+)"', page) == [
        (look, code) for code, look in painted(MARKS).items()
    ]
    assert re.findall(r'name="where" value="([^"]+)" checked', page) == [BACK, THIGH]
    assert '<span class="value">Right lower back, Back of right thigh</span>' in page
    assert '<span data-count="back">, 2</span>' in page and '<span data-count="front"></span>' in page
    assert 'name="side" value="back" checked' in page
    page = visit("ana").post("/diary/entries", filled(pain="", where=["front-knee-l"])).text
    assert 'name="side" value="front" checked' in page


def test_what_is_said_of_a_place_can_be_corrected(app, visit, cast):
    ana = visit("ana")
    ana.post("/diary/entries", filled(**SAID))
    (entry,) = kept(cast.ana_patient)
    form = ana.get(f"/diary/entries/{entry.uuid}/correct").text
    assert "<option selected>7</option>" in form.split(f'name="strength-{BACK}"')[1].split("</select>")[0]
    sheet = SAID | {"pain": "5", "version": "1", "when": "", "note": ""}
    address = f"/diary/entries/{entry.uuid}/corrections"
    assert ana.post(address, sheet).status_code == 303
    assert kept(cast.ana_patient)[0].version == 1
    del sheet[f"spreads-{THIGH}"]
    ana.post(address, sheet | {f"strength-{BACK}": "3"})
    (entry,) = kept(cast.ana_patient)
    assert (entry.version, entry.marks) == (2, Marks([BACK, THIGH], {BACK: 3, THIGH: 0}, []))
    assert {name: entry.revisions[0].said[name] for name in Marks._fields} == {
        "regions": [BACK, THIGH], "strengths": {BACK: 7, THIGH: 0}, "spreads": [THIGH]}  # fmt: skip
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    assert "Right lower back (3 of 10), Back of right thigh (0 of 10)" in page
    assert WORDS in page


def test_an_old_version_knew_only_places(app, visit, cast):
    ana = visit("ana")
    ana.post("/diary/entries", filled(where=["back-neck", BACK]))
    (entry,) = kept(cast.ana_patient)
    correct(entry, db.get(Account, cast.ana), NOW, 1, felt_at=NOW, pain=5, regions=["back-neck"])
    db.commit()
    (row,) = db.query(Revision)
    row.said = {name: value for name, value in row.said.items() if name not in {"strengths", "spreads"}}
    db.commit()
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    assert "<p>Right lower back, Back of neck</p>" in page or "<p>Back of neck, Right lower back</p>" in page


def test_a_retired_place_stays_until_it_is_taken_away(app, visit, cast):
    ana = visit("ana")
    # a phone may still hold a check-in from a page that offered it
    ana.post("/diary/entries", filled(where=["back-neck"]))
    (entry,) = kept(cast.ana_patient)
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    assert re.findall(r'class="reg is-on" data-region="([^"]+)"', page) == ["back-upper-neck", "back-lower-neck"]
    form = ana.get(f"/diary/entries/{entry.uuid}/correct").text
    assert 'data-parts="back-upper-neck back-lower-neck" name="where" value="back-neck" checked' in form
    assert '<span data-count="back">, 1</span>' in form
    assert 'value="back-neck"' not in ana.get("/diary/log").text


def test_the_same_places_as_last_time_are_one_tap(app, visit, cast):
    ana = visit("ana")
    assert "Same places as last time" not in ana.get("/diary/log").text
    ana.post("/diary/entries", filled(**SAID, pain="9", at=(NOW - timedelta(hours=9)).isoformat()))
    ana.post("/diary/entries", filled(where=[], at=(NOW - timedelta(hours=1)).isoformat()))
    page = ana.get("/diary/log").text
    assert f'name="where" value="{BACK} {THIGH}" data-again' in page
    chip = page.split("Same places as last time")[1].split("</label>")[0]
    assert "Right lower back, Back of right thigh" in chip and not re.search(r"\d", chip)
    assert " checked" not in page.replace('name="side" value="back" checked', "")
    assert " p9" not in page.split('class="where"')[1]
    ana.post("/diary/entries", filled(where=[f"{BACK} {THIGH}", "front-knee-l"]))
    assert kept(cast.ana_patient)[-1].marks == Marks([BACK, THIGH, "front-knee-l"], {}, [])


def test_last_time_is_the_writers_own(app, visit, cast):
    patient, ana, rosa = (db.get(kind, id) for kind, id in ((Patient, cast.ana_patient), (Account, cast.ana), (Account, cast.rosa)))  # fmt: skip
    for name, address, where in (("ana", "", BACK), ("rosa", f"/for/{cast.ana_patient}", THIGH)):
        visit(name).post(f"{address}/diary/entries", filled(where=[where, "back-neck"]))
    assert (last_places(patient, ana), last_places(patient, rosa)) == (
        ["back-lower-back-r", "back-neck"],
        ["back-neck", THIGH],
    )
    assert last_places(patient, rosa, Period(None, NOW.date() - timedelta(days=1))) == []
    page = visit("rosa").get(f"/for/{cast.ana_patient}/diary/log").text
    # what is not offered any more is not offered here
    assert f'value="{THIGH}" data-again' in page
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(until_on=NOW.date() - timedelta(days=1)))
    entry = kept(cast.ana_patient)[0]
    visit("ana").post(f"/diary/entries/{entry.uuid}/removal")
    assert last_places(db.get(Patient, cast.ana_patient), db.get(Account, cast.ana)) == []
