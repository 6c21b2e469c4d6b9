"""My medicines, their times, and the doses taken and skipped."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Patient
from companion.medication import add as adding
from companion.medication import catalogue, forms, queries, slots
from companion.medication import take as taking
from companion.medication.model import Dose, Medicine
from companion.medication.shelf import shelf
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.say import say_times
from companion.sharing.access import record
from companion.store import Conflict, db
from companion.web.forms import digest
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, show
from companion.words import Later, say_day
from companion.words import gettext as _

bp = Blueprint("medication", __name__)
#: days on one page of the history
PAGE = timedelta(days=30)

#: what the templates call
_PARTS: dict[str, Any] = {"say_times": say_times, "route": catalogue.route, "new_id": forms.new_id}


@bp.get("/")
@record("medicines")
def medicines(patient: Patient) -> Response:
    """What is taken at set times, what when needed, and what is stopped."""
    return _list(patient)


@bp.get("/new")
@record("medicines", write=True)
def new(patient: Patient) -> Response:
    """An empty form."""
    return _form(forms.MedicineForm(None, patient))


@bp.post("/")
@record("medicines", write=True)
def add(patient: Patient) -> Response:
    """Keep the new medicine."""
    form = forms.MedicineForm(request.form, patient)
    if not form.validate():
        return _form(form, 422)
    adding.add(patient, g.author, form.taking, clock.now())
    db.commit()
    return go("medication.medicines", said="saved")


@bp.get("/<int:medicine_id>")
@record("medicines")
def medicine(patient: Patient, medicine_id: int) -> Response:
    """One medicine with its doses of the last thirty days."""
    return _one(patient, _medicine(patient, medicine_id))


@bp.get("/<int:medicine_id>/change")
@record("medicines", write=True)
def change(patient: Patient, medicine_id: int) -> Response:
    """The medicine as a form."""
    found = _medicine(patient, medicine_id, taken=True)
    return _form(forms.MedicineForm(None, patient, found, tuple(_times(found))))


@bp.post("/<int:medicine_id>/changes")
@record("medicines", write=True)
def keep_change(patient: Patient, medicine_id: int) -> Response:
    """Keep what is taken from now on."""
    found = _medicine(patient, medicine_id, taken=True)
    form = forms.MedicineForm(request.form, patient, found)
    if not form.validate():
        return _form(form, 422)
    changed = adding.change(found, g.author, form.taking, clock.now())
    db.commit()
    return go("medication.medicine", said="saved", medicine_id=changed.id)


@bp.post("/<int:medicine_id>/stop")
@record("medicines", write=True)
def stop(patient: Patient, medicine_id: int) -> Response:
    """It leaves the list; its history stays."""
    adding.stop(_medicine(patient, medicine_id), clock.now())
    db.commit()
    return go("medication.medicine", said="stopped", medicine_id=medicine_id)


@bp.post("/<int:medicine_id>/doses")
@record("medicines", write=True)
def take(patient: Patient, medicine_id: int) -> Response:
    """Keep a dose, taken or skipped. The same tap sent twice is one dose."""
    found, form = _medicine(patient, medicine_id), forms.DoseForm(request.form, patient, clock.now())
    if not form.validate():
        return _one(patient, found, form, 422)
    try:
        taking.record(patient, g.author, found, digest=digest(request.form), **form.dose)
    except (Conflict, taking.Stopped) as problem:
        form.uuid.renew()
        return _one(patient, found, form, 409, forms.SAVED_BEFORE if isinstance(problem, Conflict) else forms.STOPPED)
    db.commit()
    if form.back.data == "today":
        return go("plan.today", said="saved")
    if form.back.data == "medicine":
        return go("medication.medicine", said="saved", medicine_id=medicine_id)
    return _list(patient) if asked_for_fragment() else go("medication.medicines", said="saved")


@bp.post("/doses/<uuid:uuid>/removal")
@record("medicines", write=True)
def remove(patient: Patient, uuid: UUID) -> Response:
    """Take a dose out."""
    found = _dose(patient, uuid)
    taking.remove(found, g.author, clock.now())
    db.commit()
    return go("medication.medicine", said="removed", medicine_id=found.medicine_id)


@bp.post("/doses/<uuid:uuid>/return")
@record("medicines", write=True)
def bring_back(patient: Patient, uuid: UUID) -> Response:
    """The removal was the mistake."""
    found = _dose(patient, uuid)
    taking.restore(found, clock.now())
    db.commit()
    return go("medication.medicine", said="back", medicine_id=found.medicine_id)


@bp.get("/history")
@record("medicines")
def history(patient: Patient) -> Response:
    """Every dose by day, newest first, thirty days a page."""
    form, today = forms.PageForm(request.args), clock.day_of(clock.now(), patient.zone)
    # the day after today: the patient may have travelled west since they wrote
    last = form.last.data if form.validate() and form.last.data else today + timedelta(days=1)
    first = max(last, date(1901, 1, 1)) - PAGE
    doses = groupby(queries.doses(patient, first, last), lambda dose: dose.day)
    days = [(day, list(found)) for day, found in doses]
    earlier = queries.day_before(patient, first)
    return show("medication/history.html", patient=patient, days=days, earlier=earlier, whole=not form.last.data)


def _list(patient: Patient) -> Response:
    now = clock.now()
    return show(
        "medication/medicines.html",
        "medication/_medicines.html",
        patient=patient,
        cards=shelf(patient, now),
        stopped=queries.medicines(patient, stopped=True),
        said_day=lambda instant: _say_day(instant, patient.zone, now),
        **_PARTS,
    )


def _one(
    patient: Patient, found: Medicine, form: forms.DoseForm | None = None, status: int = 200, problem: Later | str = ""
) -> Response:
    now = clock.now()
    today = clock.day_of(now, patient.zone)
    return show(
        "medication/medicine.html",
        status=status,
        patient=patient,
        medicine=found,
        schedules=_times(found),
        doses=queries.doses_of(found, today - PAGE, today + timedelta(days=1)),
        form=form or forms.DoseForm(None, patient, now, status="taken", back="medicine"),
        problem=problem,
        said_day=lambda instant: _say_day(instant, patient.zone, now),
        **_PARTS,
    )


def _form(form: forms.MedicineForm, status: int = 200) -> Response:
    return show(
        "medication/form.html",
        status=status,
        form=form,
        medicine=form.medicine,
        most=forms.MOST_TIMES,
        known=catalogue.CATALOGUE,
        strengths=catalogue.STRENGTHS,
    )


def _say_day(instant: datetime, zone: str, now: datetime) -> str:
    """The day of `instant` in words: today, yesterday or its date."""
    day, today = clock.day_of(instant, zone), clock.day_of(now, zone)
    if day >= today - timedelta(days=1):
        return _("today") if day == today else _("yesterday")
    return say_day(day)


def _times(found: Medicine) -> list[Schedule]:
    """The times that it is taken at from now on."""
    today = clock.now().astimezone(ZoneInfo(found.patient.zone)).date()
    return times.current(found.patient_id, slots.KIND, found.id, today)


def _medicine(patient: Patient, medicine_id: int, taken: bool = False) -> Medicine:
    """The patient's medicine; 404 for another's, and for a stopped one if it must be `taken`."""
    found = queries.medicine(patient, medicine_id)
    if found is None or (taken and found.stopped_at is not None):
        abort(404)
    return found


def _dose(patient: Patient, uuid: UUID) -> Dose:
    return queries.dose(patient, str(uuid)) or abort(404)
