"""My flare plan: its steps, and what the pages of this room have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.flares import forms, queries, questions, say
from companion.flares import steps as plan_steps
from companion.flares.model import Flare, FlareStep
from companion.identity.model import Patient
from companion.sharing.access import record
from companion.store import Conflict, db
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go, show
from companion.words import Later, say_day, say_time

bp = Blueprint("flares", __name__)


def page(name: str, patient: Patient, status: int = 200, **values: Any) -> Response:
    """One of the pages of this room."""
    told: dict[str, Any] = {"patient": patient, "set_off": questions.said, "say_length": say.say_length}
    return show(f"flares/{name}.html", status=status, moment=_moment, **told, **values)


def _moment(instant: datetime, zone: str) -> str:
    """An instant as a calendar day and a time of day."""
    return f"{say_day(instant.astimezone(ZoneInfo(zone)).date())}, {say_time(instant, zone)}"


def may_change(row: Flare | FlareStep) -> bool:
    """The record is the patient's; a caregiver answers for their own words only."""
    return "acting_for" not in g or (g.may_log and row.author_id == g.author.id)


@bp.get("/plan")
@record("pain")
def plan(patient: Patient) -> Response:
    """My flare plan."""
    return _plan(patient, forms.StepForm())


def _plan(
    patient: Patient,
    form: forms.StepForm,
    status: int = 200,
    step: FlareStep | None = None,
    problem: Later | None = None,
) -> Response:
    told: dict[str, Any] = {"form": form, "step": step, "problem": problem, "may_change": may_change}
    # what a patient took out is not for others to read
    removed = [] if "acting_for" in g else queries.removed_steps(patient)
    return page("plan", patient, status, steps=queries.steps(patient), removed=removed, **told)


@bp.post("/steps")
@record("pain", write=True)
def add_step(patient: Patient) -> Response:
    """A step more. The same tap sent twice is one step."""
    form = forms.StepForm(request.form)
    if not form.validate():
        return _plan(patient, form, 422)
    try:
        plan_steps.add(patient, g.author, form.uuid.data, digest(request.form), form.text.data, clock.now())
    except Conflict:
        form.uuid.renew()
        return _plan(patient, form, 409, problem=SAVED_BEFORE)
    db.commit()
    return go("flares.plan", said="saved")


@bp.get("/steps/<int:step_id>/change")
@record("pain", write=True)
def edit_step(patient: Patient, step_id: int) -> Response:
    """The words of a step."""
    step = _step(patient, step_id)
    return _plan(patient, forms.StepForm.of(step), step=step)


@bp.post("/steps/<int:step_id>/changes")
@record("pain", write=True)
def change_step(patient: Patient, step_id: int) -> Response:
    """Other words for a step."""
    step, form = _step(patient, step_id), forms.StepForm(request.form)
    if not form.validate():
        return _plan(patient, form, 422, step)
    try:
        plan_steps.change(step, g.author, form.uuid.data, digest(request.form), form.text.data, clock.now())
    except Conflict:
        form.uuid.renew()
        return _plan(patient, form, 409, step, SAVED_BEFORE)
    db.commit()
    return go("flares.plan", said="saved")


@bp.post("/steps/<int:step_id>/up")
@record("pain", write=True)
def move_step(patient: Patient, step_id: int) -> Response:
    """A step earlier."""
    plan_steps.move_up(_step(patient, step_id), clock.now())
    db.commit()
    return go("flares.plan")


@bp.post("/steps/<int:step_id>/removal")
@record("pain", write=True)
def remove_step(patient: Patient, step_id: int) -> Response:
    """Take a step out."""
    plan_steps.remove(_step(patient, step_id), g.author, clock.now())
    db.commit()
    return go("flares.plan", said="out")


@bp.post("/steps/<int:step_id>/return")
@record("pain", write=True)
def restore_step(patient: Patient, step_id: int) -> Response:
    """Bring a step back."""
    plan_steps.restore(_step(patient, step_id), clock.now())
    db.commit()
    return go("flares.plan", said="back")


def _step(patient: Patient, step_id: int) -> FlareStep:
    found = queries.step(patient, step_id)
    if found is None or not may_change(found):
        abort(404)
    return found
