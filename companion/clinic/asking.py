"""Which questionnaires are on for a patient, those that the clinic loaded, and who reads what asks for help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.clinic import forms, say
from companion.clinic.scores import scores
from companion.identity.gate import staff
from companion.identity.model import Membership, Patient
from companion.measures import answer as answering
from companion.measures import queries, switch
from companion.measures.forms import NOT_OFFERED, RhythmForm
from companion.measures.questionnaire import Refused, convert
from companion.measures.say import say_score
from companion.sharing.access import care, clinician
from companion.store import db
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("clinic", __name__)
_UNREAD = lazy("Please write down first who reads these answers, and when.")


@bp.get("/patients/<int:patient_id>/questions")
@care("any", draws=("pain", "mood"))
def measures(patient: Patient, member: Membership) -> Response:
    """What is on, what it came to, and what can be switched on."""
    return _measures(patient, member)


def _measures(patient: Patient, member: Membership, status: int = 200, problem: Later | str = "") -> Response:
    asked = scores(patient, member.clinic_id, clock.now(), g.may, g.period)
    on = {each.definition.code for each in asked.scored if each.plan}
    free = [each for each in queries.offered(member.clinic_id) if each.part in g.may and each.code not in on]
    told: dict[str, Any] = {"asked": asked, "free": free, "reading": queries.reading(member.clinic_id)}
    told |= {"say": say, "say_score": say_score, "problem": problem}
    return show("clinic/measures.html", status=status, patient=patient, member=member, **told)


@bp.post("/patients/<int:patient_id>/questions")
@care("any", draws=())
def switch_on(patient: Patient, member: Membership) -> Response:
    """Switch one on, or change how often it is due."""
    form = RhythmForm(request.form)
    offered = {each.code: each for each in queries.offered(member.clinic_id) if each.part in g.may}
    definition = offered.get(form.instrument.data or "")
    if not form.validate() or definition is None:
        return _measures(patient, member, 422, form.problems[0][1] if form.problems else NOT_OFFERED)
    try:
        days = form.days or definition.every_days
        switch.switch_on(patient, g.author, member.clinic, definition, days, clock.now())
    except switch.Unread:
        return _measures(patient, member, 422, _UNREAD)
    db.commit()
    return go("clinic.measures", patient_id=patient.id, said="planned")


@bp.post("/patients/<int:patient_id>/questions/<int:plan_id>/stop")
@care("any", draws=())
def switch_off(patient: Patient, member: Membership, plan_id: int) -> Response:
    """It is not asked any more; a second tap changes nothing."""
    plan = queries.plan(patient, plan_id) or abort(404)
    if queries.definitions([plan.instrument])[plan.instrument].part not in g.may:
        abort(404)
    switch.switch_off(patient, plan, g.author, clock.now())
    db.commit()
    return go("clinic.measures", patient_id=patient.id, said="stopped")


@bp.post("/patients/<int:patient_id>/signals/<int:signal_id>/seen")
@care("mood", draws=())
def seen(patient: Patient, member: Membership, signal_id: int) -> Response:
    """I have seen it and go on from here; a second tap changes nothing."""
    found = [row for row in queries.signals([patient.id], member.clinic_id) if row.id == signal_id]
    if not found or not g.period.holds(found[0].answer.day):
        abort(404)
    answering.see(found[0], g.author, clock.now())
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="saved")


@bp.get("/reading")
@staff
def reading(member: Membership) -> Response:
    """Who reads answers that ask for help, and when."""
    row = queries.reading(member.clinic_id)
    held = {"reader": row.reader, "hours": row.hours} if row else {}
    return show("clinic/reading.html", member=member, form=forms.ReadingForm(**held), row=row)


@bp.post("/reading")
@staff
def name_reader(member: Membership) -> Response:
    """Name them."""
    form = forms.ReadingForm(request.form)
    if not form.validate():
        return show("clinic/reading.html", status=422, member=member, form=form, row=queries.reading(member.clinic_id))
    switch.name_reader(member.clinic, member.account, form.reader.data, form.hours.data, clock.now())
    db.commit()
    return go("clinic.reading", said="saved")


@bp.get("/questions")
@clinician
def questionnaires(member: Membership) -> Response:
    """Those that the clinic loaded, and a form to load one."""
    return _questionnaires(member, forms.LoadForm())


def _questionnaires(member: Membership, form: forms.LoadForm, status: int = 200) -> Response:
    rows = [row for row in queries.forms(member.clinic_id) if row.stopped_at is None]
    told: dict[str, Any] = {"rows": rows, "reading": queries.reading(member.clinic_id), "say": say}
    return show("clinic/questionnaires.html", status=status, member=member, form=form, **told)


@bp.post("/questions")
@clinician
def load(member: Membership) -> Response:
    """Load one from a file or from what was pasted; what is wrong with it is said, item by item."""
    form = forms.LoadForm(request.form)
    sent = request.files.get("file")
    form.take(sent.read() if sent else b"")
    if not form.validate():
        return _questionnaires(member, form, 422)
    try:
        content = convert(form.text.data, form.part.data, form.scoring.data)
    except Refused as wrong:
        form.wrong = wrong.problems
        return _questionnaires(member, form, 422)
    switch.load(member.clinic, member.account, content, clock.now())
    db.commit()
    return go("clinic.questionnaires", said="added")


@bp.post("/questions/<int:form_id>/removal")
@clinician
def take_away(member: Membership, form_id: int) -> Response:
    """Nobody can switch it on any more."""
    switch.take_away(queries.form(member.clinic_id, form_id) or abort(404), clock.now())
    db.commit()
    return go("clinic.questionnaires", said="stopped")
