"""The clinic switches questionnaires on and off, and reads what they came to."""

from datetime import timedelta

import pytest

from companion.measures.model import Plan
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.measures.given import put_on, sent


def page(cast):
    return f"/clinic/patients/{cast.ana_patient}/questions"


def test_it_is_switched_on_changed_and_switched_off(app, visit, cast):
    ben = visit("ben")
    assert ben.post(page(cast), {"instrument": "peg"}).status_code == 303
    assert ben.post(page(cast), {"instrument": "peg", "every_days": "14"}).status_code == 303
    plan = db.query(Plan).one()
    assert (plan.every_days, plan.clinic_id, plan.added_by) == (14, cast.northmoor, cast.ben)
    assert ben.post(f"{page(cast)}/{plan.id}/stop").status_code == 303
    db.expire_all()
    assert db.query(Plan).one().stopped_by == cast.ben
    assert "Pain and daily life" not in visit("ana").get("/plan/").text


@pytest.mark.parametrize("days", ["0", "367", "often", "-7"])
def test_a_rhythm_that_is_none_is_said(sqlite_app, visit, cast, days):
    answer = visit("ben").post(page(cast), {"instrument": "peg", "every_days": days})
    assert answer.status_code == 422 and "Please write a number of days, from 1 to 366." in answer.text


def test_the_review_shows_bands_and_both_baselines(sqlite_app, visit, cast, set_clock):
    plan, ana, ben = put_on(cast, "gad7"), visit("ana"), visit("ben")
    for weeks, answers in ((0, [3] * 6 + [0]), (4, [2] * 6 + [0]), (8, [1] * 6 + [0])):
        set_clock(NOW + timedelta(weeks=weeks))
        ana.post(f"/measures/{plan}/answers", sent(*answers))
    told = ben.get(f"/clinic/patients/{cast.ana_patient}").text
    assert "<b>6</b>, mild" in told
    assert "−6 since April 7, 2026 (−50 %), a change that matters" in told
    assert "−12 since March 10, 2026 (−67 %), a change that matters" in told
    whole = ben.get(page(cast)).text
    assert "ebm.bmj.com" in whole and "JAD 265:395" in whole


def test_a_part_that_is_closed_is_not_there(sqlite_app, visit, cast):
    mood, pain = put_on(cast, "phq2"), put_on(cast, "peg")
    visit("ana").post(f"/measures/{mood}/answers", sent(3, 3))
    db.query(Grant).filter_by(clinic_id=cast.northmoor).update({"parts": ["pain"]})
    db.commit()
    ben = visit("ben")
    told = ben.get(page(cast)).text + ben.get(f"/clinic/patients/{cast.ana_patient}").text
    assert "PHQ" not in told and "Pain and daily life" in told
    assert ben.post(page(cast), {"instrument": "phq2"}).status_code == 422
    assert ben.post(f"{page(cast)}/{mood}/stop").status_code == 404
    assert ben.post(f"{page(cast)}/{pain}/stop").status_code == 303


def test_another_clinic_is_not_let_in(sqlite_app, visit, cast):
    plan, carl = put_on(cast, "peg"), visit("carl")
    assert carl.get(page(cast)).status_code == 404
    assert carl.post(page(cast), {"instrument": "peg"}).status_code == 404
    assert carl.post(f"{page(cast)}/{plan}/stop").status_code == 404
    assert visit("abe").get(page(cast)).status_code == 404
    assert visit(None).get(page(cast)).location.startswith("/signin/")
