"""The report: its words, its parts and days, and who gets whose."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from companion.identity.model import Patient
from companion.medication.model import Medicine
from companion.sharing.model import Grant, Look
from companion.store import db
from companion.visit import counts
from companion.visit.model import VisitLink
from companion.visit.relief import Relief
from companion.visit.report import of_link, report
from tests.cast import NOW
from tests.visit.pages import pages_of
from tests.visit.records import DAYS, MARKS, OUTSIDE, TODAY, link, opened, shown, write, write_later


def test_it_says_what_changed_what_was_done_and_what_is_taken(app, cast, visit):
    write(cast)
    page = visit("ana").get("/visit/?days=30").text
    assert shown(page.replace("3 of 30 planned", "3 of 40 planned")) == {*MARKS}
    assert "Average pain <b>3</b>, down <b>3</b> (50%) since the injection on Feb 18." in page
    assert "Average pain 6 in the week before, 3 on 20 days after: down 3 (50%)." in page
    assert "February 9, 2026 to March 10, 2026" in page
    assert "1 capsule · Every day at 08:00 · since May 14, 2025" in page
    assert "What pain gets in the way of" in page
    assert page.count('role="img"') == 4


def test_what_others_wrote_stands_apart(sqlite_app, cast, visit):
    write(cast)
    page = visit("ana").get("/visit/").text
    own, others = page[page.index("Latest notes") :].split("Written by others")
    assert "notemark" in own and "rosamark" not in own
    assert "rosamark" in others and "told by Ana, written by Rosa" in others
    assert "What others entered: average 9." in page


@pytest.mark.parametrize("days", ["30", "90", "365"])
def test_it_covers_the_days_that_were_asked_for(sqlite_app, cast, visit, days):
    write(cast)
    page = visit("ana").get(f"/visit/?days={days}").text
    assert ("oldnote" in page) == (days == "365")
    assert re.search(rf'days={days}" aria-current="true"', page)
    assert f"/visit/report.pdf?days={days}" in page


def test_unknown_days_are_the_usual_ones(sqlite_app, cast, visit):
    assert re.search(r'days=90" aria-current="true"', visit("ana").get("/visit/?days=7000").text)


def test_an_empty_record_has_a_report(sqlite_app, visit):
    page = visit("dora").get("/visit/")
    assert page.status_code == 200
    assert "None is written down." in page.text


@pytest.mark.parametrize("part", MARKS)
def test_a_link_to_one_part_shows_that_part_alone(sqlite_app, cast, visit, part):
    write(cast)
    page = opened(visit(None), link(cast, [part])).text
    assert shown(page) == {part}


@pytest.mark.parametrize("part", MARKS)
def test_a_link_without_a_part_shows_nothing_of_it(sqlite_app, cast, visit, part):
    write(cast)
    page = opened(visit(None), link(cast, [each for each in MARKS if each != part])).text
    # what is said of the injection rests on pain, and the score of a note as well
    assert shown(page) == {*MARKS} - {part}
    if part == "pain":
        assert "in the week before" not in page
        assert "pain 3" not in page
    if part == "procedures":
        assert "injection" not in page


def test_a_link_shows_nothing_of_other_days(app, cast, visit, set_clock):
    write(cast)
    token = link(cast)
    later = NOW + timedelta(days=3)
    set_clock(later)
    write_later(cast, later)
    browser = visit(None)
    page = opened(browser, token).text
    read = pages_of(browser.get("/visit/shared/report.pdf").data)
    for said in (page, read):
        assert not [word for word in OUTSIDE if word in said]
        assert "January 30, 2026 to March 10, 2026" in said
    assert shown(page) == {*MARKS}
    assert "From 3 to 6." in page


def test_a_treatment_is_not_compared_with_days_that_are_not_open(app, cast):
    write(cast)
    link(cast)
    row = db.query(VisitLink).one()
    row.first_on = TODAY - timedelta(days=21)
    db.commit()
    told = report(db.get_one(Patient, cast.ana_patient), of_link(row), NOW)
    assert next(each for each in told.sections if each.name == "procedures").rows[0].relief is None
    assert "down" not in "".join(told.sentence)


def test_a_medicine_that_was_stopped_since_stands_as_it_was(app, cast, visit, set_clock):
    write(cast)
    token = link(cast)
    later = NOW + timedelta(days=3)
    set_clock(later)
    db.execute(update(Medicine).where(Medicine.name == "Gabamark").values(stopped_at=later))
    db.commit()
    page = opened(visit(None), token).text
    assert "Medicines on March 10, 2026" in page
    assert "withmark" in page
    own = visit("ana").get("/visit/").text
    assert "Medicines on March 13, 2026" in own
    assert "withmark" not in own


def test_a_clinician_gets_what_the_clinic_may_see(app, cast, visit):
    write(cast)
    grant = db.query(Grant).filter_by(clinic_id=cast.northmoor).one()
    grant.parts, grant.since_on = ["medicines", "notes"], TODAY - timedelta(days=DAYS - 1)
    db.commit()
    answer = visit("ben").get(f"/visit/patients/{cast.ana_patient}/report.pdf?days=365")
    assert answer.content_type == "application/pdf"
    read = pages_of(answer.data)
    assert shown(read) == {"medicines", "notes"}
    assert not [word for word in OUTSIDE if word in read]
    assert {look.part for look in db.query(Look).filter_by(account_id=cast.ben)} == {"medicines", "notes"}


def test_a_clinic_whose_days_are_over_gets_the_last_of_them(app, cast, visit):
    write(cast)
    grant = db.query(Grant).filter_by(clinic_id=cast.northmoor).one()
    grant.until_on = TODAY - timedelta(days=105)
    db.commit()
    read = pages_of(visit("ben").get(f"/visit/patients/{cast.ana_patient}/report.pdf?days=30").data)
    assert "October 27, 2025 to November 25, 2025" in read
    assert "Medicines on November 25, 2025 Gabamark" in read
    for word in ("Oldmed", "oldnote", "Oldplan", "oldproc"):
        assert word in read
    for word in ("notemark", "rosamark", "procmark", "Backmark"):
        assert word not in read


def test_the_review_leads_to_it(sqlite_app, cast, visit):
    page = visit("ben").get(f"/clinic/patients/{cast.ana_patient}?span=30").text
    assert f"/visit/patients/{cast.ana_patient}/report.pdf?days=30" in page


@pytest.mark.parametrize("name", ["ana", "rosa", "carl", "dora", "abe"])
def test_nobody_else_gets_a_clinics_report(sqlite_app, cast, visit, name):
    assert visit(name).get(f"/visit/patients/{cast.ana_patient}/report.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/visit/", "/visit/report.pdf", "/visit/links"])
def test_a_caregiver_and_staff_have_none_of_their_own(sqlite_app, cast, visit, path):
    for name in ("rosa", "ben", "abe"):
        assert visit(name).get(path).status_code == 404
    assert visit(None).get(path).status_code == 303
    assert visit("rosa").get(f"/for/{cast.ana_patient}{path}").status_code == 404


def test_counts_are_said():
    both = counts.Count(planned=60, done=56, skipped=2, beside=3, beside_days={TODAY, NOW.date() - timedelta(days=1)})
    assert counts.say_doses(both) == "Taken 56 of 60 planned times, 2 skipped. Taken 3 more times, on 2 days."
    assert counts.say_sessions(both) == "Done 56 of 60 planned times, 2 skipped. Done 3 more times, on 2 days."
    beside = counts.Count(beside=1, beside_days={TODAY})
    assert counts.say_doses(beside) == "Taken 1 time, on 1 day."
    assert counts.say_sessions(beside) == "Done 1 time, on 1 day."


def test_relief_is_said():
    said = Relief(6.2, 4.1, 31).say()
    assert said == "Average pain 6.2 in the week before, 4.1 on 31 days after: down 2.1 (34%)."
    assert Relief(5, 5.2, 9).say().endswith("about the same.")
    assert Relief(4, 5, 9).say().endswith("up 1 (25%).")
    assert Relief(0, 2, 9).say().endswith("up 2.")
