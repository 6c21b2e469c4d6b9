"""A dose that looks like one that is there already: the person says whether they took one more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import html5lib
import pytest

from companion.identity.model import Patient
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import doses, tap

MOMENT_AGO = "Gabapentin 300 mg was logged at 10:00, a moment ago."


def take(browser, medicine, prefix="", headers=None, **form):
    return browser.post(f"{prefix}/medication/{medicine}/doses", tap(**form), headers)


def one_more(answer):
    """Where the button "one more" posts, and what."""
    (form,) = [
        form
        for form in html5lib.parse(answer.text, namespaceHTMLElements=False).iter("form")
        if any(field.get("name") == "again" for field in form.iter("input"))
    ]
    (button,) = form.iter("button")
    assert form.get("data-behaviour") == "outbox" and form.get("data-swap") is None
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    return form.get("action"), fields | {button.get("name"): button.get("value")}


@pytest.mark.parametrize("phone", [False, True])
def test_a_second_take_within_a_minute_is_asked_about(app, visit, cast, shelf, set_clock, phone):
    ana, headers = visit("ana"), {"HX-Request": "true", "X-Outbox": str(cast.ana)} if phone else {}
    take(ana, shelf.gabapentin, wall="08:00")
    touched = db.get(Patient, cast.ana_patient).medicines_at
    set_clock(NOW + timedelta(seconds=59))
    # the list came back with the next time under the finger
    answer = take(ana, shelf.gabapentin, wall="13:00", headers=headers)
    assert answer.status_code == 409 and MOMENT_AGO in answer.text and "<main" in answer.text
    assert "Did you take it again?" in answer.text and 'id="medicines"' in answer.text
    assert len(doses()) == 1 and db.get(Patient, cast.ana_patient).medicines_at == touched
    action, form = one_more(answer)
    assert ana.post(action, form).location == "/medication/?said=saved"
    assert [(dose.due_wall, dose.taken_at) for dose in doses()] == [
        (time(8), NOW),
        (time(13), NOW + timedelta(seconds=59)),
    ]
    # the same tap once more is the same dose
    assert ana.post(action, form).status_code == 303 and len(doses()) == 2


def test_after_a_minute_nothing_is_asked(app, visit, shelf, set_clock):
    ana = visit("ana")
    take(ana, shelf.tramadol)
    set_clock(NOW + timedelta(seconds=60))
    assert take(ana, shelf.tramadol).status_code == 303
    assert len(doses()) == 2


@pytest.mark.parametrize("other", ["medicine", "person", "skip", "removed"])
def test_what_is_no_second_tap_is_not_asked_about(app, visit, cast, shelf, other):
    ana, answer = visit("ana"), None
    take(ana, shelf.tramadol, status="skipped" if other == "skip" else "taken")
    if other == "medicine":
        answer = take(ana, shelf.gabapentin)
    if other == "person":
        answer = take(visit("rosa"), shelf.tramadol, prefix=f"/for/{cast.ana_patient}")
    if other == "skip":
        answer = take(ana, shelf.tramadol)
    if other == "removed":
        ana.post(f"/medication/doses/{doses()[0].uuid}/removal")
        answer = take(ana, shelf.tramadol)
    assert answer.status_code == 303 and len(doses()) == 2


def test_two_pages_tapped_at_once_are_one_dose_and_a_question(app, visit, shelf):
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda ana: take(ana, shelf.gabapentin, wall="08:00"), [visit("ana"), visit("ana")]))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(doses()) == 1


def test_one_tap_sent_twice_at_once_is_one_dose_without_a_question(app, visit, shelf):
    form = tap(wall="08:00")
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda ana: ana.post(f"/medication/{shelf.gabapentin}/doses", form), [visit("ana") for _ in range(4)]
        )
    assert [answer.status_code for answer in answers] == [303] * 4 and len(doses()) == 1


def test_a_time_that_somebody_answered_is_asked_about(app, visit, cast, shelf, set_clock):
    take(visit("ana"), shelf.gabapentin, wall="08:00")
    set_clock(NOW + timedelta(minutes=20))
    form = {"wall": "08:00", "reason": "She asked"}
    rosa = visit("rosa")
    answer = take(rosa, shelf.gabapentin, prefix=f"/for/{cast.ana_patient}", **form)
    assert answer.status_code == 409 and "Ana logged Gabapentin 300 mg, taken 10:00." in answer.text
    assert "Was it taken again?" in answer.text and len(doses()) == 1
    set_clock(NOW + timedelta(minutes=25))
    action, form = one_more(answer)
    assert rosa.post(action, form).location == f"/for/{cast.ana_patient}/medication/?said=saved"
    _first, second = doses()
    # beside the plan, at the time of the first tap
    assert (second.due_wall, second.author_id, second.reason) == (None, cast.rosa, "She asked")
    assert second.taken_at == NOW + timedelta(minutes=20)


def test_it_says_who_was_first(app, visit, cast, shelf, set_clock):
    take(visit("rosa"), shelf.gabapentin, prefix=f"/for/{cast.ana_patient}", wall="08:00")
    answer = take(visit("ana"), shelf.gabapentin, wall="08:00")
    assert answer.status_code == 409 and "Rosa logged Gabapentin 300 mg, taken 10:00." in answer.text
    take(visit("ana"), shelf.gabapentin, wall="13:00")
    set_clock(NOW + timedelta(hours=3))
    answer = take(visit("ana"), shelf.gabapentin, wall="13:00")
    assert answer.status_code == 409 and "You logged Gabapentin 300 mg, taken 10:00." in answer.text


def test_a_dose_without_a_named_time_answers_the_next_one(app, visit, cast, shelf):
    take(visit("rosa"), shelf.gabapentin, prefix=f"/for/{cast.ana_patient}", wall="08:00")
    assert take(visit("ana"), shelf.gabapentin).status_code == 303
    assert [dose.due_wall for dose in doses()] == [time(8), time(13)]


def test_an_earlier_dose_written_twice_is_asked_about_with_its_day(app, visit, shelf, set_clock):
    ana, form = visit("ana"), {"when": "2026-03-09T21:05", "back": "medicine"}
    take(ana, shelf.tramadol, **form)
    set_clock(NOW + timedelta(minutes=30))
    answer = take(ana, shelf.tramadol, **form, reason="Bad night")
    assert answer.status_code == 409 and "You logged Tramadol 50 mg, taken Mon, Mar 9, 21:05." in answer.text
    # the page still holds what was typed, to be mended
    assert 'value="2026-03-09T21:05"' in answer.text and '<details class="fold" open>' in answer.text
    action, form = one_more(answer)
    assert ana.post(action, form).location == f"/medication/{shelf.tramadol}?said=saved"
    assert [(dose.taken_at, dose.reason) for dose in doses()][1] == (doses()[0].taken_at, "Bad night")


def test_skipping_what_was_taken_asks_nothing(app, visit, shelf):
    ana = visit("ana")
    take(ana, shelf.gabapentin, wall="08:00")
    assert take(ana, shelf.gabapentin, status="skipped", wall="08:00").status_code == 303


def test_a_stopped_medicine_asks_nothing(app, visit, shelf):
    ana = visit("ana")
    take(ana, shelf.gabapentin, wall="08:00")
    ana.post(f"/medication/{shelf.gabapentin}/stop")
    answer = take(ana, shelf.gabapentin, wall="08:00")
    assert answer.status_code == 409 and "This medicine is stopped" in answer.text and "again?" not in answer.text
