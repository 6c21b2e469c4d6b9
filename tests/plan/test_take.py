"""Taking a dose from the list of today."""

from __future__ import annotations

from datetime import time
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion.medication.model import Dose
from companion.sharing.model import Grant
from companion.store import db


def tap(**more):
    return {"uuid": str(uuid4()), "status": "taken", "at": "", "wall": "08:00", **more}


def doses():
    db.remove()
    return list(db.scalars(select(Dose).order_by(Dose.id)))


def test_it_keeps_the_dose_and_leads_back_to_today(app, visit, cast, day):
    answer = visit("ana").post(f"/plan/doses/{day.gabapentin}", tap())
    assert (answer.status_code, answer.location) == (303, "/plan/?said=saved")
    assert [(dose.status, dose.due_wall, dose.author_id) for dose in doses()] == [("taken", time(8), cast.ana)]


def test_it_skips(app, visit, day):
    visit("ana").post(f"/plan/doses/{day.gabapentin}", tap(status="skipped"))
    assert [dose.status for dose in doses()] == ["skipped"]


def test_a_double_tap_is_one_dose(app, visit, day):
    ana, form = visit("ana"), tap()
    assert [ana.post(f"/plan/doses/{day.gabapentin}", form).status_code for _ in range(2)] == [303, 303]
    assert len(doses()) == 1


def test_the_phone_gets_the_thread(app, visit, day):
    answer = visit("ana").post(f"/plan/doses/{day.gabapentin}", tap(), {"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "HX-Request" in answer.headers["Vary"]
    assert 'id="thread"' in text and "<html" not in text and "Taken 10:00" in text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_does_not_fit_is_said_on_the_whole_page(app, visit, day, headers):
    ana, form = visit("ana"), tap()
    answer = ana.post(f"/plan/doses/{day.gabapentin}", tap(at="2026-03-10T12:00:00Z"), headers)
    assert answer.status_code == 422 and "<main" in answer.get_data(as_text=True)
    assert "This dose was not saved." in answer.get_data(as_text=True) and doses() == []
    ana.post(f"/plan/doses/{day.gabapentin}", form)
    answer = ana.post(f"/plan/doses/{day.gabapentin}", {**form, "status": "skipped"}, headers)
    assert answer.status_code == 409 and "This was saved before." in answer.get_data(as_text=True)
    ana.post(f"/medication/{day.gabapentin}/stop")
    answer = ana.post(f"/plan/doses/{day.gabapentin}", tap(), headers)
    assert answer.status_code == 409 and "This medicine is stopped" in answer.get_data(as_text=True)
    assert len(doses()) == 1


def test_a_caregiver_takes_it_down(app, visit, cast, day):
    rosa = visit("rosa")
    answer = rosa.post(f"/for/{cast.ana_patient}/plan/doses/{day.gabapentin}", tap())
    assert answer.location == f"/for/{cast.ana_patient}/plan/?said=saved"
    assert [dose.author_id for dose in doses()] == [cast.rosa]
    assert "written by Rosa" in rosa.get(f"/for/{cast.ana_patient}/plan/").get_data(as_text=True)


@pytest.mark.parametrize("change", [{"parts": ["pain", "therapy"]}, {"may_log": False}])
def test_a_caregiver_without_the_right_is_refused(app, visit, cast, day, change):
    grant = db.query(Grant).filter_by(account_id=cast.rosa).one()
    for name, value in change.items():
        setattr(grant, name, value)
    db.commit()
    assert visit("rosa").post(f"/for/{cast.ana_patient}/plan/doses/{day.gabapentin}", tap()).status_code == 404
    assert doses() == []


def test_others_are_refused(app, visit, cast, day):
    assert visit(None).post(f"/plan/doses/{day.gabapentin}", tap()).status_code == 401
    assert visit("dora").post(f"/plan/doses/{day.gabapentin}", tap()).status_code == 404
    assert visit("dora").post(f"/for/{cast.ana_patient}/plan/doses/{day.gabapentin}", tap()).status_code == 404
    assert visit("ben").post(f"/plan/doses/{day.gabapentin}", tap()).status_code == 404
    assert doses() == []
