"""Procedures, written by the clinic."""

import re
from datetime import timedelta

import pytest

from companion.procedures.model import Procedure
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.trends.days import everything

UUID = "7d444840-9dc0-41d1-b245-5ffdce74fad2"

FORM = {
    "uuid": UUID,
    "kind": "esi",
    "level": "L4-5",
    "side": "left",
    "done_on": "2026-03-01",
    "note": "Rest for a day.\n\nThen walk.",
}


def path(cast, more=""):
    return f"/clinic/patients/{cast.ana_patient}/procedures{more}"


def written():
    db.remove()
    return db.query(Procedure).all()


def test_it_stands_in_the_patients_trends_and_list(app, cast, visit):
    everything(cast)
    before = visit("ana").get("/trends/").text.count('class="proc-dot"')
    answer = visit("ben").post(path(cast), FORM)
    assert answer.status_code == 303
    assert "Epidural steroid injection, L4-5, left" in visit("ben").get(answer.location).text
    page = visit("ana").get("/trends/").text
    assert page.count('class="proc-dot"') == before + 1
    assert "Rest for a day." in visit("ana").get("/procedures/").text


def test_it_is_signed_by_the_clinician_and_the_clinic(app, cast, visit):
    visit("ben").post(path(cast), FORM)
    (row,) = written()
    assert (row.author_id, row.clinic_id, row.patient_id) == (cast.ben, cast.northmoor, cast.ana_patient)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"done_on": "2026-03-11"}, "This is still to come."),
        ({"done_on": ""}, "Please choose the day."),
        ({"done_on": "soon"}, "Please write a date"),
        ({"level": "x" * 41}, "This is too long."),
        ({"kind": "magic"}, ""),
    ],
)
def test_a_wrong_form_comes_back_whole(sqlite_app, cast, visit, wrong, sentence):
    answer = visit("ben").post(path(cast), {**FORM, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Rest for a day." in answer.text
    # without JavaScript the page opens where the problem is
    assert f'action="{path(cast)}#write"' in answer.text
    assert '<details class="fold fold-line no-print" id="write" open>' in answer.text
    assert written() == []


def test_a_double_tap_is_one_procedure(app, cast, visit):
    for _ in range(2):
        assert visit("ben").post(path(cast), FORM).status_code == 303
    assert len(written()) == 1


def test_other_words_from_the_same_page_are_kept_as_well(app, cast, visit):
    visit("ben").post(path(cast), FORM)
    answer = visit("ben").post(path(cast), {**FORM, "level": "L5-S1"})
    assert answer.status_code == 409
    assert "Save once more to keep this as well." in answer.text
    assert 'value="L5-S1"' in answer.text
    uuid = re.search(r'name="uuid" value="([^"]+)"', answer.text)[1]
    assert uuid != UUID
    assert visit("ben").post(path(cast), {**FORM, "level": "L5-S1", "uuid": uuid}).status_code == 303
    assert sorted(row.level for row in written()) == ["L4-5", "L5-S1"]


def test_it_asks_takes_its_own_back_and_brings_it_back(app, cast, visit, set_clock):
    ben, review = visit("ben"), f"/clinic/patients/{cast.ana_patient}"
    ben.post(path(cast), FORM)
    (row,) = written()
    sheet = ben.get(review).text.split("<dialog")[1].split("</dialog>")[0]
    assert "Remove Epidural steroid injection, L4-5, left?" in sheet
    assert f'action="{path(cast, f"/{row.id}/removal")}"' in sheet
    for minutes in (1, 2):
        set_clock(NOW + timedelta(minutes=minutes))
        answer = ben.post(path(cast, f"/{row.id}/removal"))
        assert answer.location == f"{review}?said=removed"
    (row,) = written()
    assert (row.removed_at, row.removed_by) == (NOW + timedelta(minutes=1), cast.ben)
    assert "Epidural" not in visit("ana").get("/procedures/").text
    page = ben.get(answer.location).text
    assert "Removed." in page
    assert "<b>Epidural" in page.split("Removed by your clinic")[1]
    set_clock(NOW + timedelta(hours=1))
    for _ in range(2):
        assert ben.post(path(cast, f"/{row.id}/return")).location == f"{review}?said=back"
    (row,) = written()
    assert (row.removed_at, row.removed_by, row.patient.procedures_at) == (None, None, NOW + timedelta(hours=1))
    assert "Epidural" in visit("ana").get("/procedures/").text


def test_it_leaves_those_of_another_clinic(app, cast, visit):
    row = Procedure(patient_id=cast.ana_patient, clinic_id=cast.southfell, author_id=cast.carl, kind="esi")
    row.done_on, row.recorded_at = NOW.date() - timedelta(days=3), NOW
    db.add(row)
    db.commit()
    found = row.id
    assert "/removal" not in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text
    assert visit("ben").post(path(cast, f"/{found}/removal")).status_code == 404
    assert written()[0].removed_at is None
    assert visit("carl").post(path(cast, f"/{found}/removal")).status_code == 404
    written()[0].removed_at = NOW
    db.commit()
    assert visit("ben").post(path(cast, f"/{found}/return")).status_code == 404
    assert "<b>Epidural" not in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text


def test_another_patients_procedure_is_not_reached_by_anas_address(sqlite_app, cast, visit):
    row = Procedure(patient_id=cast.dora_patient, clinic_id=cast.northmoor, author_id=cast.ben, kind="esi")
    row.done_on, row.recorded_at = NOW.date(), NOW
    db.add(row)
    db.commit()
    for verb in ("removal", "return"):
        assert visit("ben").post(path(cast, f"/{row.id}/{verb}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"), [("carl", 404), ("abe", 404), ("ana", 404), ("rosa", 404), ("dora", 404), (None, 401)]
)
def test_nobody_else_writes(sqlite_app, cast, visit, name, status):
    assert visit(name).post(path(cast), FORM).status_code == status
    assert written() == []
    visit("ben").post(path(cast), FORM)
    (row,) = written()
    for verb in ("removal", "return"):
        assert visit(name).post(path(cast, f"/{row.id}/{verb}")).status_code == status


def test_without_the_part_nothing_is_written(sqlite_app, cast, visit):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = ["pain", "therapy"]
    db.commit()
    assert visit("ben").post(path(cast), FORM).status_code == 404
    assert written() == []


def lost(answer):
    assert answer.status_code == 404
    assert "Nothing was saved." in answer.text
    return answer.text


def test_what_was_typed_is_not_lost_when_sharing_was_stopped_meanwhile(app, cast, visit):
    ben = visit("ben")
    ben.get(f"/clinic/patients/{cast.ana_patient}")
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().stopped_at = NOW
    db.commit()
    page = lost(ben.post(path(cast), FORM))
    assert "This person does not share this with your clinic any more." in page
    assert "Rest for a day.\n\nThen walk.</textarea>" in page
    assert "L4-5</textarea>" in page
    assert "Ana" not in page
    assert written() == []


def test_the_page_for_lost_words_tells_nothing_of_anybody(sqlite_app, cast, visit):
    ben = visit("ben")
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = ["pain"]
    db.commit()
    pages = {
        lost(ben.post(f"/clinic/patients/{number}/procedures", FORM))
        for number in (cast.ana_patient, cast.dora_patient, 999)
    }
    assert len(pages) == 1
    for name in ("ana", "abe", "rosa"):
        assert "Nothing was saved." not in visit(name).post(path(cast), FORM).text
