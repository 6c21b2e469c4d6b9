"""The clinic's pages: whom it cares for, one patient's review, what is planned there, and invitations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, g, request

from companion import clock, mail
from companion.clinic import forms, gone, queries, say
from companion.clinic.access import our_procedure, our_programme
from companion.clinic.asking import bp
from companion.clinic.review import review as gather
from companion.clinic.scores import scores
from companion.diary import chips
from companion.diary.regions import REGIONS
from companion.flares import questions
from companion.flares.say import say_length
from companion.identity.gate import staff, sure
from companion.identity.model import Membership, Patient
from companion.identity.signin import memberships
from companion.measures.queries import signals
from companion.measures.say import say_score
from companion.procedures import kinds
from companion.procedures import record as procedure_record
from companion.procedures.forms import ProcedureForm
from companion.schedule.say import say_times
from companion.seen import signs
from companion.sharing import desk, invite, passing
from companion.sharing.access import care, note_looks
from companion.sharing.model import PARTS, Invitation
from companion.sharing.queries import clinic_invitation, clinic_invitations
from companion.sharing.say import say_days
from companion.sharing.terms import ALWAYS
from companion.signin import reset
from companion.store import Conflict, db, open_clinic
from companion.therapy import plan_it
from companion.therapy import queries as therapy
from companion.therapy.forms import ProgrammeForm
from companion.therapy.model import KINDS, Programme
from companion.trends.places import heat
from companion.trends.series import DEFAULT, SPANS
from companion.web.errors import SENTENCES, refusal
from companion.web.forms import SAVED_BEFORE, digest
from companion.web.pages import go, show

#: the room, with these pages and those of `asking`
room = bp
#: how long a code that was used stays on the list
_USED_SHOWN = timedelta(days=30)


@bp.get("/")
@staff
def patients(member: Membership) -> Response:
    """The patients who share with the clinic. An administrator is no clinician and sees no names."""
    return _patients(member, forms.FindForm(request.args))


@bp.post("/")
@staff
def find(member: Membership) -> Response:
    """Those whose name holds what was typed, which is never part of an address."""
    form = forms.FindForm(request.form)
    return _patients(member, form, form.q.data)


def _patients(member: Membership, form: forms.FindForm, search: str = "") -> Response:
    if member.role != "clinician":
        return go("clinic.invitations")
    now = clock.now()
    open_clinic(member.clinic_id)
    rows, more = queries.patients(member.clinic_id, now, search, form.sort.data, form.page.data)
    note_looks(member.account, member.clinic_id, [row.patient.id for row in rows], ["list"], now)
    waiting = signals([row.patient.id for row in rows if "mood" in row.parts], member.clinic_id, unseen=True)
    told: dict[str, Any] = {
        "waiting": {signal.patient_id for signal in waiting},
        "search": search,
        "sort": form.sort.data,
        "number": form.page.data,
        "more": more,
    }
    return show("clinic/patients.html", "clinic/_list.html", member=member, rows=rows, say=say, **told)


@bp.get("/patients/<int:patient_id>")
@care("any")
def review(patient: Patient, member: Membership) -> Response:
    """One patient: what changed, what was done, what is taken and kept."""
    return _review(patient, member, ProcedureForm(None, patient, clock.now()))


def _review(patient: Patient, member: Membership, form: ProcedureForm, status: int = 200) -> Response:
    span = request.args.get("span", DEFAULT)
    gathered = gather(patient, member.clinic_id, span if span in SPANS else DEFAULT, clock.now(), g.may, g.period)
    told: dict[str, Any] = {"parts": PARTS, "kinds": KINDS, "name": kinds.name, "say_times": say_times, "say": say}
    told |= {"patient": patient, "member": member, "review": gathered, "form": form, "today": _today(patient)}
    told |= {"set_off": questions.said, "flagged": questions.flagged}
    told |= {"say_length": say_length, "signs_said": signs.said}
    told |= {"glass": g.get("glass"), "days": "" if g.period == ALWAYS else say_days(g.period)}
    told |= {"asked": scores(patient, member.clinic_id, clock.now(), g.may, g.period), "say_score": say_score}
    problem = SAVED_BEFORE if status == 409 else ""
    looks: dict[str, Any] = {"regions": REGIONS, "heat": heat, "chips": chips}
    return show("clinic/review.html", status=status, problem=problem, **looks, **told)


def _today(patient: Patient) -> date:
    """The calendar day on the patient's clock."""
    return clock.now().astimezone(ZoneInfo(patient.zone)).date()


