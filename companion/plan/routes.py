"""Today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, jsonify, request

from companion import clock
from companion.diary import queries as diary
from companion.diary.scale import say
from companion.flares import queries as flares
from companion.identity.model import Patient
from companion.measures import queries as measures
from companion.medication import queries as medication
from companion.medication import take as taking
from companion.medication.forms import SAVED_BEFORE, STOPPED, DoseForm, new_id
from companion.medication.say import there
from companion.plan.day import items
from companion.plan.horizon import horizon
from companion.plan.item import Item, told_by
from companion.sharing.access import Everything, open_or_404, record
from companion.sharing.queries import emergencies
from companion.store import Conflict, db
from companion.web.forms import digest
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, show, to
from companion.words import Later, lazy
from companion.words import gettext as _

bp = Blueprint("plan", __name__)
#: the parts of a record that the list of today is made of
LIST = ("pain", "mood", "medicines", "therapy", "notes")
#: how long Today says that somebody opened the diary in an emergency
_TOLD = timedelta(days=7)
_OLDEST = date(1900, 1, 1)
NOT_SAVED = lazy("This dose was not saved. Please open the medicine and choose the time there.")


@bp.get("/")
@record("any", draws=LIST)
def today(patient: Patient) -> Response:
    """What is due now, next and done."""
    return _today(patient, clock.now())


@bp.get("/day")
@record("any", draws=LIST)
def a_day(patient: Patient) -> Response:
    """The day of ?day=, once it is over: what was planned, felt, done and seen."""
    now = clock.now()
    today = clock.day_of(now, patient.zone)
    wanted = _day(request.args.get("day") or today.isoformat())
    if wanted == today:
        return go("plan.today")
    if not _OLDEST <= wanted < today:
        abort(404)
    open_or_404(wanted)
    return show("plan/day.html", patient=patient, day=wanted, items=items(patient, wanted, now, g.may))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


@bp.get("/more")
@record("any", draws=())
def more(patient: Patient) -> Response:
    """For who helps: the pages of the record that have no tab."""
    return show("plan/more.html", patient=patient) if "acting_for" in g else go("identity.more")


@bp.get("/snapshot")
@record("any", draws=("pain", "mood", "medicines", "therapy"))
def snapshot(patient: Patient) -> Response:
    """What a phone without a network needs to know: names, times and addresses of today, of medicines as needed, and
    which questionnaires are on.

    `day` is the diary day of the list, `until` the instant at which it ends.
    """
    now = clock.now()
    day = clock.day_of(now, patient.zone)
    found = items(patient, day, now, g.may) if g.period.holds(day) else []
    open_items = [item for item in found if item.state not in {"done", "skipped"}]
    doses = [
        _offered("medication.take", item, medicine_id=item.thing_id) for item in open_items if item.kind == "medication"
    ]
    needed = (
        [medicine for medicine in medication.medicines(patient) if medicine.as_needed]
        if "medicines" in g.may and g.period.holds(day)
        else []
    )
    doses += [{"title": each.title, "wall": "", "url": to("medication.take", medicine_id=each.id)} for each in needed]
    sessions = [
        _offered("therapy.keep", item, programme_id=item.thing_id) for item in open_items if item.kind == "therapy"
    ]
    until = clock.bounds(day, patient.zone)[1].isoformat()
    return jsonify(day=day.isoformat(), until=until, doses=doses, sessions=sessions, measures=_asked(patient, now))


def _asked(patient: Patient, now: datetime) -> list[dict[str, str]]:
    """The questionnaires that are on, with their versions, and where answers to them go."""
    return [
        {
            "measure": f"{each.definition.code} {each.definition.version}",
            "url": to("measures.add", plan_id=each.plan.id),
        }
        for each in measures.on(patient, now)
        if each.definition.part in g.may and (isinstance(g.may, Everything) or not each.definition.alarms)
    ]


@bp.post("/doses/<int:medicine_id>")
@record("medicines", write=True, draws=LIST)
def take(patient: Patient, medicine_id: int) -> Response:
    """A dose from the list of today, taken or skipped; the phone gets the list back."""
    medicine = medication.medicine(patient, medicine_id) or abort(404)
    form = DoseForm(request.form, patient, clock.now())
    if not form.validate():
        return _today(patient, form.now, 422, NOT_SAVED)
    # a question about another dose tells of it
    ask = not form.again.data and g.period.holds(clock.day_of(form.dose["taken_at"], patient.zone))
    try:
        taking.record(patient, g.author, medicine, digest=digest(request.form), ask=ask, **form.dose)
    except taking.Again as known:
        told = there(known.dose, g.author, patient.zone, form.now)
        return _today(patient, form.now, 409, told=told, form=form, medicine=medicine)
    except Conflict:
        return _today(patient, form.now, 409, SAVED_BEFORE)
    except taking.Stopped:
        return _today(patient, form.now, 409, STOPPED)
    db.commit()
    return _today(patient, form.now) if asked_for_fragment() else go("plan.today", said="saved")


def _today(
    patient: Patient, now: datetime, status: int = 200, problem: Later | str = "", told: str = "", **asked: Any
) -> Response:
    day = clock.day_of(now, patient.zone)
    may = g.may if g.period.holds(day) else ()
    entries = diary.entries_on(patient, day) if "pain" in may else []
    found = items(patient, day, now, may, entries)
    return show(
        "plan/today.html",
        "plan/_thread.html" if status == 200 else None,
        status,
        patient=patient,
        day=day,
        greeting=_greeting(patient, now),
        items=found,
        horizon=horizon((item for item in found if item.is_task), day, patient.zone, now),
        flare=flares.open_flare(patient) if "pain" in may else None,
        told_by=told_by,
        last=next((entry for entry in reversed(entries) if entry.own and entry.pain is not None), None),
        say=say,
        new=not found and not diary.latest([patient.id]),
        closed=not g.period.holds(day),
        doubtful=[entry for entry in diary.doubtful(patient, g.author.id) if g.period.holds(entry.day)]
        if "pain" in g.may
        else [],
        emergencies=[] if "acting_for" in g else emergencies(patient, now - _TOLD),
        new_id=new_id,
        day_at=lambda instant: instant.astimezone(ZoneInfo(patient.zone)).date(),
        problem=problem,
        told=told,
        **asked,
    )


def _offered(endpoint: str, item: Item, **thing: int) -> dict[str, str]:
    wall = item.wall.strftime("%H:%M") if item.wall else ""
    return {"title": item.title, "wall": wall, "url": to(endpoint, **thing)}


def _greeting(patient: Patient, now: datetime) -> str:
    """By the hour where the patient is; a caregiver reads whose day it is."""
    if "acting_for" in g:
        return _("%(name)s's day", name=patient.name)
    hour = now.astimezone(ZoneInfo(patient.zone)).hour
    if 4 <= hour < 12:
        return _("Good morning, %(name)s.", name=g.author.name)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s.", name=g.author.name)
    return _("Good evening, %(name)s.", name=g.author.name)
