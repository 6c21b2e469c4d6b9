"""The administrator's pages: what needs doing, colleagues, emergency looks to review, and the log of the clinic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request, stream_with_context

from companion import clock
from companion.audit.write import note
from companion.clinic.say import say_ago
from companion.identity.gate import admin, sure
from companion.identity.model import Membership
from companion.office import forms, queries, say, seats
from companion.sharing import glass, invite, passing
from companion.sharing.model import Invitation
from companion.sharing.queries import clinic_invitation, clinic_invitations, glasses
from companion.signin import reset
from companion.store import begin_reading, db
from companion.web.errors import SENTENCES
from companion.web.limit import allow
from companion.web.pages import go, show
from companion.words import lazy

bp = Blueprint("office", __name__)
_LAST = lazy("A clinic needs an administrator. Please let another colleague be one first.")


@bp.get("/")
@admin
def office(member: Membership) -> Response:
    """What needs doing, and where the rest is."""
    now = clock.now()
    staff = queries.colleagues(member.clinic_id)
    told: dict[str, Any] = {
        "waiting": [row for row in glasses(member.clinic_id) if row.reviewed_at is None],
        "open_codes": clinic_invitations(member.clinic_id, now, "staff"),
        "alone": sum(row.seat.role == "admin" for row in staff) == 1,
        "staff": staff,
        "latest": queries.events(member.clinic_id, queries.Wanted(), most=1),
    }
    return show("office/office.html", member=member, say_ago=say_ago, **told)


@bp.get("/staff")
@admin
def staff(member: Membership) -> Response:
    """Who works here, and a code for somebody new."""
    return _staff(member, forms.InviteForm())


def _staff(member: Membership, form: forms.InviteForm, status: int = 200, problem: object = "") -> Response:
    rows = queries.colleagues(member.clinic_id)
    told: dict[str, Any] = {"rows": rows, "codes": clinic_invitations(member.clinic_id, clock.now(), "staff")}
    told["admins"] = sum(row.seat.role == "admin" for row in rows)
    return show(
        "office/staff.html",
        status=status,
        member=member,
        form=form,
        problem=problem,
        roles=forms.ROLES,
        say_ago=say_ago,
        **told,
    )


@bp.post("/staff/<int:seat_id>/role", endpoint="change")
@admin
@sure
def change_role(member: Membership, seat_id: int) -> Response:
    """A colleague works as something else."""
    seat, form = _seat(member, seat_id), forms.RoleForm(request.form)
    if not form.validate():
        return _staff(member, forms.InviteForm(), 422, form.problems[0][1])
    try:
        seats.change(seat, form.role.data, member.account, clock.now())
    except seats.LastAdministrator:
        return _staff(member, forms.InviteForm(), 422, _LAST)
    db.commit()
    return go("home") if seat.id == member.id and seat.role != "admin" else go("office.staff", said="saved")


@bp.post("/staff/<int:seat_id>/end", endpoint="let_go")
@admin
@sure
def end_seat(member: Membership, seat_id: int) -> Response:
    """A colleague works here no more."""
    seat = _seat(member, seat_id)
    try:
        seats.let_go(seat, member.account, clock.now())
    except seats.LastAdministrator:
        return _staff(member, forms.InviteForm(), 422, _LAST)
    db.commit()
    return go("home") if seat.id == member.id else go("office.staff", said="stopped")


@bp.post("/staff/<int:seat_id>/code")
@admin
@sure
def desk(member: Membership, seat_id: int) -> Response:
    """A colleague forgot their password: a code to hand to them, shown this once. Nobody makes one for themselves."""
    seat, now = _seat(member, seat_id), clock.now()
    if seat.id == member.id:
        abort(404)
    if not allow("desk", str(member.account_id), 20, 60, now):
        return _staff(member, forms.InviteForm(), 429, SENTENCES[429][1])
    told = reset.at_the_desk(seat.account, member.account, now)
    note(member.clinic_id, "code_given", member.account_id, None, now, thing=f"account {seat.account_id}")
    db.commit()
    return show("office/desk.html", member=member, seat=seat, told=told, minutes=reset.DESK_MINUTES)


def _seat(member: Membership, seat_id: int) -> Membership:
    return queries.seat(member.clinic_id, seat_id) or abort(404)


@bp.post("/staff/invitations", endpoint="invite")
@admin
@sure
def invite_colleague(member: Membership) -> Response:
    """Make a code for a colleague. The same form sent twice is one code."""
    form, now = forms.InviteForm(request.form), clock.now()
    if not form.validate():
        return _staff(member, form, 422)
    told = passing.new_code(member.account, now)
    if told is None:
        return _staff(member, form, 429, SENTENCES[429][1])
    row, _told = invite.invite_staff(member.clinic, member.account, form.name.data, form.role.data, now, told=told)
    db.commit()
    return passing.remembered(go("office.invited", invitation_id=row.id), told)


@bp.get("/staff/invitations/<int:invitation_id>")
@admin
def invited(member: Membership, invitation_id: int) -> Response:
    """The code, for ten minutes and only in the browser that made it."""
    page = passing.shown(_invitation(member, invitation_id), clock.now())
    return show("office/invited.html", member=member, **page) if page else go("office.staff")


@bp.post("/staff/invitations/<int:invitation_id>/withdrawal")
@admin
@sure
def withdraw(member: Membership, invitation_id: int) -> Response:
    """The code ends before it was used."""
    row = _invitation(member, invitation_id)
    invite.withdraw(row, clock.now())
    db.commit()
    return go("office.staff", said=None if row.used_at else "stopped")


def _invitation(member: Membership, invitation_id: int) -> Invitation:
    return clinic_invitation(member.clinic_id, invitation_id, "staff") or abort(404)


@bp.get("/emergencies")
@admin
def emergencies(member: Membership) -> Response:
    """Records that were opened in an emergency: those to review, and those that were."""
    return show("office/emergencies.html", member=member, rows=glasses(member.clinic_id), say_ago=say_ago)


@bp.post("/emergencies/<int:glass_id>/review")
@admin
@sure
def review(member: Membership, glass_id: int) -> Response:
    """I looked at it."""
    row, now = queries.glass(member.clinic_id, glass_id) or abort(404), clock.now()
    glass.review(row, member.account, now)
    db.commit()
    return go("office.emergencies", said="saved")


@bp.get("/log")
@admin
def log(member: Membership) -> Response:
    """What happened at the clinic, newest first."""
    form = forms.LogForm(request.args, queries.known(member.clinic_id))
    if not form.validate():
        return _log(member, form, [], 422)
    return _log(member, form, queries.events(member.clinic_id, form.wanted, form.before.data))


def _log(member: Membership, form: forms.LogForm, events: Any, status: int = 200) -> Response:
    rows = events[: queries.PAGE]
    earlier = rows[-1].seq if len(events) > queries.PAGE else None
    told: dict[str, Any] = {
        "rows": say.lines(rows),
        "earlier": earlier,
        "names": queries.names(say.accounts(rows)),
        "say": say,
    }
    return show("office/log.html", status=status, member=member, form=form, **told)


@bp.post("/log/copy")
@admin
@sure
def copy(member: Membership) -> Response:
    """The same as a table for other programs, all of it. That it was taken is an event as well."""
    form, now = forms.LogForm(request.form, queries.known(member.clinic_id)), clock.now()
    if not form.validate():
        return _log(member, form, [], 422)
    note(member.clinic_id, "log_exported", member.account_id, None, now)
    db.commit()
    begin_reading()  # whoever fetches it slowly keeps nobody from writing
    return _download(member.clinic_id, form.wanted, now)


def _download(clinic_id: int, wanted: queries.Wanted, now: datetime) -> Response:
    def lines() -> Iterator[str]:
        yield ",".join(say.COLUMNS) + "\r\n"
        for rows in queries.all_events(clinic_id, wanted):
            yield say.table(rows, queries.names(say.accounts(rows)))

    response = Response(stream_with_context(lines()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="log-{clinic_id}-{now.date().isoformat()}.csv"'
    return response
