"""The one door to another person's record.

`record(part)` gates the pages of a record for its patient and, under /for/<patient_id>/, for a caregiver who was let
in. `care(part)` gates the clinic's pages for staff whose clinic was let in. Where there is no grant the answer is 404.
What another person opens is written down before the page is made: a Look for each open part that the page draws.

Each gate sets `g.may`, the open parts, and `g.period`, the open days: what a page reads by days it reads within them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from itertools import product
from typing import Any, NoReturn

from flask import abort, current_app, g, request
from sqlalchemy import insert, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.exceptions import NotFound

from companion import clock
from companion.audit.write import note, note_each
from companion.identity.gate import View, stated, the_member, the_person
from companion.identity.model import Account, Membership, Patient
from companion.sharing.model import PARTS, Glass, Grant, Look, holds
from companion.sharing.terms import ALWAYS
from companion.store import at_once, db, open_records
from companion.web.limit import allow, is_spent

#: another look by the same person at the same part within this time is the same visit
_SAME_VISIT = timedelta(minutes=10)


def record(
    part: str, write: bool = False, draws: Sequence[str] | None = None, others: bool = False
) -> Callable[[View], View]:
    """Gate for the pages of a record; the view gets `patient`, and `g.may`, `g.period` and `g.author` are set.

    `part` is a key of PARTS, `any` for whichever is open, or `share` for who decides on the record: its patient, or whoever
    keeps it for them. `draws` are the parts that the page shows where they are open; None: `part`, or all for `any`.
    With `others` it is for who helps alone, and not for the patient.
    """
    drawn = _drawn(part) if draws is None else draws

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(*args: Any, **kwargs: Any) -> Any:
            patient_id = kwargs.pop("patient_id", None)
            if others and patient_id is None:
                the_person()
                abort(404)
            return view(_open(patient_id, part, write, drawn), *args, **kwargs)

        return stated(gated, f"record:{part}:{'others:' if others else ''}{'write' if write else 'read'}")  # type: ignore[return-value]

    return wrap


def _drawn(part: str) -> Sequence[str]:
    return tuple(PARTS) if part == "any" else (part,)


def _opens(grant: Grant, part: str) -> bool:
    return grant.keeps if part == "share" else part == "any" or part in grant.parts


def _open(patient_id: int | None, part: str, write: bool, drawn: Sequence[str]) -> Patient:
    who = the_person()
    g.author = who.account
    if patient_id is None:
        if who.patient is None or (write and who.patient.closed_at is not None):
            abort(404)
        g.may, g.period = Everything(), ALWAYS
        return who.patient
    now = clock.now()
    grant = grant_of_caregiver(who.account, patient_id, now)
    if grant is None or not _opens(grant, part) or (write and not _may_log(grant, now)):
        _deny(who.account, 0, patient_id, now)
    open_records([patient_id])
    g.acting_for = patient_id
    g.shared_rooms = {name.removeprefix("for_") for name in current_app.blueprints if name.startswith("for_")}
    g.may, g.period, g.may_log = grant.parts, grant.period, _may_log(grant, now)
    g.record_of, g.keeps = grant.patient, grant.keeps
    note_looks(who.account, None, [patient_id], _of(drawn, grant.parts), now)
    return grant.patient


def _may_log(grant: Grant, now: datetime) -> bool:
    """What is written belongs to today, so today must be open; nothing is written into a closed record."""
    return (
        grant.patient.closed_at is None and grant.may_log and grant.period.holds(clock.day_of(now, grant.patient.zone))
    )


def _of(drawn: Sequence[str], parts: Sequence[str]) -> list[str]:
    return [part for part in drawn if part in parts]


def open_or_404(day: date) -> None:
    """The request ends with 404 unless the diary day is open to whoever asks."""
    if not g.period.holds(day):
        abort(404)


class Everything:
    """The parts of one's own record: all."""

    def __contains__(self, part: object) -> bool:
        return True


def grant_of_caregiver(account: Account, patient_id: int, now: datetime) -> Grant | None:
    """The grant that lets the account into the record at `now`."""
    query = select(Grant).where(Grant.patient_id == patient_id, Grant.account_id == account.id, holds(now))
    return db.scalars(query.options(joinedload(Grant.patient)).order_by(Grant.id.desc())).first()


def grant_of_clinic(clinic_id: int, patient_id: int, now: datetime) -> Grant | None:
    """The grant that lets the clinic into the record at `now`."""
    query = select(Grant).where(Grant.patient_id == patient_id, Grant.clinic_id == clinic_id, holds(now))
    return db.scalars(query.options(joinedload(Grant.patient)).order_by(Grant.id.desc())).first()


def clinician(view: View) -> View:
    """Whoever treats people at a clinic; the view gets `member`."""

    @wraps(view)
    def gated(*args: Any, **kwargs: Any) -> Any:
        return view(the_member("clinician"), *args, **kwargs)

    return stated(gated, "clinician")  # type: ignore[return-value]


