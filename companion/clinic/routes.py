"""The clinic's pages: whom it cares for, one patient's review, what is planned there, and invitations."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, request, url_for

from companion import clock
from companion.clinic import forms, queries, say
from companion.clinic.review import review as gather
from companion.identity.gate import staff
from companion.identity.model import Membership, Patient
from companion.procedures import kinds
from companion.procedures import queries as procedures
from companion.procedures.forms import ProcedureForm
from companion.procedures.record import record as record_procedure
from companion.procedures.record import remove
from companion.schedule.say import say_times
from companion.sharing import invite, qr
from companion.sharing.access import care, note_looks
from companion.sharing.model import PARTS
from companion.sharing.queries import clinic_invitations
from companion.store import db
from companion.therapy import plan_it
from companion.therapy import queries as therapy
from companion.therapy.forms import ProgrammeForm
from companion.therapy.model import KINDS, Programme
from companion.trends.series import DEFAULT, SPANS
from companion.web.pages import go, show

bp = Blueprint("clinic", __name__)


@bp.get("/")
@staff
def patients(member: Membership) -> Response:
    """The patients who share with the clinic. An administrator is no clinician and sees no names."""
    if member.role != "clinician":
        return go("clinic.invitations")
    search, number = request.args.get("q", "").strip(), max(request.args.get("page", 1, int), 1)
    rows, more = queries.patients(member.clinic_id, clock.now(), search, number)
    note_looks(member.account, member.clinic_id, [row.patient.id for row in rows], "list", clock.now())
    told: dict[str, Any] = {"search": search, "number": number, "more": more, "now": clock.now()}
    return show("clinic/patients.html", member=member, rows=rows, say=say, **told)


@bp.get("/patients/<int:patient_id>")
@care("any")
def review(patient: Patient, member: Membership) -> Response:
    """One patient: what changed, what was done, what is taken and kept."""
    return _review(patient, member, ProcedureForm(None, patient, clock.now()))


def _review(patient: Patient, member: Membership, form: ProcedureForm, status: int = 200) -> Response:
    span = request.args.get("span", DEFAULT)
    gathered = gather(patient, span if span in SPANS else DEFAULT, clock.now(), g.may)
    told: dict[str, Any] = {"parts": PARTS, "kinds": KINDS, "name": kinds.name, "say_times": say_times, "say": say}
    told |= {"patient": patient, "member": member, "review": gathered, "form": form, "today": _today(patient)}
    return show("clinic/review.html", status=status, **told)


def _today(patient: Patient) -> date:
    """The calendar day on the patient's clock."""
    return clock.now().astimezone(ZoneInfo(patient.zone)).date()


@bp.post("/patients/<int:patient_id>/procedures")
@care("procedures")
def add_procedure(patient: Patient, member: Membership) -> Response:
    """Write down what the clinic did."""
    now = clock.now()
    form = ProcedureForm(request.form, patient, now)
    if not form.validate():
        return _review(patient, member, form, 422)
    done = (form.kind.data, form.level.data, form.side.data, form.done_on.data, form.note.data)
    record_procedure(patient, member.clinic, g.author, *done, now)
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="saved")


@bp.post("/patients/<int:patient_id>/procedures/<int:procedure_id>/removal")
@care("procedures")
def remove_procedure(patient: Patient, member: Membership, procedure_id: int) -> Response:
    """Take back a procedure that this clinic wrote down by mistake."""
    procedure = procedures.procedure(patient, procedure_id)
    if procedure is None or procedure.clinic_id != member.clinic_id:
        abort(404)
    remove(procedure, g.author, clock.now())
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="saved")


@bp.get("/patients/<int:patient_id>/programmes")
@care("therapy")
def programmes(patient: Patient, member: Membership) -> Response:
    """What the patient does, and a form to plan more."""
    return _programmes(patient, member, ProgrammeForm())