@bp.post("/patients/<int:patient_id>/code")
@care("any", draws=())
@sure
def desk_code(patient: Patient, member: Membership) -> Response:
    """A code with which the patient, who is known here and forgot the password, chooses a new one. They are told."""
    told, letter = desk.make_code(patient, patient.account or abort(404), member, clock.now())
    db.commit()
    settings = current_app.config["SETTINGS"]
    if letter and settings.mail_url:
        mail.post(letter, settings.mail_url, settings.mail_from)
    return show("clinic/desk_code.html", member=member, patient=patient, told=told, minutes=reset.DESK_MINUTES)


@bp.post("/patients/<int:patient_id>/procedures")
@care("procedures", draws=[*PARTS])
def add_procedure(patient: Patient, member: Membership) -> Response:
    """Write down what the clinic did. The same form sent twice is one procedure."""
    now = clock.now()
    form = ProcedureForm(request.form, patient, now)
    if not form.validate():
        return _review(patient, member, form, 422)
    by = (patient, member.clinic, g.author, form.uuid.data, digest(request.form))
    done = (form.kind.data, form.level.data, form.side.data, form.done_on.data, form.note.data)
    try:
        procedure_record.record(*by, *done, now)
    except Conflict:
        form.uuid.renew()
        return _review(patient, member, form, 409)
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="saved", _anchor="main")


@bp.post("/patients/<int:patient_id>/procedures/<int:procedure_id>/removal")
@care("procedures")
def remove_procedure(patient: Patient, member: Membership, procedure_id: int) -> Response:
    """Take back a procedure that this clinic wrote down by mistake."""
    procedure_record.remove(our_procedure(patient, member, procedure_id), g.author, clock.now())
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="removed")


@bp.post("/patients/<int:patient_id>/procedures/<int:procedure_id>/return")
@care("procedures")
def bring_procedure_back(patient: Patient, member: Membership, procedure_id: int) -> Response:
    """The removal was the mistake."""
    procedure_record.restore(our_procedure(patient, member, procedure_id), clock.now())
    db.commit()
    return go("clinic.review", patient_id=patient.id, said="back")


@bp.get("/patients/<int:patient_id>/programmes")
@care("therapy")
def programmes(patient: Patient, member: Membership) -> Response:
    """What the patient does, and a form to plan more."""
    return _programmes(patient, member, ProgrammeForm())


def _programmes(
    patient: Patient, member: Membership, form: ProgrammeForm, status: int = 200, programme: Programme | None = None
) -> Response:
    rows, stopped = (
        [row for row in therapy.programmes(patient, over) if row.is_within(g.period)] for over in (False, True)
    )
    page: dict[str, Any] = {"patient": patient, "member": member, "form": form, "programme": programme}
    page |= {"rows": rows, "stopped": stopped, "times": therapy.times_of(patient, _today(patient))}
    page["problem"] = SAVED_BEFORE if status == 409 else ""
    return show("clinic/programmes.html", status=status, kinds=KINDS, say_times=say_times, say=say, **page)


@bp.post("/patients/<int:patient_id>/programmes")
@care("therapy")
def plan(patient: Patient, member: Membership) -> Response:
    """Plan a programme for the patient. The same tap sent twice is one programme."""
    form, who = ProgrammeForm(request.form), (patient, g.author, member.clinic)
    if not form.validate():
        return _programmes(patient, member, form, 422)
    try:
        plan_it.plan(*who, **form.planned, now=clock.now(), uuid=form.uuid.data, digest=digest(request.form))
    except Conflict:
        form.uuid.renew()
        return _programmes(patient, member, form, 409)
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="planned", _anchor="main")


@bp.get("/patients/<int:patient_id>/programmes/<int:programme_id>/change")
@care("therapy")
def edit(patient: Patient, member: Membership, programme_id: int) -> Response:
    """The words and times of a programme of this clinic."""
    programme = our_programme(patient, member, programme_id)
    rows = therapy.times_of(patient, _today(patient)).get(programme.id, [])
    return _programmes(patient, member, ProgrammeForm.of(programme, rows), programme=programme)


