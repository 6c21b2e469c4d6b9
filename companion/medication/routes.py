"""My medicines, their times, and the doses taken and skipped."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Patient
from companion.medication import add as adding
from companion.medication import catalogue, forms, queries, say, slots
from companion.medication import take as taking
from companion.medication.model import Dose, Medicine
from companion.medication.shelf import shelf
from companion.schedule import times
from companion.schedule.model import Schedule
from companion.schedule.say import say_times
from companion.sharing.access import open_or_404, record
from companion.store import Conflict, db
from companion.web.forms import digest
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, show
from companion.words import Later

bp = Blueprint("medication", __name__)
#: from the first to the last of thirty days
THIRTY = timedelta(days=29)
_DAY = timedelta(days=1)
#: no page of the history is older
_OLDEST = date(1900, 1, 1)

#: what the templates call
_PARTS: dict[str, Any] = {"say_times": say_times, "route": catalogue.route, "new_id": forms.new_id, "say": say}


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


@bp.post("/strengths")
@record("medicines", write=True)
def strengths(patient: Patient) -> Response:
    """What the medicine that is being typed is sold in. Asked by POST: its name must not stand in an address."""
    return show("medication/_strengths.html", strengths=catalogue.strengths(request.form.get("name", "")))


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
    adding.stop(_medicine(patient, medicine_id), g.author, clock.now())
    db.commit()
    return go("medication.medicine", said="stopped", medicine_id=medicine_id)


@bp.post("/<int:medicine_id>/doses")
@record("medicines", write=True)
def take(patient: Patient, medicine_id: int) -> Response:
    """Keep a dose, taken or skipped. The same tap sent twice is one dose."""
    found, form = _medicine(patient, medicine_id), forms.DoseForm(request.form, patient, clock.now())
    if not form.validate():
        return _one(patient, found, form, 422)
    # a question about another dose tells of it
    ask = not form.again.data and g.period.holds(clock.day_of(form.dose["taken_at"], patient.zone))
    try:
        taking.record(patient, g.author, found, digest=digest(request.form), ask=ask, **form.dose)
    except taking.Again as known:
        told = say.there(known.dose, g.author, patient.zone, form.now)
        return _one(patient, found, form, 409, told=told) if form.back.data else _list(patient, found, form, told)
    except (Conflict, taking.Stopped) as problem:
        form.uuid.renew()
        return _one(patient, found, form, 409, forms.SAVED_BEFORE if isinstance(problem, Conflict) else forms.STOPPED)
    db.commit()
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
    asked = form.last.data if form.validate() else None
    end = min(max(asked, _OLDEST), today) if asked else today
    # the day after today: the patient may have travelled west since they wrote
    doses = queries.doses(patient, *g.period.within(end - THIRTY, end if asked else today + _DAY))
    return show(
        "medication/history.html",
        "medication/_earlier.html",
        patient=patient,
        days=[(day, list(found)) for day, found in groupby(doses, lambda dose: dose.day)],
        earlier=queries.day_before(patient, end - THIRTY, g.period),
        newest=not asked,
        added=asked_for_fragment(),
        today=today,
        say=say,
    )


def _list(
    patient: Patient, found: Medicine | None = None, form: forms.DoseForm | None = None, told: str = ""
) -> Response:
    """The list; above it the question whether one more of `found` was taken, if somebody is `told` of a dose."""
    now = clock.now()
    return show(
        "medication/medicines.html",
        None if told else "medication/_medicines.html",
        409 if told else 200,
        patient=patient,
        cards=shelf(patient, now, g.period),
        stopped=[row for row in queries.medicines(patient, stopped=True) if row.is_within(g.period)],
        medicine=found,
        form=form,
        told=told,
        **_PARTS,
    )


def _one(
    patient: Patient,
    found: Medicine,
    form: forms.DoseForm | None = None,
    status: int = 200,
    problem: Later | str = "",
    told: str = "",
) -> Response:
    now = clock.now()
    today = clock.day_of(now, patient.zone)
    # the day after today: the patient may have travelled west since they wrote
    doses = queries.doses_of(found, *g.period.within(today - THIRTY, today + _DAY))
    return show(
        "medication/medicine.html",
        status=status,
        patient=patient,
        medicine=found,
        schedules=_times(found),
        doses=[dose for dose in doses if _may_see(dose)],
        may_change=_may_change,
        form=form or forms.DoseForm(None, patient, now, status="taken", back="medicine"),
        problem=problem,
        told=told,
        **_PARTS,
    )


def _form(form: forms.MedicineForm, status: int = 200) -> Response:
    return show(
        "medication/form.html",
        status=status,
        form=form,
        medicine=form.medicine,
        has_doses=form.medicine is not None and queries.has_doses(form.medicine),
        most=forms.MOST_TIMES,
        known=catalogue.CATALOGUE,
        strengths=catalogue.strengths(form.name.data or ""),
    )


def _times(found: Medicine) -> list[Schedule]:
    """The times that it is taken at from now on."""
    today = clock.now().astimezone(ZoneInfo(found.patient.zone)).date()
    return times.current(found.patient_id, slots.KIND, found.id, today)


def _medicine(patient: Patient, medicine_id: int, taken: bool = False) -> Medicine:
    """The patient's medicine; 404 for another's, and for a stopped one if it must be `taken`."""
    found = queries.medicine(patient, medicine_id)
    if found is None or not found.is_within(g.period) or (taken and found.stopped_at is not None):
        abort(404)
    return found


def _dose(patient: Patient, uuid: UUID) -> Dose:
    """The patient's dose, to be removed or brought back by whoever may do that; 404 for any other."""
    found = queries.dose(patient, str(uuid))
    if found is None or not (_may_see(found) and _may_change(found)):
        abort(404)
    open_or_404(found.day)
    return found


def _may_change(found: Dose) -> bool:
    """The record is the patient's; a caregiver answers for the doses that they wrote."""
    return "acting_for" not in g or (g.may_log and found.author_id == g.author.id)


def _may_see(found: Dose) -> bool:
    """What somebody else took out is not for a caregiver to read."""
    return "acting_for" not in g or found.removed_at is None or found.removed_by == g.author.id
