"""Take everything out, erase an account, and close the record of a person who has died.

Whoever keeps a diary for somebody takes it out under /for/<patient_id>/, apart from what is their own.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, request

from companion import clock
from companion.export import ask as asking
from companion.export import close as closes
from companion.export import forms, leave, queries
from companion.identity.gate import WHOSE, anyone, person, sure, whose
from companion.identity.model import Account, Membership, Patient
from companion.identity.signin import Who
from companion.seal import LostKey
from companion.sharing.access import care, grant_of_clinic, record
from companion.sharing.stop import stop
from companion.store import db
from companion.web.cookies import cookie_name
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("export", __name__)
#: under /for/<patient_id>/
kept = Blueprint("export", __name__)
LOST = lazy("This file cannot be opened any more, since its key is not here. Please make it anew.")
TOO_LATE = lazy("Your clinic cannot take this back any more. Please ask whoever runs Companion.")


@bp.get("/")
@person
def take_out(who: Who) -> Response:
    """The way to a file with everything, and how far it is."""
    return _take_out(who.account)


@kept.get("/", endpoint="take_out")
@record("share")
def take_kept_out(patient: Patient) -> Response:
    """The same for the diary that is kept."""
    return _take_out(g.author, patient)


def _take_out(
    account: Account, keeps: Patient | None = None, status: int = 200, problem: Later | None = None
) -> Response:
    row = queries.take_out(account, keeps)
    told: dict[str, Any] = {"row": row, "state": row.state(clock.now()) if row else "", "problem": problem}
    return show("export/take_out.html", "export/_progress.html", status, **told)


@bp.post("/take-outs")
@person
@sure
def ask(who: Who) -> Response:
    """Let it be made; one that is there is replaced."""
    return _ask(who.account, None)


@kept.post("/take-outs", endpoint="ask")
@record("share", write=True)
@sure
def ask_for_kept(patient: Patient) -> Response:
    """The same for the diary that is kept."""
    return _ask(g.author, patient)


def _ask(account: Account, keeps: Patient | None) -> Response:
    asking.ask(account, clock.now(), keeps)
    db.commit()
    return go("export.take_out")


@bp.get("/file")
@person
@sure
def file(who: Who) -> Response:
    """The file."""
    return _file(who.account, who.patient)


@kept.get("/file", endpoint="file")
@record("share")
@sure
def file_of_kept(patient: Patient) -> Response:
    """The same of the diary that is kept."""
    return _file(g.author, patient, patient)


def _file(account: Account, of: Patient | None, keeps: Patient | None = None) -> Response:
    row, now = queries.take_out(account, keeps), clock.now()
    if row is None or row.made_at is None or row.state(now) != "ready":
        return go("export.take_out")
    try:
        answer = Response(asking.fetch(row, of, now), mimetype="application/zip")
    except LostKey:
        return _take_out(account, keeps, 409, LOST)
    answer.headers["Content-Length"] = str(row.size)
    answer.headers["Content-Disposition"] = f'attachment; filename="companion-{row.made_at:%Y-%m-%d}.zip"'
    return answer


@bp.get("/erasure")
@person
def erasure(who: Who) -> Response:
    """What goes, what stays and why; or that it is going, and how to keep it."""
    return _erasure(who, forms.ErasureForm())


def _erasure(who: Who, form: forms.ErasureForm, status: int = 200, problem: Later | None = None) -> Response:
    clinics = queries.open_to_clinics(who.patient)
    return show("export/erasure.html", status=status, form=form, problem=problem, clinics=clinics, word=forms.WORD)


@bp.post("/erasure", endpoint="leave")
@person
@sure
def leave_it(who: Who) -> Response:
    """Everything goes in a week."""
    form = forms.ErasureForm(request.form)
    if not form.validate():
        return _erasure(who, form, 422)
    try:
        leave.leave(who.account, who.patient, who.sign_in, clock.now())
    except leave.Stays as refused:
        return _erasure(who, form, 409, refused.reason)
    db.commit()
    return go("export.erasure")


@bp.post("/erasure/end")
@person
def keep(who: Who) -> Response:
    """It stays after all."""
    leave.keep(who.account, who.patient, clock.now())
    db.commit()
    return go("export.erasure", said="staying")


@bp.get("/gone")
@anyone
def gone() -> Response:
    """For a phone whose account was erased meanwhile: it is said once, and the phone forgets it too."""
    answer = show("export/gone.html", owner=whose() if g.who is None else "")
    if g.who is None:
        for name in (cookie_name(), WHOSE):
            answer.delete_cookie(name, path="/", secure=current_app.config["SETTINGS"].secure, httponly=True)
    return answer


@bp.get("/closed")
@anyone
def closed() -> Response:
    """For whoever signs in to the account of a person who has died."""
    return show("export/closed.html")


@bp.get("/closing/<int:patient_id>")
@care("any", draws=())
def closing(patient: Patient, member: Membership) -> Response:
    """A patient has died: close the record; or who closed it, and how to take that back."""
    return _closing(patient, member, forms.ClosingForm(None, patient, clock.now()))


def _closing(
    patient: Patient, member: Membership, form: forms.ClosingForm, status: int = 200, problem: Later | None = None
) -> Response:
    row = queries.closing(patient)
    page: dict[str, Any] = {
        "row": row,
        "form": form,
        "undo": row is not None and row.can_be_undone(member.clinic_id, clock.now()),
    }
    return show("export/closing.html", status=status, patient=patient, member=member, problem=problem, **page)


@bp.post("/closing/<int:patient_id>", endpoint="close")
@care("any", draws=(), closed=True)
@sure
def close_it(patient: Patient, member: Membership) -> Response:
    """Close it; a second tap changes nothing."""
    form = forms.ClosingForm(request.form, patient, clock.now())
    if not form.validate():
        return _closing(patient, member, form, 422)
    closes.close(patient, member, form.died_on.data, form.reason.data, clock.now())
    db.commit()
    return go("export.closing", patient_id=patient.id)


@bp.post("/closing/<int:patient_id>/end")
@care("any", draws=(), closed=True)
@sure
def reopen(patient: Patient, member: Membership) -> Response:
    """It was a mistake."""
    try:
        closes.reopen(patient, member, clock.now())
    except closes.TooLate:
        return _closing(patient, member, forms.ClosingForm(None, patient, clock.now()), 409, TOO_LATE)
    db.commit()
    return go("export.closing", patient_id=patient.id, said="back")


@bp.post("/closing/<int:patient_id>/reading/end")
@care("any", draws=(), closed=True)
@sure
def read_no_more(patient: Patient, member: Membership) -> Response:
    """The clinic needs a closed record no longer; one that is open is not meant."""
    now = clock.now()
    grant = grant_of_clinic(member.clinic_id, patient.id, now)
    if grant is None or patient.closed_at is None:
        return go("export.closing", patient_id=patient.id)
    stop(grant, member.account, now)
    db.commit()
    return go("clinic.patients", said="stopped")
