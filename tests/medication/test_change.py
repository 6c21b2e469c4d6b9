"""Changing and stopping a medicine."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from companion.identity.model import Patient
from companion.medication import queries
from companion.medication.model import Medicine
from companion.medication.shelf import shelf as shelf_of
from companion.schedule.times import current, set_times
from companion.store import db
from tests.cast import NOW
from tests.medication.conftest import doses, tap

FORM = {
    "name": "Gabapentin",
    "strength": "300 mg",
    "amount": "1 capsule",
    "when": "times",
    "walls": ["08:00", "13:00", "22:00"],
    "weekdays": list("1234567"),
    "note": "",
}


def walls(cast, medicine_id):
    return [row.wall for row in current(cast.ana_patient, "medication", medicine_id, date(2026, 3, 10))]


def plain(answer):
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def taken(cast):
    db.remove()
    return queries.medicines(db.get(Patient, cast.ana_patient))


def test_the_form_holds_what_there_is(app, visit, shelf):
    page = visit("ana").get(f"/medication/{shelf.gabapentin}/change").get_data(as_text=True)
    for value in ('value="Gabapentin"', 'value="300 mg"', 'value="1 capsule"', "With food", 'value="13:00"'):
        assert value in page
    assert page.count(" checked") == 8  # seven days, and at set times


def test_it_changes_the_times_and_keeps_the_medicine(app, visit, cast, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/changes", FORM)
    assert answer.location == f"/medication/{shelf.gabapentin}?said=saved"
    assert walls(cast, shelf.gabapentin) == [time(8), time(13), time(22)]
    assert db.get(Medicine, shelf.gabapentin).note == ""


def test_when_needed_has_no_times(app, visit, cast, shelf):
    visit("ana").post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "when": "needed"})
    assert walls(cast, shelf.gabapentin) == []
    assert all(medicine.as_needed for medicine in taken(cast))


def test_another_strength_after_doses_is_another_medicine(app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    answer = ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "strength": "600 mg"})
    new = next(medicine for medicine in taken(cast) if medicine.name == "Gabapentin")
    assert (new.title, answer.location) == ("Gabapentin 600 mg", f"/medication/{new.id}?said=saved")
    assert [
        dose.medicine.title for dose in queries.doses(db.get(Patient, cast.ana_patient), NOW.date(), NOW.date())
    ] == ["Gabapentin 300 mg"]
    assert walls(cast, shelf.gabapentin) == [] and walls(cast, new.id) == [time(8), time(13), time(22)]


@pytest.mark.parametrize("other", [{"strength": "100 mg"}, {"name": "Pregabalin"}, {"amount": "2 capsules"}])
def test_before_any_dose_it_is_a_correction(app, visit, cast, shelf, other):
    ana = visit("ana")
    assert "is kept as stopped" not in ana.get(f"/medication/{shelf.gabapentin}/change").get_data(as_text=True)
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, **other})
    changed, _tramadol = taken(cast)
    assert changed.id == shelf.gabapentin and all(getattr(changed, name) == word for name, word in other.items())


@pytest.mark.parametrize(
    ("other", "title"),
    [
        ({"name": "Pregabalin"}, "Pregabalin 300 mg, 1 capsule"),
        ({"amount": "2 capsules"}, "Gabapentin 300 mg, 2 capsules"),
    ],
)
def test_after_doses_another_name_or_amount_is_another_medicine(app, visit, cast, shelf, other, title):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    assert "is kept as stopped" in ana.get(f"/medication/{shelf.gabapentin}/change").get_data(as_text=True)
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, **other})
    assert title in [medicine.full_title for medicine in taken(cast)]
    [dose] = queries.doses(db.get(Patient, cast.ana_patient), NOW.date(), NOW.date())
    assert dose.medicine.full_title == "Gabapentin 300 mg, 1 capsule"  # what was taken stays what it was
    assert dose.medicine.stopped_by == cast.ana


def test_capitals_make_no_other_medicine(sqlite_app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "name": "GABAPENTIN", "amount": "1 Capsule"})
    assert next((row.id, row.name) for row in taken(cast)) == (shelf.gabapentin, "GABAPENTIN")


def test_silent_bells_stay_silent_when_another_medicine_takes_the_place(sqlite_app, visit, cast, shelf):
    ana, patient = visit("ana"), db.get(Patient, cast.ana_patient)
    set_times(patient, "medication", shelf.gabapentin, [time(8)], "1234567", NOW, rings=False)
    db.commit()
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "strength": "600 mg"})
    new = next(medicine for medicine in taken(cast) if medicine.name == "Gabapentin")
    rows = current(cast.ana_patient, "medication", new.id, date(2026, 3, 10))
    assert [row.rings for row in rows] == [False] * 3


def test_what_a_caregiver_changes_carries_her_name(app, visit, cast, shelf, set_clock):
    ana, rosa = visit("ana"), visit("rosa")
    theirs = f"/for/{cast.ana_patient}/medication/{shelf.gabapentin}"
    rosa.post(f"{theirs}/changes", {**FORM, "strength": "600 mg", "amount": "2 capsules"})
    row = db.get(Medicine, shelf.gabapentin)
    assert (row.changed_by, row.changed_at, row.added_by) == (cast.rosa, NOW, cast.ana)
    for browser, address in ((ana, f"/medication/{shelf.gabapentin}"), (rosa, theirs)):
        assert "Changed by Rosa, Tue, Mar 10" in plain(browser.get(address))
    # what Ana sends as it is changes nothing, and what she changes is hers
    set_clock(NOW + timedelta(days=1))
    same = {**FORM, "strength": "600 mg", "amount": "2 capsules"}
    ana.post(f"/medication/{shelf.gabapentin}/changes", same)
    assert "Changed by Rosa, Tue, Mar 10" in plain(ana.get(f"/medication/{shelf.gabapentin}"))
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**same, "walls": ["08:00"]})
    db.remove()
    row = db.get(Medicine, shelf.gabapentin)
    assert (row.changed_by, row.changed_at) == (cast.ana, NOW + timedelta(days=1))
    assert "Changed by" not in plain(ana.get(f"/medication/{shelf.gabapentin}"))


def test_what_a_caregiver_stops_or_replaces_carries_her_name(app, visit, cast, shelf):
    ana, theirs = visit("ana"), f"/for/{cast.ana_patient}/medication"
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    visit("rosa").post(f"{theirs}/{shelf.gabapentin}/changes", {**FORM, "strength": "600 mg"})
    visit("rosa").post(f"{theirs}/{shelf.tramadol}/stop")
    [new] = taken(cast)
    assert "Added by Rosa" in plain(ana.get(f"/medication/{new.id}"))
    for stopped in (shelf.gabapentin, shelf.tramadol):
        assert db.get(Medicine, stopped).stopped_by == cast.rosa
        assert "Stopped by Rosa, today" in plain(ana.get(f"/medication/{stopped}"))


def test_a_change_after_midnight_shows_the_new_times_alone(app, visit, cast, shelf, set_clock):
    set_clock(datetime(2026, 3, 10, 23, 30, tzinfo=UTC))  # 00:30 on Wednesday; the diary day is still Tuesday
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "walls": ["00:10", "07:00", "21:00"]})
    for address in ("/medication/", f"/medication/{shelf.gabapentin}"):
        assert "Every day at 00:10, 07:00, and 21:00" in plain(ana.get(address))
    [card, _tramadol] = shelf_of(db.get(Patient, cast.ana_patient), datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    assert card.schedules == current(cast.ana_patient, "medication", shelf.gabapentin, date(2026, 3, 11))
    # and Tuesday keeps the times that it had
    assert [row.slot.wall for row in card.today] == [time(8), time(13), time(21)]


def test_it_refuses_and_keeps_what_was_typed(app, visit, cast, shelf):
    answer = visit("ana").post(f"/medication/{shelf.gabapentin}/changes", {**FORM, "name": "", "amount": "2 capsules"})
    assert answer.status_code == 422 and 'value="2 capsules"' in answer.get_data(as_text=True)
    assert walls(cast, shelf.gabapentin) == [time(8), time(13), time(21)]


def test_stopping_ends_the_times_and_keeps_the_history(app, visit, cast, shelf):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/doses", tap(wall="08:00"))
    answer = ana.post(f"/medication/{shelf.gabapentin}/stop")
    assert answer.location == f"/medication/{shelf.gabapentin}?said=stopped"
    assert [medicine.title for medicine in taken(cast)] == ["Tramadol 50 mg"]
    assert walls(cast, shelf.gabapentin) == [] and len(doses()) == 1
    page = ana.get(f"/medication/{shelf.gabapentin}").get_data(as_text=True)
    assert "Stopped today" in page and "Taken 10:00" in page and "Stop this medicine" not in page
    assert "Gabapentin 300 mg" in ana.get("/medication/history").get_data(as_text=True)


@pytest.mark.parametrize("path", ["change", "changes"])
def test_a_stopped_medicine_is_not_changed(app, visit, shelf, path):
    ana = visit("ana")
    ana.post(f"/medication/{shelf.gabapentin}/stop")
    ask = ana.get if path == "change" else lambda url: ana.post(url, FORM)
    assert ask(f"/medication/{shelf.gabapentin}/{path}").status_code == 404


def test_others_are_refused(app, visit, cast, shelf):
    for path in ("changes", "stop"):
        assert visit("ana").post(f"/medication/{shelf.doras}/{path}", FORM).status_code == 404
        assert visit("rosa").post(f"/for/{cast.ana_patient}/medication/{shelf.doras}/{path}", FORM).status_code == 404
        assert visit("dora").post(f"/medication/{shelf.gabapentin}/{path}", FORM).status_code == 404
        assert visit(None).post(f"/medication/{shelf.gabapentin}/{path}", FORM).status_code == 401
    assert visit("ana").get(f"/medication/{shelf.doras}/change").status_code == 404
    assert len(taken(cast)) == 2