def _programmes(
    patient: Patient, member: Membership, form: ProgrammeForm, status: int = 200, programme: Programme | None = None
) -> Response:
    rows = therapy.programmes(patient)
    times = therapy.times_of(patient, _today(patient))
    page: dict[str, Any] = {
        "patient": patient,
        "member": member,
        "form": form,
        "rows": rows,
        "times": times,
        "programme": programme,
    }
    return show("clinic/programmes.html", status=status, kinds=KINDS, say_times=say_times, **page)


@bp.post("/patients/<int:patient_id>/programmes")
@care("therapy")
def plan(patient: Patient, member: Membership) -> Response:
    """Plan a programme for the patient."""
    form = ProgrammeForm(request.form)
    if not form.validate():
        return _programmes(patient, member, form, 422)
    plan_it.plan(patient, g.author, member.clinic, **form.planned, now=clock.now())
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="planned")


@bp.get("/patients/<int:patient_id>/programmes/<int:programme_id>/change")
@care("therapy")
def edit(patient: Patient, member: Membership, programme_id: int) -> Response:
    """The words and times of a programme of this clinic."""
    programme = _ours(patient, member, programme_id)
    rows = therapy.times_of(patient, _today(patient)).get(programme.id, [])
    weekdays = sorted({digit for row in rows for digit in row.weekdays})
    form = ProgrammeForm(obj=programme, walls=[row.wall for row in rows], weekdays=weekdays)
    return _programmes(patient, member, form, programme=programme)


@bp.post("/patients/<int:patient_id>/programmes/<int:programme_id>/changes")
@care("therapy")
def change(patient: Patient, member: Membership, programme_id: int) -> Response:
    """Other words and times from now on."""
    programme, form = _ours(patient, member, programme_id), ProgrammeForm(request.form)
    if not form.validate():
        return _programmes(patient, member, form, 422, programme)
    plan_it.change(programme, **form.planned, now=clock.now())
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="saved")


@bp.post("/patients/<int:patient_id>/programmes/<int:programme_id>/stop")
@care("therapy")
def stop(patient: Patient, member: Membership, programme_id: int) -> Response:
    """Nothing more of it is due."""
    plan_it.stop(_ours(patient, member, programme_id), clock.now())
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="stopped")


def _ours(patient: Patient, member: Membership, programme_id: int) -> Programme:
    """A programme that this clinic planned and that goes on; 404 for any other."""
    programme = therapy.programme(patient, programme_id)
    if programme is None or programme.clinic_id != member.clinic_id or programme.stopped_at is not None:
        abort(404)
    return programme


@bp.get("/invitations")
@staff
def invitations(member: Membership) -> Response:
    """Let a patient in, and the codes that nobody has used yet."""
    return _invitations(member, forms.InviteForm())


def _invitations(member: Membership, form: forms.InviteForm, status: int = 200) -> Response:
    now = clock.now()
    rows, count = clinic_invitations(member.clinic_id, now), queries.count(member.clinic_id)
    return show("clinic/invitations.html", status=status, member=member, form=form, rows=rows, count=count, say=say)


@bp.post("/invitations", endpoint="invite")
@staff
def invite_patient(member: Membership) -> Response:
    """Make a code for a patient and show it, this once."""
    form = forms.InviteForm(request.form)
    if not form.validate():
        return _invitations(member, form, 422)
    row, told = invite.invite_patient(member.clinic, member.account, form.note.data, clock.now())
    db.commit()
    address = current_app.config["SETTINGS"].origin + url_for("sharing.code") + "#" + told
    side, path = qr.drawing(address)
    return show("clinic/invited.html", member=member, row=row, told=told, address=address, side=side, path=path)


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@staff
def withdraw(member: Membership, invitation_id: int) -> Response:
    """The code ends before it was used."""
    now = clock.now()
    invite.withdraw(queries.invitation(member.clinic_id, invitation_id, now) or abort(404), now)
    db.commit()
    return go("clinic.invitations", said="stopped")
