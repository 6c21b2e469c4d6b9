"""Who can see my diary, let somebody in, change and stop it, and who looked.

Under /for/<patient_id>/ the same is for whoever keeps the record for somebody, and for no other caregiver.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, request

from companion import clock
from companion.identity.gate import sure
from companion.identity.model import Patient
from companion.sharing import forms, invite, passing, queries, say
from companion.sharing.access import record
from companion.sharing.consent import CURRENT, TEXTS
from companion.sharing.model import CODE, PARTS, Grant
from companion.sharing.stop import change, stop, terms_of
from companion.store import db
from companion.web.errors import SENTENCES
from companion.web.pages import go, show
from companion.words import Later, lazy

bp = Blueprint("sharing", __name__)
#: how long the page says that the record was opened in an emergency
_TOLD = timedelta(days=365)
#: and that a code for a new password was made
_CODE_TOLD = timedelta(days=30)
#: days on one page of looks
_PAGE = timedelta(days=60)
#: what was read, in the order in which it is said, within a sentence
_READ: dict[str, Later] = {
    "pain": lazy("pain"),
    "mood": lazy("mood"),
    "medicines": lazy("medicines"),
    "therapy": lazy("exercises and CBT"),
    "procedures": lazy("procedures"),
    "notes": lazy("notes"),
    "record": lazy("the overview"),
    "list": lazy("your line in their list of patients"),
    CODE: lazy("a code for a new password was made"),
}


@bp.get("/")
@record("share")
def sharing(patient: Patient) -> Response:
    """Everybody who can see my diary, and the way to let somebody in."""
    return _sharing(
        patient, forms.InviteForm(None, _today(patient), parts=["pain", "medicines", "therapy"], may_log=True)
    )


def _today(patient: Patient) -> date:
    """The calendar day on the patient's clock."""
    return clock.now().astimezone(ZoneInfo(patient.zone)).date()


def _sharing(patient: Patient, form: forms.InviteForm, status: int = 200, problem: object = "") -> Response:
    now = clock.now()
    rows = queries.grants(patient, now)
    return show(
        "sharing/sharing.html",
        status=status,
        rows=rows,
        opened=queries.last_opened(patient, rows),
        emergencies=queries.emergencies(patient, now - _TOLD),
        made=queries.codes(patient, now - _CODE_TOLD),
        invitations=queries.invitations(patient, now),
        history=say.history(queries.history(patient), patient, g.author),
        parts=PARTS,
        words=TEXTS[CURRENT],
        form=form,
        problem=problem,
        names=[side.name for row in rows if (side := row.clinic or row.account)],
        tz=ZoneInfo(patient.zone),
        zone=patient.zone,
        say=say,
    )


@bp.post("/invitations", endpoint="invite")
@record("share", write=True)
@sure
def invite_them(patient: Patient) -> Response:
    """Make a code; the next page shows it. The same form sent twice is one code."""
    form, now = forms.InviteForm(request.form, _today(patient)), clock.now()
    if not form.validate():
        return _sharing(patient, form, 422)
    told = passing.new_code(g.author, now)
    if told is None:
        return _sharing(patient, form, 429, SENTENCES[429][1])
    ask = invite.invite_clinic if form.whom.data == "clinic" else invite.invite_caregiver
    row, _told = ask(patient, g.author, form.name.data, form.terms, now, told)
    db.commit()
    return passing.remembered(go("sharing.invited", invitation_id=row.id), told)


@bp.get("/invitations/<int:invitation_id>")
@record("share")
def invited(patient: Patient, invitation_id: int) -> Response:
    """The code, for ten minutes and only in the browser that made it."""
    now, zone = clock.now(), patient.zone
    page = passing.shown(queries.invitation(patient, invitation_id, now) or abort(404), now)
    return show("sharing/invited.html", tz=ZoneInfo(zone), zone=zone, **page) if page else go("sharing.sharing")


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@record("share", write=True)
def withdraw(patient: Patient, invitation_id: int) -> Response:
    """The code ends before it was used."""
    now = clock.now()
    invite.withdraw(queries.invitation(patient, invitation_id, now) or abort(404), now)
    db.commit()
    return go("sharing.sharing", said="stopped")


@bp.get("/grants/<int:grant_id>/parts")
@record("share")
def edit(patient: Patient, grant_id: int) -> Response:
    """What one clinic or caregiver sees."""
    row = _grant(patient, grant_id)
    terms = terms_of(row)
    days = {"since_on": row.since_on, "until_on": row.until_on, "ends_on": terms.ends_on}
    rights = {"may_log": row.may_log, "told_missed": row.told_missed}
    form = forms.TermsForm(None, _today(patient), parts=row.parts, **rights, **days)
    return show("sharing/parts.html", row=row, form=form)


@bp.post("/grants/<int:grant_id>/parts", endpoint="change")
@record("share", write=True)
def change_it(patient: Patient, grant_id: int) -> Response:
    """Other parts, other days or another end, from the next request on."""
    row, form = _grant(patient, grant_id), forms.TermsForm(request.form, _today(patient))
    if not form.validate():
        return show("sharing/parts.html", status=422, row=row, form=form)
    # to close something is never held up
    keep = sure(_keep) if form.terms.widens(terms_of(row)) else _keep
    return keep(row, form)


def _keep(row: Grant, form: forms.TermsForm) -> Response:
    change(row, form.terms, g.author, clock.now())
    db.commit()
    return go("sharing.sharing", said="saved")


@bp.get("/grants/<int:grant_id>/words")
@record("share")
def words(patient: Patient, grant_id: int) -> Response:
    """What I agreed to when I let them in."""
    row = _grant(patient, grant_id)
    text = TEXTS.get(row.consent) or abort(404)
    return show("sharing/words.html", row=row, text=text["clinic" if row.clinic_id else "caregiver"])


@bp.post("/grants/<int:grant_id>/stop", endpoint="stop")
@record("share", write=True)
def stop_it(patient: Patient, grant_id: int) -> Response:
    """They see nothing from the next request on."""
    stop(_grant(patient, grant_id), g.author, clock.now())
    db.commit()
    return go("sharing.sharing", said="unshared")


@bp.get("/looks")
@record("share")
def looks(patient: Patient) -> Response:
    """Who read what, and when."""
    form, today = forms.BackForm(request.args), clock.now().astimezone(ZoneInfo(patient.zone)).date()
    last = min(max(form.before.data if form.validate() and form.before.data else today, date(1971, 1, 1)), today)
    oldest = queries.first_look(patient)
    earlier = last - _PAGE - timedelta(days=1)
    more = oldest is not None and oldest.astimezone(ZoneInfo(patient.zone)).date() <= earlier
    days = queries.visits(patient, last - _PAGE, last)
    return show("sharing/looks.html", days=days, names=_READ, zone=patient.zone, earlier=earlier if more else None)


def _grant(patient: Patient, grant_id: int) -> Grant:
    return queries.grant(patient, grant_id, clock.now()) or abort(404)
