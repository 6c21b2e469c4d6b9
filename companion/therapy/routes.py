"""My programmes, a session to do, and the sessions that were kept."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Patient
from companion.schedule.say import say_times
from companion.sharing.access import record
from companion.store import Conflict, db
from companion.therapy import forms, plan_it, queries
from companion.therapy import keep as keeping
from companion.therapy.model import KINDS, Programme, Session
from companion.web.forms import digest
from companion.web.pages import go, show

bp = Blueprint("therapy", __name__)
#: days on one page of the history
_PAGE = timedelta(days=60)


@bp.get("/")
@record("therapy")
def programmes(patient: Patient) -> Response:
    """What is planned, who planned it, and what of it was done today."""
    now = clock.now()
    today = queries.sessions_on(patient.id, clock.day_of(now, patient.zone))
    rows = queries.programmes(patient)
    return show(
        "therapy/programmes.html",
        kinds=KINDS,
        rows=rows,
        ours={row.id for row in rows if queries.is_ours(patient, row)},
        times=queries.times_of(patient, now.astimezone(ZoneInfo(patient.zone)).date()),
        say_times=say_times,
        today={session.programme_id: session for session in today},
    )


@bp.get("/new")
@record("therapy", write=True)
def new(patient: Patient) -> Response:
    """Plan a programme alone."""
    return show("therapy/plan.html", form=forms.ProgrammeForm(), programme=None)


@bp.post("/")
@record("therapy", write=True)
def add(patient: Patient) -> Response:
    """Keep the new programme."""
    form = forms.ProgrammeForm(request.form)
    if not form.validate():
        return show("therapy/plan.html", status=422, form=form, programme=None)
    plan_it.plan(patient, g.author, None, **form.planned, now=clock.now())
    db.commit()
    return go("therapy.programmes", said="planned")


@bp.get("/<int:programme_id>/change")
@record("therapy", write=True)
def edit(patient: Patient, programme_id: int) -> Response:
    """The words and times of a programme of one's own."""
    programme = _own(patient, programme_id)
    rows = queries.times_of(patient, clock.now().astimezone(ZoneInfo(patient.zone)).date()).get(programme.id, [])
    weekdays = sorted({digit for row in rows for digit in row.weekdays})
    form = forms.ProgrammeForm(obj=programme, walls=[row.wall for row in rows], weekdays=weekdays)
    return show("therapy/plan.html", form=form, programme=programme)


@bp.post("/<int:programme_id>/changes")
@record("therapy", write=True)
def change(patient: Patient, programme_id: int) -> Response:
    """Keep the other words and times."""
    programme, form = _own(patient, programme_id), forms.ProgrammeForm(request.form)
    if not form.validate():
        return show("therapy/plan.html", status=422, form=form, programme=programme)
    plan_it.change(programme, **form.planned, now=clock.now())
    db.commit()
    return go("therapy.programmes", said="saved")


@bp.post("/<int:programme_id>/stop")
@record("therapy", write=True)
def stop(patient: Patient, programme_id: int) -> Response:
    """Nothing more of it is due."""
    plan_it.stop(_own(patient, programme_id), clock.now())
    db.commit()
    return go("therapy.programmes", said="stopped")


@bp.get("/<int:programme_id>/session")
@record("therapy", write=True)
def session(patient: Patient, programme_id: int) -> Response:
    """What to do, and the form to keep it."""
    programme, slot = _programme(patient, programme_id), forms.SlotForm(request.args)
    slot.validate()
    form = forms.SessionForm(None, patient, clock.now(), wall=slot.wall.data, day=slot.day.data)
    return _session_page(patient, programme, form)


def _session_page(patient: Patient, programme: Programme, form: forms.SessionForm, status: int = 200) -> Response:
    page, today = "therapy/session.html", clock.day_of(form.now, patient.zone)
    return show(page, status=status, programme=programme, form=form, today=today, clash=status == 409)


@bp.post("/<int:programme_id>/sessions", endpoint="keep")
@record("therapy", write=True)
def keep_it(patient: Patient, programme_id: int) -> Response:
    """Keep the session. The same tap sent twice is one session."""
    programme, now = _programme(patient, programme_id), clock.now()
    form = forms.SessionForm(request.form, patient, now)
    if not form.validate():
        return _session_page(patient, programme, form, 422)
    said = (form.pain_before.data, form.pain_after.data, form.note.data or "")
    tap = (form.uuid.data, digest(request.form), form.status.data or "", form.done_at)
    try:
        keeping.record(patient, g.author, programme, *tap, now, form.due_wall, *said)
    except Conflict:
        form.uuid.renew()
        return _session_page(patient, programme, form, 409)
    db.commit()
    return go("plan.today", said="saved")


@bp.get("/sessions/<uuid>")
@record("therapy")
def kept(patient: Patient, uuid: str) -> Response:
    """One kept session, and the pain that can be added to it."""
    row = _session(patient, uuid)
    form = forms.PainForm(pain_before=row.pain_before, pain_after=row.pain_after, note=row.note)
    return show("therapy/kept.html", patient=patient, row=row, form=form)


@bp.post("/sessions/<uuid>/pain")
@record("therapy", write=True)
def pain(patient: Patient, uuid: str) -> Response:
    """Add the pain. A field that the page did not show stays as it was."""
    row, form = _session(patient, uuid), forms.PainForm(request.form)
    if not form.validate():
        return show("therapy/kept.html", status=422, patient=patient, row=row, form=form)
    note = form.note.data if form.note.name in request.form else None
    keeping.add_pain(row, form.pain_before.data, form.pain_after.data, note, clock.now())
    db.commit()
    return go("plan.today", said="saved")


@bp.post("/sessions/<uuid>/removal")
@record("therapy", write=True)
def remove(patient: Patient, uuid: str) -> Response:
    """Take a session back."""
    keeping.remove(_session(patient, uuid), g.author, clock.now())
    db.commit()
    return go("therapy.kept", uuid=uuid, said="removed")


@bp.post("/sessions/<uuid>/return")
@record("therapy", write=True)
def bring_back(patient: Patient, uuid: str) -> Response:
    """The removal was the mistake."""
    keeping.restore(_session(patient, uuid), clock.now())
    db.commit()
    return go("therapy.kept", uuid=uuid, said="back")


@bp.get("/history")
@record("therapy")
def history(patient: Patient) -> Response:
    """The sessions that were kept, two months to a page."""
    form, today = forms.BackForm(request.args), clock.day_of(clock.now(), patient.zone)
    last = _within(form.before.data if form.validate() and form.before.data else today, today)
    rows, oldest = queries.sessions(patient, last - _PAGE, last), queries.first_session(patient)
    earlier = last - _PAGE - timedelta(days=1) if oldest and oldest < last - _PAGE else None
    return show("therapy/history.html", patient=patient, rows=rows, earlier=earlier, whole=last == today)


def _within(day: date, today: date) -> date:
    return min(max(day, date(1900, 1, 1)), today)


def _programme(patient: Patient, programme_id: int) -> Programme:
    return queries.programme(patient, programme_id) or abort(404)


def _own(patient: Patient, programme_id: int) -> Programme:
    """A programme that is the patient's to change, and that goes on."""
    programme = _programme(patient, programme_id)
    if programme.stopped_at is not None or not queries.is_ours(patient, programme):
        abort(404)
    return programme


def _session(patient: Patient, uuid: str) -> Session:
    return queries.session(patient, uuid) or abort(404)
