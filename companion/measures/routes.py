"""My questionnaires: which are on, one to answer, and what the answers come to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Clinic, Patient
from companion.measures import answer as answering
from companion.measures import forms, queries, say, score, switch
from companion.measures.definition import Definition, newest
from companion.measures.model import Answer, Plan
from companion.sharing.access import open_or_404, record
from companion.sharing.queries import grants
from companion.store import Conflict, db
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go, show
from companion.words import Later

bp = Blueprint("measures", __name__)
#: the parts of a record that a questionnaire may belong to
DRAWS = ("pain", "mood")
_MOST = 60


@bp.get("/", endpoint="measures")
@record("any", draws=DRAWS)
def all_of_them(patient: Patient) -> Response:
    """What is on and when it is due; for the patient also what may be switched on."""
    return _all(patient)


def _all(patient: Patient, status: int = 200, problem: Later | str = "") -> Response:
    now = clock.now()
    rows = [each for each in queries.on(patient, now) if _is_open(each.definition)]
    on, last = {each.definition.code for each in rows}, queries.last_days(patient)
    free = [each for each in newest().values() if each.code not in on and not queries.is_clinics_own(each)]
    told: dict[str, Any] = {"rows": rows, "next_on": lambda plan: queries.next_on(plan, last.get(plan.instrument))}
    told |= {"today": clock.day_of(now, patient.zone), "free": free, "problem": problem}
    return show("measures/measures.html", status=status, patient=patient, **told)


@bp.post("/")
@record("share", write=True, draws=())
def start(patient: Patient) -> Response:
    """Switch one on for oneself."""
    form = forms.RhythmForm(request.form)
    definition = newest().get(form.instrument.data or "")
    if definition is None or not form.validate() or queries.is_clinics_own(definition):
        return _all(patient, 422, form.problems[0][1] if form.problems else forms.NOT_OFFERED)
    switch.switch_on(patient, g.author, None, definition, form.days or definition.every_days, clock.now())
    db.commit()
    return go("measures.measures", said="planned")


@bp.get("/<int:plan_id>")
@record("any", draws=DRAWS)
def measure(patient: Patient, plan_id: int) -> Response:
    """How the scores went, and what it is for."""
    plan, now = _plan(patient, plan_id), clock.now()
    definition = _newest(plan)
    first, last = g.period.within(date.min, clock.day_of(now, patient.zone))
    rows = queries.answers(patient, first, last, plan.instrument, _MOST)
    told: dict[str, Any] = {"rows": rows, "drawn": say.line(definition, rows), "say_score": say.say_score}
    told |= {
        "is_on": any(each.plan.id == plan.id for each in queries.on(patient, now)),
        "may_stop": plan.clinic_id is None,
    }
    return show("measures/measure.html", patient=patient, plan=plan, definition=definition, **told)


@bp.post("/<int:plan_id>/stop")
@record("share", write=True, draws=())
def stop(patient: Patient, plan_id: int) -> Response:
    """It is not asked any more; a second tap changes nothing. What a clinic switched on, it switches off."""
    plan = _plan(patient, plan_id)
    if plan.clinic_id is not None:
        abort(404)
    switch.switch_off(patient, plan, g.author, clock.now())
    db.commit()
    return go("measures.measures", said="stopped")


@bp.get("/<int:plan_id>/new")
@record("any", write=True, draws=())
def ask(patient: Patient, plan_id: int) -> Response:
    """The questions, one at a time."""
    plan, now = _plan(patient, plan_id), clock.now()
    if not any(each.plan.id == plan.id for each in queries.on(patient, now)):
        abort(404)
    return _form_page(patient, plan, forms.answer_form(_newest(plan), None, patient, now))


def _form_page(
    patient: Patient, plan: Plan, form: forms.AnswerForm, status: int = 200, problem: Later | str = ""
) -> Response:
    told: dict[str, Any] = {"plan": plan, "form": form, "definition": form.definition, "problem": problem}
    if form.definition.alarms:
        told |= {"reading": plan.clinic_id and queries.reading(plan.clinic_id), "clinics": _clinics(patient, form.now)}
    return show("measures/form.html", status=status, patient=patient, **told)


@bp.post("/<int:plan_id>/answers")
@record("any", write=True, draws=())
def add(patient: Patient, plan_id: int) -> Response:
    """Keep the answers, by the version that was answered. The same tap sent twice is one answer."""
    plan, now = _plan(patient, plan_id), clock.now()
    answered = queries.definition(plan.instrument, forms.VersionForm(request.form).number)
    form = forms.answer_form(answered or _newest(plan), request.form, patient, now)
    if not form.validate() or answered is None:
        return _form_page(patient, plan, form, 422, "" if answered else forms.OLD)
    sent = (form.uuid.data, digest(request.form), form.values, form.answered_at)
    try:
        row, _new = answering.record(patient, g.author, plan, form.definition, *sent, now)
    except Conflict:
        form.uuid.renew()
        return _form_page(patient, plan, form, 409, SAVED_BEFORE)
    db.commit()
    return go("measures.answer", uuid=row.uuid, said="saved")


@bp.get("/answers/<uuid>")
@record("any", draws=DRAWS)
def answer(patient: Patient, uuid: str) -> Response:
    """What the answers come to; and first of all whom to call, if one asks for that."""
    row = _answer(patient, uuid)
    definition, before, now = _answered(row), queries.before(row), clock.now()
    own = row.author_id == g.author.id and "acting_for" not in g
    told: dict[str, Any] = {
        "alarmed": definition.alarms and score.alarmed(definition, row.said),
        "may_change": _may_change(row),
    }
    if told["alarmed"]:
        told |= {
            "reading": row.plan.clinic_id and queries.reading(row.plan.clinic_id),
            "clinics": _clinics(patient, now),
        }
    told |= {"before": before if before and g.period.holds(before.day) else None, "say_score": say.say_score}
    told |= {"patient": patient, "definition": definition, "outcome": say.outcome(definition, row, own)}
    return show("measures/answer.html", row=row, **told)


@bp.post("/answers/<uuid>/removal")
@record("any", write=True, draws=())
def remove(patient: Patient, uuid: str) -> Response:
    """Take the answers back."""
    answering.remove(_answer(patient, uuid, write=True), g.author, clock.now())
    db.commit()
    return go("measures.answer", uuid=uuid, said="removed")


@bp.post("/answers/<uuid>/return")
@record("any", write=True, draws=())
def bring_back(patient: Patient, uuid: str) -> Response:
    """The removal was the mistake."""
    answering.restore(_answer(patient, uuid, write=True), clock.now())
    db.commit()
    return go("measures.answer", uuid=uuid, said="back")


def _is_open(definition: Definition) -> bool:
    """Whether the part is open. What asks for help is between the patient and the clinic alone."""
    return definition.part in g.may and not (definition.alarms and "acting_for" in g)


def _newest(plan: Plan) -> Definition:
    return queries.definitions([plan.instrument])[plan.instrument]


def _plan(patient: Patient, plan_id: int) -> Plan:
    plan = queries.plan(patient, plan_id)
    return plan if plan is not None and _is_open(_newest(plan)) else abort(404)


def _answered(row: Answer) -> Definition:
    return queries.definition(row.instrument, row.version) or abort(404)


def _answer(patient: Patient, uuid: str, write: bool = False) -> Answer:
    """The answer, or 404. A caregiver does not see what somebody else removed, and takes back only what they wrote."""
    row = queries.answer(patient, uuid)
    if row is None or not _is_open(_answered(row)) or (write and not _may_change(row)):
        abort(404)
    if "acting_for" in g and row.removed_at and row.removed_by != g.author.id:
        abort(404)
    open_or_404(row.day)
    return row


def _may_change(row: Answer) -> bool:
    return "acting_for" not in g or (g.may_log and row.author_id == g.author.id)


def _clinics(patient: Patient, now: datetime) -> list[Clinic]:
    """The clinics that can be called."""
    return [row.clinic for row in grants(patient, now) if row.clinic is not None and row.clinic.phone]