def care(part: str, draws: Sequence[str] | None = None, closed: bool = False) -> Callable[[View], View]:
    """Gate for the clinic's pages about one patient; the view gets `patient` and `member`.

    Nothing is written into a record that was closed, unless `closed` says that this is about closing it.

    `g.may` and `g.period` are set; `draws` is as in `record`. In an emergency everything can be read, and `g.glass` says
    in which; nothing more can be written than before.
    """
    drawn = _drawn(part) if draws is None else draws

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(patient_id: int, *args: Any, **kwargs: Any) -> Any:
            member = _clinician(patient_id)
            return view(_open_patient(member, patient_id, part, drawn, closed), member, *args, **kwargs)

        return stated(gated, f"care:{part}")  # type: ignore[return-value]

    return wrap


def _clinician(patient_id: int) -> Membership:
    """The seat of who asks for a patient; whoever has none is denied."""
    try:
        return the_member("clinician")
    except NotFound:
        _deny(g.who.account, 0, patient_id, clock.now())


def _deny(account: Account, chain: int, patient_id: int, now: datetime) -> NoReturn:
    """404. It is written down at once, though no more often than this, so that nobody floods the log."""
    same = ("denied", f"{account.id} {patient_id}", 1, 1.0)
    of_all = ("denied-by", str(account.id), 60, 60.0)
    spent = is_spent(*same, now) or is_spent(*of_all, now)
    if not spent and allow(*same, now) and allow(*of_all, now):
        with at_once() as session:
            note(chain, "denied", account.id, patient_id, now, "refused", session=session)
    abort(404)


def _open_patient(
    member: Membership, patient_id: int, part: str, drawn: Sequence[str], closed: bool = False
) -> Patient:
    """The patient, if the member's clinic was let into the part (`any`: into some); 404 otherwise. Writes the looks."""
    now, reads = clock.now(), request.method in {"GET", "HEAD"}
    g.author, g.glass = member.account, opened_glass(member, patient_id, now) if reads else None
    if g.glass is not None:
        patient: Patient = g.glass.patient
        g.may, g.period, g.may_log = list(PARTS), ALWAYS, False
    else:
        grant = grant_of_clinic(member.clinic_id, patient_id, now)
        if grant is None or not _opens(grant, part):
            _deny(member.account, member.clinic_id, patient_id, now)
        patient, g.may, g.period = grant.patient, grant.parts, grant.period
        g.may_log = patient.closed_at is None
        if not (reads or g.may_log or closed):
            abort(404)
    open_records([patient_id])
    note_looks(member.account, member.clinic_id, [patient_id], _of(drawn, g.may), now, g.glass)
    return patient


def opened_glass(member: Membership, patient_id: int, now: datetime) -> Glass | None:
    """The emergency in which the member opened the record, while it lasts and the patient is not leaving."""
    query = select(Glass).where(Glass.patient_id == patient_id, Glass.account_id == member.account_id)
    query = query.where(Glass.ends_at > now, Glass.clinic_id == member.clinic_id)
    query = query.join(Glass.patient).outerjoin(Patient.account).where(Account.erases_at.is_(None))
    return db.scalars(query.options(contains_eager(Glass.patient)).order_by(Glass.id.desc())).first()


def note_looks(
    account: Account,
    clinic_id: int | None,
    patient_ids: Sequence[int],
    parts: Sequence[str],
    now: datetime,
    glass: Glass | None = None,
) -> None:
    """Write down that `account` saw these parts of these records, each once a visit, in a transaction of its own.

    Many records and many parts take as many statements as one.
    """
    if not parts:
        return
    seen = select(Look.patient_id, Look.part).where(Look.patient_id.in_(patient_ids), Look.account_id == account.id)
    seen = seen.where(Look.part.in_(parts), Look.looked_at > now - _SAME_VISIT)
    glass_id = glass.id if glass else None
    seen = seen.where(Look.glass_id == glass_id)
    fresh = {*product(patient_ids, parts)} - {(patient_id, part) for patient_id, part in db.execute(seen)}
    if not fresh:
        return
    look = {"account_id": account.id, "clinic_id": clinic_id, "looked_at": now, "glass_id": glass_id}
    with at_once() as session:
        rows = [{**look, "patient_id": patient_id, "part": part} for patient_id, part in sorted(fresh)]
        session.execute(insert(Look), rows)
        note_each(clinic_id or 0, "looked", account.id, _by_patient(fresh), now, session=session)


def _by_patient(looks: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """The parts of each patient in one text: "pain notes"."""
    parts = defaultdict(list)
    for patient_id, part in sorted(looks):
        parts[patient_id].append(part)
    return [(patient_id, " ".join(found)) for patient_id, found in parts.items()]
