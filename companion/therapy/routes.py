"""My programmes, a session to do, and the sessions that were kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Patient
from companion.schedule.say import say_times
from companion.sharing.access import open_or_404, record
from companion.store import Conflict, db
from companion.therapy import forms, plan_it, queries
from companion.therapy import keep as keeping
from companion.therapy.model import KINDS, Programme, Session
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go, show
from companion.words import Later, say_day

bp = Blueprint("therapy", __name__)
#: days on one page of the history
_PAGE = timedelta(days=60)


@bp.get("/")
@record("therapy")
def programmes(patient: Patient) -> Response:
    """What is planned, who planned and changed it, what of it was done today, and what is stopped."""
    now = clock.now()
    rows, today, day = _open(queries.programmes(patient)), _local_day(now, patient), clock.day_of(now, patient.zone)
    done = queries.sessions_on(patient.id, day) if g.period.holds(day) else []
    told: dict[str, Any] = {"kinds": KINDS, "say_times": say_times, "times": queries.times_of(patient, today)}
    return show(
        "therapy/programmes.html",
        patient=patient,
        rows=rows,
        stopped=_open(queries.programmes(patient, stopped=True)),
        ours=queries.ours(patient, rows, now),
        today={session.programme_id: session for session in done},
        said_day=lambda instant: _say_day(_local_day(instant, patient), today),
        **told,
    )


def _open(rows: list[Programme]) -> list[Programme]:
    """Those that went on on a day that is open to whoever asks."""
    return [row for row in rows if row.is_within(g.period)]


def _local_day(instant: datetime, patient: Patient) -> date:
    return instant.astimezone(ZoneInfo(patient.zone)).date()


def _say_day(day: date, today: date) -> str:
    return say_day(day, "MMMEd" if day.year == today.year else "yMMMEd")


@bp.get("/new")
@record("therapy", write=True)
def new(patient: Patient) -> Response:
    """Plan a programme alone."""
    return _plan_page(forms.ProgrammeForm())


def _plan_page(
    form: forms.ProgrammeForm, programme: Programme | None = None, status: int = 200, problem: Later | str = ""
) -> Response:
    return show("therapy/plan.html", status=status, form=form, programme=programme, problem=problem)


@bp.post("/")
@record("therapy", write=True)
def add(patient: Patient) -> Response:
    """Keep the new programme. The same tap sent twice is one programme."""
    form, now = forms.ProgrammeForm(request.form), clock.now()
    if not form.validate():
        return _plan_page(form, status=422)
    try:
        plan_it.plan(patient, g.author, None, **form.planned, now=now, uuid=form.uuid.data, digest=digest(request.form))
    except Conflict:
        form.uuid.renew()
        return _plan_page(form, None, 409, SAVED_BEFORE)
    db.commit()
    return go("therapy.programmes", said="planned")


@bp.get("/<int:programme_id>/change")
@record("therapy", write=True)
def edit(patient: Patient, programme_id: int) -> Response:
    """The words and times of a programme of one's own."""
    programme, today = _own(patient, programme_id), _local_day(clock.now(), patient)
    times = queries.times_of(patient, today).get(programme.id, [])
    return _plan_page(forms.ProgrammeForm.of(programme, times), programme)


@bp.post("/<int:programme_id>/changes")
@record("therapy", write=True)
def change(patient: Patient, programme_id: int) -> Response:
    """Keep the other words and times."""
    form, now = forms.ProgrammeForm(request.form), clock.now()
    sent, made = digest(request.form), queries.planned_as(patient, form.uuid.data)
    # a second tap finds the former programme stopped, and the one that took its place
    programme = _own(patient, programme_id, goes_on=made is None)
    if not form.validate():
        return _plan_page(form, programme, 422)
    try:
        plan_it.change(programme, g.author, None, **form.planned, now=now, uuid=form.uuid.data, digest=sent)
    except Conflict:
        form.uuid.renew()
        return _plan_page(form, made, 409, SAVED_BEFORE)
    db.commit()
    return go("therapy.programmes", said="saved")


@bp.post("/<int:programme_id>/stop")
@record("therapy", write=True)
def stop(patient: Patient, programme_id: int) -> Response:
    """Nothing more of it is due; a second tap changes nothing."""
    plan_it.stop(_own(patient, programme_id, goes_on=False), g.author, clock.now())
    db.commit()
    return go("therapy.programmes", said="stopped")


