"""Changing what others see: parts, days and end; what it said before stays readable."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from companion.identity.model import SignIn
from companion.sharing.consent import CURRENT, TEXTS
from companion.sharing.model import Grant, Version
from companion.sharing.terms import Period, Terms
from companion.store import db
from tests.cast import NOW
from tests.sharing.codes import FORM, from_ana, from_clinic, use


def _grant(**side):
    return db.scalars(select(Grant).filter_by(**side)).one()


def _unproved():
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()


def test_it_keeps_a_row_for_each_change_and_says_it(app, visit, cast, set_clock):
    use(visit("ana"), from_clinic(cast), parts=["pain", "notes"])
    number, ana = _grant(clinic_id=cast.southfell).id, visit("ana")
    for day, form in (
        (11, {"parts": ["pain", "mood"], "since_on": "2026-03-01", "ends_on": "2026-04-01"}),
        (12, {"parts": ["pain", "mood"], "since_on": "2026-03-01", "ends_on": "2026-04-01"}),
        (13, {"parts": ["mood"], "until_on": "2026-03-09"}),
    ):
        set_clock(NOW.replace(day=day))
        assert ana.post(f"/sharing/grants/{number}/parts", form).location == "/sharing/?said=saved"
    set_clock(NOW.replace(day=14))
    ana.post(f"/sharing/grants/{number}/stop")
    rows = list(db.scalars(select(Version).where(Version.grant_id == number).order_by(Version.id)))
    assert [(row.changed_at.day, row.changed_by, row.parts, row.stopped) for row in rows] == [
        (10, cast.ana, ["pain", "notes"], False),
        (11, cast.ana, ["pain", "mood"], False),
        (13, cast.ana, ["mood"], False),
        (14, cast.ana, ["mood"], True),
    ]
    assert [(row.since_on, row.until_on) for row in rows[1:3]] == [(date(2026, 3, 1), None), (None, date(2026, 3, 9))]
    page = ana.get("/sharing/").text
    for sentence in (
        "You let Southfell Clinic in.",
        "You changed what Southfell Clinic sees.",
        "Closed: Notes in the diary",
        "Opened: Mood",
        "From March 1, 2026 on",
        "Stops by itself after April 1, 2026",
        "Until March 9, 2026",
        "Until it is stopped",
        "You stopped sharing with Southfell Clinic.",
    ):
        assert sentence in page, sentence
    assert page.index("You stopped sharing") < page.index("You let Southfell Clinic in.")
    assert page.count("You changed what Southfell Clinic sees.") == 2
    assert "Southfell" not in visit("dora").get("/sharing/").text


def test_the_days_are_chosen_on_accepting(app, visit, cast):
    dates = {"since_on": "2026-03-01", "until_on": "2026-03-31", "ends_on": "2026-06-01"}
    use(visit("ana"), from_clinic(cast), parts=["pain"], **dates)
    grant = _grant(clinic_id=cast.southfell)
    assert grant.period == Period(date(2026, 3, 1), date(2026, 3, 31))
    assert grant.ends_on == date(2026, 6, 1)
    page = visit("ana").get("/sharing/").text
    assert "March 1, 2026 to March 31, 2026. Stops by itself after June 1, 2026." in page
    edit = visit("ana").get(f"/sharing/grants/{grant.id}/parts").text
    for name, value in dates.items():
        assert f'id="{name}" name="{name}" type="date" value="{value}"' in edit


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("until_on", "2026-02-01", "This is before the first day."),
        ("ends_on", "2026-03-09", "This day has passed."),
        ("ends_on", "9999-12-31", "This is too far ahead."),
        ("since_on", "soon", "Please write a date such as"),
    ],
)
def test_it_refuses_days_that_cannot_be_meant(sqlite_app, visit, cast, field, value, sentence):
    number, dates = _grant(account_id=cast.rosa).id, {"since_on": "2026-03-01", "parts": ["pain"]}
    answer = visit("ana").post(f"/sharing/grants/{number}/parts", {**dates, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{value}"' in answer.text
    assert _grant(account_id=cast.rosa).since_on is None


def test_what_was_agreed_to_stays_readable(app, visit, cast):
    use(visit("ana"), from_clinic(cast), parts=["pain"])
    grant = _grant(clinic_id=cast.southfell)
    assert grant.consent == CURRENT
    path = f"/sharing/grants/{grant.id}/words"
    assert path in visit("ana").get("/sharing/").text
    page = visit("ana").get(path).text
    assert all(sentence in page for sentence in TEXTS[CURRENT]["clinic"])
    assert CURRENT in page
    assert visit("dora").get(path).status_code == 404
    # nothing is known of a grant from before there were words
    assert visit("ana").get(f"/sharing/grants/{_grant(account_id=cast.rosa).id}/words").status_code == 404


def test_whoever_asks_agrees_when_the_code_is_made(app, visit, cast):
    use(visit("dora"), from_ana(cast))
    assert _grant(account_id=cast.dora).consent == CURRENT
    row = db.scalars(select(Version).join(Version.grant).where(Grant.account_id == cast.dora)).one()
    assert row.changed_by == cast.ana


def test_to_open_more_asks_again_who_it_is(app, visit, cast):
    _unproved()
    number, ana = _grant(account_id=cast.rosa).id, visit("ana")
    wider = ana.post(f"/sharing/grants/{number}/parts", {"parts": ["pain", "notes"]})
    assert wider.status_code == 401
    assert "parts=pain&amp;parts=notes" in wider.text
    assert _grant(account_id=cast.rosa).parts == ["pain", "medicines", "therapy"]
    db.remove()
    for path, form in (("/sharing/invitations", FORM), ("/codes/accept", {})):
        assert ana.post(path, form).status_code == 401
    # to close is never held up
    assert ana.post(f"/sharing/grants/{number}/parts", {"parts": ["pain"]}).status_code == 303
    assert ana.post(f"/sharing/grants/{number}/stop").status_code == 303


@pytest.mark.parametrize(
    ("after", "wider"),
    [
        (Terms(("pain",), True, Period(date(2026, 1, 5), date(2026, 2, 1)), date(2026, 3, 1)), False),
        (Terms((), False, Period(date(2026, 1, 6), date(2026, 1, 7)), date(2026, 2, 1)), False),
        (Terms(("pain", "mood"), True, Period(date(2026, 1, 5), date(2026, 2, 1)), date(2026, 3, 1)), True),
        (Terms(("pain",), True, Period(date(2026, 1, 4), date(2026, 2, 1)), date(2026, 3, 1)), True),
        (Terms(("pain",), True, Period(None, date(2026, 2, 1)), date(2026, 3, 1)), True),
        (Terms(("pain",), True, Period(date(2026, 1, 5), date(2026, 2, 2)), date(2026, 3, 1)), True),
        (Terms(("pain",), True, Period(date(2026, 1, 5), None), date(2026, 3, 1)), True),
        (Terms(("pain",), True, Period(date(2026, 1, 5), date(2026, 2, 1)), None), True),
        (Terms(("pain",), True, Period(date(2026, 1, 5), date(2026, 2, 1)), date(2026, 3, 2)), True),
    ],
)
def test_it_tells_more_from_less(after, wider):
    before = Terms(("pain",), True, Period(date(2026, 1, 5), date(2026, 2, 1)), date(2026, 3, 1))
    assert after.widens(before) == wider


def test_the_right_to_write_is_more():
    assert Terms(("pain",), True).widens(Terms(("pain",)))
    assert not Terms(("pain",)).widens(Terms(("pain",), True))


def test_a_caregiver_is_told_what_was_missed_if_the_patient_says_so(app, visit, cast, set_clock):
    ana = visit("ana")
    page = ana.get("/sharing/").text
    assert 'name="told_missed" value="y">' in page, "it is offered, and off"
    use(visit("dora"), from_ana(cast, told_missed=True))
    grant = _grant(account_id=cast.dora)
    assert grant.told_missed and not _grant(account_id=cast.rosa).told_missed
    page = ana.get("/sharing/").text
    assert page.count("Is told when you do not answer a reminder") == 1
    assert "Is told when a reminder is not answered" in page, "among what was changed"
    assert "You are told when they do not answer a reminder" in visit("dora").get("/caring/").text
    path = f"/sharing/grants/{grant.id}/parts"
    assert 'name="told_missed" value="y" checked' in ana.get(path).text
    set_clock(NOW + timedelta(minutes=1))
    assert ana.post(path, {"parts": ["pain", "therapy"], "may_log": "y"}).status_code == 303
    db.remove()
    assert not _grant(account_id=cast.dora).told_missed
    page = ana.get("/sharing/").text
    assert "Is told when you do not answer a reminder" not in page and "Is not told of reminders any more" in page


def test_to_let_them_be_told_asks_again_who_it_is(app, visit, cast):
    _unproved()
    path, form = f"/sharing/grants/{_grant(account_id=cast.rosa).id}/parts", {"parts": ["pain", "medicines", "therapy"]}
    assert visit("ana").post(path, {**form, "may_log": "y", "told_missed": "y"}).status_code == 401
    assert visit("ana").post(path, form).status_code == 303


def test_a_clinic_is_told_nothing(app, visit, cast):
    number = _grant(clinic_id=cast.northmoor).id
    assert 'name="told_missed"' not in visit("ana").get(f"/sharing/grants/{number}/parts").text
    visit("ana").post(f"/sharing/grants/{number}/parts", {"parts": ["pain"], "told_missed": "y"})
    assert not _grant(clinic_id=cast.northmoor).told_missed


def test_the_invitation_says_that_they_are_told(app, visit, cast):
    dora = visit("dora")
    dora.post("/codes/", {"code": from_ana(cast, told_missed=True)})
    assert "You are told when they do not answer a reminder" in dora.get("/codes/accept").text
