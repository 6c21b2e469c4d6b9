"""Check in, look back, correct, remove and bring back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.diary import chips, queries, record
from companion.diary.chips import KINDS
from companion.diary.forms import CORRECTIONS, CorrectionForm, EntryForm, EveningCorrectionForm, EveningForm
from companion.diary.model import Entry
from companion.diary.regions import REGIONS, offered, painted
from companion.diary.regions import said as places
from companion.diary.scale import SCALE, say
from companion.identity.model import Patient
from companion.sharing import access
from companion.store import Conflict, db
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.htmx import asked_for_fragment
from companion.web.pages import go, show
from companion.words import Later, lazy, say_day, say_time

bp = Blueprint("diary", __name__)
#: the parts of a record that an entry tells of
STORY = ("pain", "mood", "notes")
#: one page of the history: from the first to the last of thirty days
SPAN = timedelta(days=29)
_NOON = time(12)
#: no page of the history is older
_OLDEST = date(1900, 1, 1)
#: what a page that knows nobody shows beside a form
_OF_NOBODY: dict[str, Any] = {"may": STORY, "clinic_reads": False, "habits": queries.Habits(unit="")}
CHANGED_MEANWHILE = lazy("This entry was changed since you opened it. Save once more if your words are right.")
GONE_MEANWHILE = lazy("This entry was removed meanwhile. Bring it back?")


@bp.get("/log")
@access.record("pain", write=True)
def log(patient: Patient) -> Response:
    """The dial. Never shows an earlier score."""
    return _log(patient, EntryForm(None, patient, clock.now(), g.may))


@bp.get("/evening")
@access.record("pain", write=True)
def evening(patient: Patient) -> Response:
    """The day looked back on; one that was written already is corrected."""
    now = clock.now()
    # in the morning people look back on yesterday, unless they say so earlier
    morning = now.astimezone(ZoneInfo(patient.zone)).time() < _NOON
    form = EveningForm(None, patient, now, g.may, day="yesterday" if morning or "day" in request.args else "")
    known = queries.evening(patient, g.author, clock.day_of(form.felt_at, patient.zone))
    return go("diary.correct", uuid=known.uuid) if known else _log(patient, form)


@bp.post("/evenings")
@access.record("pain", write=True)
def add_evening(patient: Patient) -> Response:
    """Keep a day looked back on."""
    return _add(patient, EveningForm(request.form, patient, clock.now(), g.may))


@bp.post("/entries")
@access.record("pain", write=True)
def add(patient: Patient) -> Response:
    """Keep a check-in."""
    return _add(patient, EntryForm(request.form, patient, clock.now(), g.may))


@bp.get("/")
@access.record("pain", draws=STORY)
def history(patient: Patient) -> Response:
    """Entries by day, newest first, thirty days a page."""
    today = clock.day_of(clock.now(), patient.zone)
    until = _day(request.args.get("until"))
    end = min(max(until, _OLDEST), today) if until else today
    # the day after today: the patient may have travelled west since they wrote
    first, last = end - SPAN, end if until else today + timedelta(days=1)
    by_day = groupby(queries.entries(patient, *g.period.within(first, last)), lambda entry: entry.day)
    return _show(
        "history",
        patient,
        fragment="diary/_earlier.html",
        days=[(day, list(found)) for day, found in by_day],
        # what a patient took out is not for others to read
        removed=[] if "acting_for" in g else queries.removed(patient, first, last),
        earlier=queries.day_before(patient, first, g.period),
        until=until,
        added=asked_for_fragment(),
        today=today,
    )


@bp.get("/entries/<uuid:uuid>")
@access.record("pain", draws=STORY)
def entry(patient: Patient, uuid: UUID) -> Response:
    """One entry, and what became of it."""
    found = _entry(patient, uuid)
    may = {"may_remove": _may_remove(found), "may_correct": _may_correct(found)}
    return _show("entry", patient, entry=found, removers=queries.removers(found), **may)


@bp.get("/entries/<uuid:uuid>/correct")
@access.record("pain", write=True, draws=STORY)
def correct(patient: Patient, uuid: UUID) -> Response:
    """The entry as a form; one that was removed is to be brought back first."""
    found = _entry(patient, uuid, _may_correct)
    if found.removed_at:
        return go("diary.entry", uuid=found.uuid)
    return _correct(patient, found, CORRECTIONS[found.kind](None, found, clock.now(), g.may))


@bp.post("/entries/<uuid:uuid>/corrections")
@access.record("pain", write=True, draws=STORY)
def change(patient: Patient, uuid: UUID) -> Response:
    """Keep a correction beside what the entry said before."""
    now = clock.now()
    found = _entry(patient, uuid, _may_correct)
    form = CORRECTIONS[found.kind](request.form, found, now, g.may)
    if not form.validate():
        return _correct(patient, found, form, 422)
    try:
        record.correct(found, g.author, now, form.seen, bool(form.back.data), **form.corrected)
    except (Conflict, record.Removed) as problem:
        form.version.data = found.version
        told = GONE_MEANWHILE if isinstance(problem, record.Removed) else CHANGED_MEANWHILE
        return _correct(patient, found, form, 409, told)
    db.commit()
    return go("diary.entry", said="saved", uuid=found.uuid)


@bp.post("/entries/<uuid:uuid>/removal")
@access.record("pain", write=True)
def remove(patient: Patient, uuid: UUID) -> Response:
    """Take an entry out."""
    found = _entry(patient, uuid, _may_remove)
    record.remove(found, g.author, clock.now())
    db.commit()
    return go("diary.entry", said="removed", uuid=found.uuid)


@bp.post("/entries/<uuid:uuid>/return")
@access.record("pain", write=True)
def restore(patient: Patient, uuid: UUID) -> Response:
    """Bring an entry back."""
    found = _entry(patient, uuid, _may_remove)
    record.restore(found, g.author, clock.now())
    db.commit()
    return go("diary.entry", said="back", uuid=found.uuid)


def blank() -> dict[str, Any]:
    """What the check-in of the offline page wants: a form that nobody has touched, of nobody."""
    drawn = {"drawn": False, "regions": REGIONS, "places": places, "painted": painted}
    return {"form": EntryForm.blank(clock.now()), "scale": SCALE, "chips": chips, **drawn, **_OF_NOBODY}


def blank_evening() -> dict[str, Any]:
    """The same for an evening."""
    return {"form": EveningForm.blank(clock.now()), **_OF_NOBODY}


def _anybody(_found: Entry) -> bool:
    return True


def _entry(patient: Patient, uuid: UUID, allowed: Callable[[Entry], bool] = _anybody) -> Entry:
    """The entry, or 404, also where it is not `allowed`. A caregiver does not see what somebody else removed."""
    found = queries.entry(patient, str(uuid))
    if found is None or not allowed(found):
        abort(404)
    if "acting_for" in g and found.removed_at and found.removed_by != g.author.id:
        abort(404)
    access.open_or_404(found.day)
    return found


def _may_correct(found: Entry) -> bool:
    """Nobody changes another's words."""
    return found.author_id == g.author.id and g.get("may_log", True)