@bp.get("/<int:programme_id>/session")
@record("therapy", write=True)
def session(patient: Patient, programme_id: int) -> Response:
    """What to do, and the form to keep it."""
    programme, slot = _programme(patient, programme_id), forms.SlotForm(request.args)
    slot.validate()
    form = forms.SessionForm(None, patient, clock.now(), g.may, wall=slot.wall.data, day=slot.day.data)
    return _session_page(patient, programme, form)


def _session_page(patient: Patient, programme: Programme, form: forms.SessionForm, status: int = 200) -> Response:
    page, today = "therapy/session.html", clock.day_of(form.now, patient.zone)
    return show(page, status=status, programme=programme, form=form, today=today, clash=status == 409)


@bp.post("/<int:programme_id>/sessions", endpoint="keep")
@record("therapy", write=True)
def keep_it(patient: Patient, programme_id: int) -> Response:
    """Keep the session. The same tap sent twice is one session."""
    programme = _programme(patient, programme_id)
    form = forms.SessionForm(request.form, patient, clock.now(), g.may)
    if not form.validate():
        return _session_page(patient, programme, form, 422)
    try:
        keeping.record(patient, g.author, programme, digest=digest(request.form), **form.kept)
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
    said = {"pain_before": row.pain_before, "pain_after": row.pain_after, "note": row.note}
    return _kept_page(patient, row, forms.SaidForm(None, g.may, **said))


def _kept_page(patient: Patient, row: Session, form: forms.SaidForm, status: int = 200) -> Response:
    page = "therapy/kept.html"
    return show(page, status=status, patient=patient, row=row, form=form, may_change=_may_change(row))


@bp.post("/sessions/<uuid>/pain")
@record("therapy", write=True)
def pain(patient: Patient, uuid: str) -> Response:
    """Say more of it. A field that the page did not show stays as it was."""
    row, form = _session(patient, uuid, write=True), forms.SaidForm(request.form, g.may)
    if not form.validate():
        return _kept_page(patient, row, form, 422)
    keeping.say_more(row, form.said, clock.now())
    db.commit()
    return go("plan.today", said="saved")


@bp.post("/sessions/<uuid>/removal")
@record("therapy", write=True)
def remove(patient: Patient, uuid: str) -> Response:
    """Take a session back."""
    keeping.remove(_session(patient, uuid, write=True), g.author, clock.now())
    db.commit()
    return go("therapy.kept", uuid=uuid, said="removed")


@bp.post("/sessions/<uuid>/return")
@record("therapy", write=True)
def bring_back(patient: Patient, uuid: str) -> Response:
    """The removal was the mistake."""
    keeping.restore(_session(patient, uuid, write=True), clock.now())
    db.commit()
    return go("therapy.kept", uuid=uuid, said="back")


@bp.get("/history")
@record("therapy")
def history(patient: Patient) -> Response:
    """The sessions that were kept, two months to a page."""
    form, today = forms.BackForm(request.args), clock.day_of(clock.now(), patient.zone)
    last = _within(form.before.data if form.validate() and form.before.data else today, today)
    rows, oldest = queries.sessions(patient, *g.period.within(last - _PAGE, last)), queries.first_session(patient)
    oldest = max(oldest, g.period.since or oldest) if oldest else None
    earlier = last - _PAGE - timedelta(days=1) if oldest and oldest < last - _PAGE else None
    return show("therapy/history.html", patient=patient, rows=rows, earlier=earlier, whole=last == today)


def _within(day: date, today: date) -> date:
    return min(max(day, date(1900, 1, 1)), today)


def _programme(patient: Patient, programme_id: int) -> Programme:
    found = queries.programme(patient, programme_id)
    if found is None or not found.is_within(g.period):
        abort(404)
    return found


def _own(patient: Patient, programme_id: int, goes_on: bool = True) -> Programme:
    """A programme that is the patient's to change, and that `goes_on`; 404 for any other."""
    programme = _programme(patient, programme_id)
    mine = programme.id in queries.ours(patient, [programme], clock.now())
    if (goes_on and programme.stopped_at is not None) or not mine:
        abort(404)
    return programme


def _session(patient: Patient, uuid: str, write: bool = False) -> Session:
    """The session, or 404. A caregiver does not see what somebody else removed, and writes only in what they wrote."""
    row = queries.session(patient, uuid)
    if row is None or (write and not _may_change(row)):
        abort(404)
    if "acting_for" in g and row.removed_at and row.removed_by != g.author.id:
        abort(404)
    open_or_404(row.day)
    return row


def _may_change(row: Session) -> bool:
    """The record is the patient's; a caregiver answers for their own words only."""
    return "acting_for" not in g or (g.may_log and row.author_id == g.author.id)
