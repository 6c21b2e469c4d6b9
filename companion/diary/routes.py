"""Check in, look back, correct, remove and bring back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.diary import queries, record
from companion.diary.forms import CorrectionForm, EntryForm
from companion.diary.model import Entry
from companion.diary.regions import REGIONS
from companion.diary.regions import said as places
from companion.diary.scale import SCALE, say
from companion.identity.model import Patient
from companion.sharing import access
from companion.store import Conflict, db
from companion.web.forms import digest
from companion.web.pages import go, show
from companion.words import Later, lazy, say_day, say_time

bp = Blueprint("diary", __name__)
#: one page of the history
SPAN = timedelta(days=30)
SAVED_BEFORE = lazy("Something else was saved from this page before. Save once more to keep this as well.")
CHANGED_MEANWHILE = lazy("This entry was changed since you opened it. Save once more if your words are right.")


@bp.get("/log")
@access.record("pain", write=True)
def log(patient: Patient) -> Response:
    """The dial. Never shows an earlier score."""
    return _log(patient, EntryForm(None, patient, clock.now(), g.may))


@bp.post("/entries")
@access.record("pain", write=True)
def add(patient: Patient) -> Response:
    """Keep a check-in."""
    now = clock.now()
    form = EntryForm(request.form, patient, now, g.may)
    if not form.validate():
        return _log(patient, form, 422)
    try:
        record.record(patient, g.author, form.uuid.data, digest(request.form), form.felt_at, now=now, **form.feelings)
    except Conflict:
        form.uuid.renew()
        return _log(patient, form, 409, SAVED_BEFORE)
    db.commit()
    return go("plan.today", said="logged")


@bp.get("/")
@access.record("pain")
def history(patient: Patient) -> Response:
    """Entries by day, newest first, thirty days a page."""
    today = clock.day_of(clock.now(), patient.zone)
    until = _day(request.args.get("until"))
    # the day after today: the patient may have travelled west since they wrote
    last = until or today + timedelta(days=1)
    first = last - SPAN
    by_day = [
        (day, list(found)) for day, found in groupby(queries.entries(patient, first, last), lambda entry: entry.day)
    ]
    # what a patient took out is not for others to read
    removed = [] if "acting_for" in g else queries.removed(patient, first, last)
    earlier = queries.day_before(patient, first)
    return _show("history", patient, days=by_day, removed=removed, earlier=earlier, until=until, today=today)


@bp.get("/entries/<uuid:uuid>")
@access.record("pain")
def entry(patient: Patient, uuid: UUID) -> Response:
    """One entry, and what became of it."""
    found = _entry(patient, uuid)
    return _show("entry", patient, entry=found, removers=queries.removers(found), may_change=_may_change(found))


@bp.get("/entries/<uuid:uuid>/correct")
@access.record("pain", write=True)
def correct(patient: Patient, uuid: UUID) -> Response:
    """The entry as a form."""
    found = _entry(patient, uuid, standing=True)
    return _correct(patient, found, CorrectionForm(None, found, clock.now(), g.may))


@bp.post("/entries/<uuid:uuid>/corrections")
@access.record("pain", write=True)
def change(patient: Patient, uuid: UUID) -> Response:
    """Keep a correction beside what the entry said before."""
    now = clock.now()
    found = _entry(patient, uuid, standing=True)
    form = CorrectionForm(request.form, found, now, g.may)
    if not form.validate():
        return _correct(patient, found, form, 422)
    try:
        record.correct(found, g.author, now, form.seen, **form.corrected)
    except Conflict:
        form.version.data = found.version
        return _correct(patient, found, form, 409, CHANGED_MEANWHILE)
    db.commit()
    return go("diary.entry", said="saved", uuid=found.uuid)


@bp.post("/entries/<uuid:uuid>/removal")
@access.record("pain", write=True)
def remove(patient: Patient, uuid: UUID) -> Response:
    """Take an entry out."""
    found = _entry(patient, uuid, write=True)
    record.remove(found, g.author, clock.now())
    db.commit()
    return go("diary.entry", said="removed", uuid=found.uuid)


@bp.post("/entries/<uuid:uuid>/return")
@access.record("pain", write=True)
def restore(patient: Patient, uuid: UUID) -> Response:
    """Bring an entry back."""
    found = _entry(patient, uuid, write=True)
    record.restore(found, g.author, clock.now())
    db.commit()
    return go("diary.entry", said="back", uuid=found.uuid)


def _entry(patient: Patient, uuid: UUID, write: bool = False, standing: bool = False) -> Entry:
    """The entry, or 404. A caregiver does not see what somebody else removed, and writes only in what they wrote.

    `write`: to change it; `standing`: to change what it says, so that it must not be removed.
    """
    found = queries.entry(patient, str(uuid))
    if found is None or ((write or standing) and not _may_change(found)) or (standing and found.removed_at):
        abort(404)
    if "acting_for" in g and found.removed_at and found.removed_by != g.author.id:
        abort(404)
    return found


def _may_change(found: Entry) -> bool:
    """The record is the patient's; a caregiver answers for their own words only."""
    return "acting_for" not in g or (g.may_log and found.author_id == g.author.id)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        abort(404)


def _log(patient: Patient, form: EntryForm, status: int = 200, problem: Later | None = None) -> Response:
    reads = queries.clinic_reads_notes(patient)
    return _show("log", patient, status, form=form, problem=problem, scale=SCALE, clinic_reads=reads)


def _correct(
    patient: Patient, found: Entry, form: CorrectionForm, status: int = 200, problem: Later | None = None
) -> Response:
    reads = queries.clinic_reads_notes(patient)
    return _show("correct", patient, status, entry=found, form=form, problem=problem, scale=SCALE, clinic_reads=reads)


def _show(page: str, patient: Patient, status: int = 200, **values: Any) -> Response:
    common: dict[str, Any] = {"patient": patient, "regions": REGIONS, "places": places, "say": say, "moment": _moment}
    return show(f"diary/{page}.html", status=status, **common, **values)


def _moment(instant: datetime, zone: str) -> str:
    """An instant as a calendar day and a time of day, whichever diary day it belongs to."""
    return f"{say_day(instant.astimezone(ZoneInfo(zone)).date())}, {say_time(instant, zone)}"