def _may_remove(found: Entry) -> bool:
    """The record is the patient's; a caregiver takes out, and brings back, only what they wrote."""
    return "acting_for" not in g or _may_correct(found)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        abort(404)


def _add(patient: Patient, form: EntryForm | EveningForm) -> Response:
    if not form.validate():
        return _log(patient, form, 422)
    what = {"kind": form.kind, "zone": form.zone, **form.feelings}
    try:
        record.record(patient, g.author, form.uuid.data, digest(request.form), form.felt_at, now=form.now, **what)
    except Conflict:
        form.uuid.renew()
        return _log(patient, form, 409, SAVED_BEFORE)
    db.commit()
    return go("plan.today", said="logged")


def _log(patient: Patient, form: EntryForm | EveningForm, status: int = 200, problem: Later | None = None) -> Response:
    if isinstance(form, EntryForm):
        again = offered(queries.last_places(patient, g.author, g.period))
        return _ask("log", patient, status, form=form, problem=problem, again=again)
    choose = form.day.data == "yesterday" or status != 200
    return _ask("evening", patient, status, form=form, problem=problem, choose_day=choose)


def _correct(
    patient: Patient,
    found: Entry,
    form: CorrectionForm | EveningCorrectionForm,
    status: int = 200,
    problem: Later | None = None,
) -> Response:
    return _ask("correct", patient, status, entry=found, form=form, problem=problem)


def _ask(page: str, patient: Patient, status: int, **values: Any) -> Response:
    """A page with the questions of an entry."""
    reads = queries.clinic_reads_notes(patient, clock.now())
    habits = queries.habits(patient, g.author)
    return _show(page, patient, status, scale=SCALE, clinic_reads=reads, habits=habits, kinds=KINDS, **values)


def _show(page: str, patient: Patient, status: int = 200, **values: Any) -> Response:
    common: dict[str, Any] = {"patient": patient, "regions": REGIONS, "places": places, "say": say, "moment": _moment}
    common |= {"chips": chips, "painted": painted}
    return show(f"diary/{page}.html", status=status, **common, **values)


def _moment(instant: datetime, zone: str) -> str:
    """An instant as a calendar day and a time of day, whichever diary day it belongs to."""
    return f"{say_day(instant.astimezone(ZoneInfo(zone)).date())}, {say_time(instant, zone)}"