@bp.post("/patients/<int:patient_id>/programmes/<int:programme_id>/changes")
@care("therapy")
def change(patient: Patient, member: Membership, programme_id: int) -> Response:
    """Other words and times from now on."""
    form, now = ProgrammeForm(request.form), clock.now()
    sent, made = digest(request.form), therapy.planned_as(patient, form.uuid.data)
    # a second tap finds the former programme stopped, and the one that took its place
    programme = our_programme(patient, member, programme_id, goes_on=made is None)
    if not form.validate():
        return _programmes(patient, member, form, 422, programme)
    try:
        plan_it.change(programme, g.author, member.clinic, **form.planned, now=now, uuid=form.uuid.data, digest=sent)
    except Conflict:
        form.uuid.renew()
        return _programmes(patient, member, form, 409, made)
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="saved")


@bp.post("/patients/<int:patient_id>/programmes/<int:programme_id>/stop")
@care("therapy")
def stop(patient: Patient, member: Membership, programme_id: int) -> Response:
    """Nothing more of it is due; a second tap changes nothing."""
    plan_it.stop(our_programme(patient, member, programme_id, goes_on=False), g.author, clock.now())
    db.commit()
    return go("clinic.programmes", patient_id=patient.id, said="stopped")


@bp.get("/invitations")
@staff
def invitations(member: Membership) -> Response:
    """Let a patient in, and the codes that nobody has used yet."""
    return _invitations(member, forms.InviteForm())


def _invitations(member: Membership, form: forms.InviteForm, status: int = 200, problem: object = "") -> Response:
    now = clock.now()
    told: dict[str, Any] = {"count": queries.count(member.clinic_id, now)}
    told["rows"] = clinic_invitations(member.clinic_id, now)
    told["used"] = queries.used_invitations(member.clinic_id, now - _USED_SHOWN)
    return show("clinic/invitations.html", status=status, member=member, form=form, say=say, problem=problem, **told)


@bp.post("/invitations", endpoint="invite")
@staff
@sure
def invite_patient(member: Membership) -> Response:
    """Make a code for a patient. The same form sent twice is one code."""
    form, now = forms.InviteForm(request.form), clock.now()
    if not form.validate():
        return _invitations(member, form, 422)
    told = passing.new_code(member.account, now)
    if told is None:
        return _invitations(member, form, 429, SENTENCES[429][1])
    row, _told = invite.invite_patient(member.clinic, member.account, form.note.data, now, told=told)
    db.commit()
    return passing.remembered(go("clinic.invited", invitation_id=row.id), told)


@bp.get("/invitations/<int:invitation_id>")
@staff
def invited(member: Membership, invitation_id: int) -> Response:
    """The code, for ten minutes and only in the browser that made it."""
    page = passing.shown(_invitation(member, invitation_id), clock.now())
    return show("clinic/invited.html", member=member, **page) if page else go("clinic.invitations")


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@staff
def withdraw(member: Membership, invitation_id: int) -> Response:
    """The code ends before it was used."""
    row = _invitation(member, invitation_id)
    invite.withdraw(row, clock.now())
    db.commit()
    return go("clinic.invitations", said=None if row.used_at else "stopped")


def _invitation(member: Membership, invitation_id: int) -> Invitation:
    return clinic_invitation(member.clinic_id, invitation_id) or abort(404)


@bp.errorhandler(404)
def lost(_error: Exception) -> Response:
    """A clinician's words are not lost when the person stopped sharing, or the programme was stopped, meanwhile.

    The page says the same of a person who never shared and of one who is not here: it tells nothing of a record.
    """
    seats = [seat for seat in memberships(g.who.account) if seat.role == "clinician"] if g.who else []
    patient_id = (request.view_args or {}).get("patient_id")
    if request.method != "POST" or not seats or patient_id is None:
        return refusal(404, *SENTENCES[404])
    # the gate sets what may be seen before it lets anybody through
    return show("clinic/gone.html", status=404, member=seats[0], shared="may" in g, typed=gone.typed(request.form))
