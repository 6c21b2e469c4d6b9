"""A flare begins and ends, and whom to call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Response, abort, g, request

from companion import clock
from companion.flares import episode, forms, queries, questions, say
from companion.flares import steps as plan_steps
from companion.flares.mine import bp, may_change, page
from companion.flares.model import Flare
from companion.identity.model import Patient
from companion.sharing.access import open_or_404, record
from companion.store import Conflict, db
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go
from companion.words import Later, lazy

#: the room, with these pages and those of `mine`
room = bp
#: so many days are counted on the page of all flares
_COUNTED = timedelta(days=89)
_BEFORE_IT_BEGAN = lazy("This is before it began. Please check the time.")
_ANOTHER_OPEN = lazy("Another flare goes on. Please end that one first.")


@bp.app_template_global("flare_questions")
def flare_questions() -> dict[str, Any]:
    """What is asked when a flare begins, also by the page for no network, which knows nobody."""
    return {"flags": questions.FLAGS, "triggers": questions.TRIGGERS}


@bp.get("/")
@record("pain")
def flares(patient: Patient) -> Response:
    """The flare that goes on, my plan, and the flares that are over."""
    now = clock.now()
    today = clock.day_of(now, patient.zone)
    found = queries.flares(patient, *g.period.within(today - timedelta(days=3660), today))
    count = queries.total(queries.stretches(patient.id, patient.zone, today - _COUNTED, today, g.period))
    return page(
        "flares",
        patient,
        flares=found,
        # what a patient took out is not for others to read
        removed=[] if "acting_for" in g else queries.removed(patient),
        steps=queries.steps(patient),
        total=say.say_total(count) if count.often else "",
        days=_COUNTED.days + 1,
    )


@bp.get("/new")
@record("pain", write=True)
def new(patient: Patient) -> Response:
    """The questions; where a flare goes on already, that one."""
    known = queries.open_flare(patient)
    if known is not None and g.period.holds(known.day):
        return go("flares.flare", uuid=known.uuid)
    return _new(patient, forms.FlareForm(None, patient, clock.now(), g.may))


def _new(patient: Patient, form: forms.FlareForm, status: int = 200, problem: Later | None = None) -> Response:
    return page("new", patient, status, form=form, problem=problem, clinics=queries.clinics(patient, clock.now()))


@bp.post("/")
@record("pain", write=True)
def begin(patient: Patient) -> Response:
    """Keep the flare. A yes to a sign that must not wait leads to whom to call, unless the page has said so."""
    form = forms.FlareForm(request.form, patient, clock.now(), g.may)
    if not form.validate():
        return _new(patient, form, 422)
    try:
        flare = episode.begin(patient, g.author, digest=digest(request.form), now=form.now, **form.flare)
    except Conflict:
        form.uuid.renew()
        return _new(patient, form, 409, SAVED_BEFORE)
    db.commit()
    if questions.level(form.answers) and not form.told.data:
        return go("flares.help", uuid=flare.uuid)
    return go("flares.flare", said="saved", uuid=flare.uuid)


@bp.get("/<uuid:uuid>")
@record("pain", draws=("pain", "notes"))
def flare(patient: Patient, uuid: UUID) -> Response:
    """One flare: my plan with what was done of it, and its end."""
    return _flare(patient, _found(patient, uuid))


def _flare(
    patient: Patient, found: Flare, status: int = 200, form: forms.EndForm | None = None, problem: Later | None = None
) -> Response:
    done = {row.step_id: row for row in queries.ticks(found)}
    steps = queries.steps(patient)
    steps += [row.step for row in done.values() if row.step not in steps]
    told: dict[str, Any] = {"steps": steps, "done": done, "form": form or forms.EndForm(None, patient, clock.now())}
    told |= {
        "asked": questions.FLAGS,
        "may_change": may_change(found),
        "problem": problem,
        "new_id": lambda: str(uuid4()),
    }
    return page("flare", patient, status, flare=found, clinics=queries.clinics(patient, clock.now()), **told)


@bp.get("/<uuid:uuid>/help", endpoint="help")
@record("pain")
def call(patient: Patient, uuid: UUID) -> Response:
    """Whom to call, in full: for a browser without scripts, and for whoever wants to read it again."""
    found = _found(patient, uuid)
    return page("help", patient, flare=found, clinics=queries.clinics(patient, clock.now()))


@bp.post("/<uuid:uuid>/end")
@record("pain", write=True)
def end(patient: Patient, uuid: UUID) -> Response:
    """It is over. A second tap changes nothing."""
    found, form = _found(patient, uuid), forms.EndForm(request.form, patient, clock.now())
    if form.validate():
        try:
            episode.end(found, g.author, form.moment, form.now)
        except episode.BeforeItBegan:
            form.when.errors = [_BEFORE_IT_BEGAN]
    if form.errors:
        db.rollback()
        return _flare(patient, _found(patient, uuid), 422, form)
    db.commit()
    return go("flares.flare", said="saved", uuid=found.uuid)


@bp.post("/<uuid:uuid>/going-on")
@record("pain", write=True)
def go_on(patient: Patient, uuid: UUID) -> Response:
    """The end was a mistake."""
    return _changed(patient, uuid, lambda found: episode.go_on(found, clock.now()), "back")


@bp.post("/<uuid:uuid>/removal")
@record("pain", write=True)
def remove(patient: Patient, uuid: UUID) -> Response:
    """Take a flare out."""
    return _changed(patient, uuid, lambda found: episode.remove(found, g.author, clock.now()), "removed", own=True)


@bp.post("/<uuid:uuid>/return")
@record("pain", write=True)
def restore(patient: Patient, uuid: UUID) -> Response:
    """Bring a flare back."""
    return _changed(patient, uuid, lambda found: episode.restore(found, clock.now()), "back", own=True)


def _changed(patient: Patient, uuid: UUID, verb: Callable[[Flare], object], said: str, own: bool = False) -> Response:
    found = _found(patient, uuid)
    if own and not may_change(found):
        abort(404)
    try:
        verb(found)
    except episode.AnotherOpen:
        db.rollback()
        return _flare(patient, _found(patient, uuid), 409, problem=_ANOTHER_OPEN)
    db.commit()
    return go("flares.flare", said=said, uuid=found.uuid)


@bp.post("/<uuid:uuid>/ticks/<int:step_id>")
@record("pain", write=True)
def tick(patient: Patient, uuid: UUID, step_id: int) -> Response:
    """A step was done."""
    found, form = _found(patient, uuid), forms.TickForm(request.form, patient, clock.now())
    if not form.validate():
        return _flare(patient, found, 422, problem=lazy("This was not ticked off. Please try once more."))
    step = queries.step(patient, step_id) or abort(404)
    try:
        sent = digest(request.form)
        plan_steps.tick(found, step, g.author, form.uuid.data, sent, form.moment, form.now)
    except Conflict:
        return _flare(patient, found, 409, problem=SAVED_BEFORE)
    db.commit()
    return go("flares.flare", uuid=found.uuid)


@bp.post("/<uuid:uuid>/ticks/<int:step_id>/removal")
@record("pain", write=True)
def untick(patient: Patient, uuid: UUID, step_id: int) -> Response:
    """A step was not done after all."""
    found = _found(patient, uuid)
    plan_steps.untick(found, queries.step(patient, step_id) or abort(404), g.author, clock.now())
    db.commit()
    return go("flares.flare", uuid=found.uuid)


def _found(patient: Patient, uuid: UUID) -> Flare:
    """The flare, or 404. A caregiver does not see what somebody else removed."""
    found = queries.flare(patient, str(uuid)) or abort(404)
    if "acting_for" in g and found.removed_at and found.removed_by != g.author.id:
        abort(404)
    open_or_404(found.day)
    return found
