"""Answer a questionnaire, and what the answers come to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from companion import seal
from companion.measures import definition as definitions
from companion.measures.model import Answer, Plan
from companion.measures.switch import switch_off
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.measures.given import put_on, sent


def test_it_is_answered_and_says_what_it_comes_to(app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    assert "Pain and daily life" in ana.get("/plan/").text
    assert ana.get(f"/measures/{plan}/new").text.count("<fieldset") == 3
    answer = ana.post(f"/measures/{plan}/answers", sent(7, 4, 6))
    assert answer.status_code == 303
    assert "On average your answers are 5.7 of 10." in ana.get(answer.location).text
    row = db.query(Answer).one()
    assert row.score == pytest.approx(17 / 3) and row.said == {"75893-8": 7, "91145-3": 4, "91146-1": 6}
    assert (row.day, row.zone) == (NOW.date(), "Europe/Berlin")
    assert "Answered" in ana.get("/plan/").text


def test_it_says_what_it_was_last_time(sqlite_app, visit, cast, set_clock):
    plan, ana = put_on(cast, "phq2"), visit("ana")
    ana.post(f"/measures/{plan}/answers", sent(3, 2))
    set_clock(NOW + timedelta(days=28))
    told = ana.get(ana.post(f"/measures/{plan}/answers", sent(1, 2)).location).text
    assert "Your answers add up to 3 of 6." in told and "Last time: 5" in told
    for word in ("diagnosis", "cut-off", "severe", "mild"):
        assert word not in told.replace("It is not a diagnosis.", "")
    assert '<path class="scores__line"' in ana.get(f"/measures/{plan}").text


def test_one_answer_is_said_in_its_own_words(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "pgic"), visit("ana")
    assert "The answer: Much better." in ana.get(ana.post(f"/measures/{plan}/answers", sent(2)).location).text


def test_an_open_question_is_no_sum_and_no_zero(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    told = ana.get(ana.post(f"/measures/{plan}/answers", sent(7, "", 6)).location).text
    assert "Some questions are open" in told
    row = db.query(Answer).one()
    assert row.score is None and row.said == {"75893-8": 7, "91146-1": 6}


@pytest.mark.parametrize("wrong", ["11", "-1", "5.5", "many", "1e1"])
def test_what_is_no_answer_stands_there_again(sqlite_app, visit, cast, wrong):
    plan, ana = put_on(cast, "peg"), visit("ana")
    page = ana.post(f"/measures/{plan}/answers", sent(7, wrong, 6))
    assert page.status_code == 422 and "Please write a number from 0 to 10." in page.text
    assert 'name="q0" value="7" checked' in page.text
    assert not db.query(Answer).all()


def test_nothing_at_all_is_asked_about(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "phq2"), visit("ana")
    page = ana.post(f"/measures/{plan}/answers", sent("", ""))
    assert page.status_code == 422 and "Please answer one question at least." in page.text


def test_the_same_tap_is_one_answer_and_other_words_are_kept_beside_it(app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    form = sent(7, 4, 6)
    assert {ana.post(f"/measures/{plan}/answers", form).status_code for _ in range(2)} == {303}
    page = ana.post(f"/measures/{plan}/answers", {**form, "q0": "2"})
    assert page.status_code == 409 and 'name="q0" value="2" checked' in page.text and form["uuid"] not in page.text
    assert [row.said["75893-8"] for row in db.query(Answer)] == [7]


def test_the_outbox_hears_where_it_is(sqlite_app, visit, cast):
    plan = put_on(cast, "peg")
    answer = visit("ana").post(f"/measures/{plan}/answers", sent(7, 4, 6), {"X-Outbox": str(cast.ana)})
    assert answer.status_code == 201 and answer.headers["Location"].startswith("/measures/answers/")


def test_it_is_scored_by_the_version_that_was_answered(sqlite_app, visit, cast, monkeypatch):
    """A newer version is out by the time that the outbox sends."""
    plan, ana = put_on(cast, "phq2"), visit("ana")
    old = definitions.newest()["phq2"]
    new = definitions.Definition(**{**old.__dict__, "version": 2, "scoring": "mean", "items": old.items[:1]})
    monkeypatch.setattr("companion.measures.queries.shipped", lambda: {("phq2", 1): old, ("phq2", 2): new})
    monkeypatch.setattr("companion.measures.queries.newest", lambda: {"phq2": new})
    assert 'name="version" value="2"' in ana.get(f"/measures/{plan}/new").text
    told = ana.get(ana.post(f"/measures/{plan}/answers", sent(3, 2)).location).text
    assert "Your answers add up to 5 of 6." in told
    assert [(row.version, row.score) for row in db.query(Answer)] == [(1, 5.0)]
    page = ana.post(f"/measures/{plan}/answers", sent(3, version="7"))
    assert page.status_code == 422 and "These questions have changed since." in page.text


def test_it_counts_for_the_day_of_the_tap(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    ana.post(f"/measures/{plan}/answers", sent(7, 4, 6, at="2026-03-09T02:30:00+00:00"))
    row = db.query(Answer).one()
    assert str(row.day) == "2026-03-08" and row.recorded_at == NOW


def test_what_was_answered_is_sealed(app, visit, cast):
    plan = put_on(cast, "phq2")
    visit("ana").post(f"/measures/{plan}/answers", sent(3, 2))
    row = db.query(Answer).one()
    assert b"44250" not in row.said_sealed
    with pytest.raises(seal.LostKey):
        Answer.said.opened(row.said_sealed, row.patient_id, str(uuid4()))


def test_it_is_taken_back_and_brought_back(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    place = ana.post(f"/measures/{plan}/answers", sent(7, 4, 6)).location.split("?")[0]
    assert ana.post(f"{place}/removal").status_code == 303
    assert "Answered" not in ana.get("/plan/").text and "Bring it back" in ana.get(place).text
    assert db.scalars(select(Answer.removed_by)).one() == cast.ana
    ana.post(f"{place}/return")
    assert "Answered" in ana.get("/plan/").text


def test_a_stopped_one_still_takes_what_lay_in_the_outbox(sqlite_app, visit, cast):
    plan, ana = put_on(cast, "peg"), visit("ana")
    row = db.get_one(Plan, plan)
    switch_off(row.patient, row, row.patient.account, NOW)
    db.commit()
    assert ana.get(f"/measures/{plan}/new").status_code == 404
    assert ana.post(f"/measures/{plan}/answers", sent(7, 4, 6)).status_code == 303


def test_a_caregiver_writes_what_they_were_told(sqlite_app, visit, cast):
    plan, rosa = put_on(cast, "peg"), visit("rosa")
    under = f"/for/{cast.ana_patient}/measures"
    assert "Write what Ana tells you." in rosa.get(f"{under}/{plan}/new").text
    place = rosa.post(f"{under}/{plan}/answers", sent(7, 4, 6)).location
    assert "told by Ana, written by Rosa" in rosa.get(place).text
    assert "told by Ana, written by Rosa" in visit("ana").get(place.replace(f"/for/{cast.ana_patient}", "")).text
    # Ana takes it back, and Rosa does not see it any more
    visit("ana").post(f"/measures/answers/{db.query(Answer).one().uuid}/removal")
    assert rosa.get(place).status_code == 404


def test_a_part_that_is_closed_is_not_there(sqlite_app, visit, cast):
    """Rosa may see pain, but not mood."""
    mood, rosa = put_on(cast, "phq2"), visit("rosa")
    under = f"/for/{cast.ana_patient}/measures"
    place = visit("ana").post(f"/measures/{mood}/answers", sent(1, 1)).location.split("?")[0].removeprefix("/measures")
    for page in ("", f"/{mood}", f"/{mood}/new", place):
        answer = rosa.get(f"{under}{page}/" if not page else under + page)
        assert "PHQ" not in answer.text and answer.status_code == (404 if page else 200)
    assert rosa.post(f"{under}/{mood}/answers", sent(1, 1)).status_code == 404
    assert "PHQ" not in rosa.get(f"/for/{cast.ana_patient}/plan/").text


def test_a_day_that_is_closed_is_not_there(sqlite_app, visit, cast):
    plan, ana, rosa = put_on(cast, "peg"), visit("ana"), visit("rosa")
    place = ana.post(f"/measures/{plan}/answers", sent(7, 4, 6, at="2026-03-08T10:00:00Z")).location.split("?")[0]
    db.query(Grant).filter_by(account_id=cast.rosa).update({"since_on": NOW.date()})
    db.commit()
    under = f"/for/{cast.ana_patient}"
    assert rosa.get(under + place).status_code == 404
    assert place.rsplit("/", 1)[1] not in rosa.get(f"{under}/measures/{plan}").text


def test_another_persons_is_not_there(sqlite_app, visit, cast):
    plan, ana, dora = put_on(cast, "peg"), visit("ana"), visit("dora")
    place = ana.post(f"/measures/{plan}/answers", sent(7, 4, 6)).location.split("?")[0]
    for page in (place, f"/measures/{plan}", f"/measures/{plan}/new"):
        assert dora.get(page).status_code == 404
    assert dora.post(f"/measures/{plan}/answers", sent(1, 1, 1)).status_code == 404
    assert visit(None).get(place).location.startswith("/signin/")
