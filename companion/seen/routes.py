"""What who helps saw: they write it, the patient reads it and may take it out of view."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.model import Patient
from companion.seen import forms, queries, write
from companion.seen.model import Seen
from companion.seen.signs import SIGNS, said
from companion.sharing.access import open_or_404, record
from companion.store import Conflict, db
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("seen", __name__)
#: days on one page
_PAGE = timedelta(days=59)
_CHANGED_MEANWHILE = lazy("This was changed since you opened it. Save once more if your words are right.")


@bp.get("/", endpoint="seen")
@record("notes")
def all_seen(patient: Patient) -> Response:
    """What was seen, newest first, two months to a page."""
    today = clock.day_of(clock.now(), patient.zone)
    last = forms.BackForm(request.args).last(today)
    first = last - _PAGE
    # the day after today: the patient may have travelled west since it was written
    days = g.period.within(first, last if last < today else today + timedelta(days=1))
    earlier = queries.day_before(patient, first)
    told: dict[str, Any] = {"whole": last == today, "rows": queries.seen(patient, *days)}
    # what a patient took out is not for others to read
    told["removed"] = [] if "acting_for" in g else queries.removed(patient, *days)
    told["earlier"] = earlier if earlier and g.period.holds(earlier) else None
    return _show("seen", patient, **told)


@bp.get("/new")
@record("notes", write=True, others=True)
def new(patient: Patient) -> Response:
    """Chips, and room for own words."""
    return _new(patient, forms.SeenForm(None, patient, clock.now()))


def _new(patient: Patient, form: forms.SeenForm, status: int = 200, problem: Later | None = None) -> Response:
    return _show("new", patient, status, form=form, problem=problem, row=None)


@bp.post("/")
@record("notes", write=True, others=True)
def add(patient: Patient) -> Response:
    """Keep what was seen. The same tap sent twice is one."""
    form = forms.SeenForm(request.form, patient, clock.now())
    if not form.validate():
        return _new(patient, form, 422)
    try:
        write.record(patient, g.author, form.uuid.data, digest(request.form), now=form.now, **form.said)
    except Conflict:
        form.uuid.renew()
        return _new(patient, form, 409, SAVED_BEFORE)
    db.commit()
    return go("plan.today", said="saved")


@bp.get("/<uuid:uuid>")
@record("notes")
def one(patient: Patient, uuid: UUID) -> Response:
    """One, and what it said before."""
    found = _found(patient, uuid)
    return _show("one", patient, row=found, may_correct=_wrote(found), may_remove=_may_remove(found))


@bp.get("/<uuid:uuid>/correct")
@record("notes", write=True, others=True)
def correct(patient: Patient, uuid: UUID) -> Response:
    """The words as a form, for who wrote them."""
    found = _found(patient, uuid)
    return _correct(patient, found, forms.CorrectionForm(None, found, patient, clock.now()))


def _correct(
    patient: Patient, row: Seen, form: forms.CorrectionForm, status: int = 200, problem: Later | None = None
) -> Response:
    if not _wrote(row) or row.removed_at:
        abort(404)
    return _show("new", patient, status, form=form, problem=problem, row=row)


@bp.post("/<uuid:uuid>/corrections")
@record("notes", write=True, others=True)
def change(patient: Patient, uuid: UUID) -> Response:
    """Keep the other words beside what it said before."""
    found = _found(patient, uuid)
    form = forms.CorrectionForm(request.form, found, patient, clock.now())
    if not form.validate() or not _wrote(found) or found.removed_at:
        return _correct(patient, found, form, 422)
    try:
        write.correct(found, form.read, now=form.now, **form.said)
    except Conflict:
        form.version.data = found.version
        return _correct(patient, found, form, 409, _CHANGED_MEANWHILE)
    db.commit()
    return go("seen.one", said="saved", uuid=found.uuid)


@bp.post("/<uuid:uuid>/removal")
@record("notes", write=True)
def remove(patient: Patient, uuid: UUID) -> Response:
    """Take it out of view."""
    found = _found(patient, uuid, remove=True)
    write.remove(found, g.author, clock.now())
    db.commit()
    return go("seen.one", said="removed", uuid=found.uuid)


@bp.post("/<uuid:uuid>/return")
@record("notes", write=True)
def restore(patient: Patient, uuid: UUID) -> Response:
    """Bring it back."""
    found = _found(patient, uuid, remove=True)
    write.restore(found, clock.now())
    db.commit()
    return go("seen.one", said="back", uuid=found.uuid)


def _found(patient: Patient, uuid: UUID, remove: bool = False) -> Seen:
    """What was seen, or 404. A caregiver does not see what somebody else took out."""
    found = queries.one(patient, str(uuid))
    if found is None or (remove and not _may_remove(found)):
        abort(404)
    if "acting_for" in g and found.removed_at and found.removed_by != g.author.id:
        abort(404)
    open_or_404(found.day)
    return found


def _wrote(row: Seen) -> bool:
    """Nobody changes another's words."""
    return "acting_for" in g and row.author_id == g.author.id and g.may_log


def _may_remove(row: Seen) -> bool:
    """The record is the patient's; a caregiver takes out only what they wrote."""
    return "acting_for" not in g or _wrote(row)


def _show(page: str, patient: Patient, status: int = 200, **values: Any) -> Response:
    return show(f"seen/{page}.html", status=status, patient=patient, signs=SIGNS, signs_said=said, **values)
