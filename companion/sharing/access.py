"""The one door to another person's record.

`record(part)` gates the pages of a record for its patient and, under /for/<patient_id>/, for a caregiver who was let
in. `care(part)` gates the clinic's pages for staff whose clinic was let in. Where there is no grant the answer is 404.
What another person opens is written down before the page is made: a Look for each open part that the page draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from itertools import product
from typing import Any

from flask import abort, current_app, g
from sqlalchemy import insert, select

from companion import clock
from companion.identity.gate import View, stated, the_member, the_person
from companion.identity.model import Account, Membership, Patient
from companion.sharing.model import PARTS, Grant, Look
from companion.store import at_once, db

#: another look by the same person at the same part within this time is the same visit
_SAME_VISIT = timedelta(minutes=10)


def record(part: str, write: bool = False, draws: Sequence[str] = ()) -> Callable[[View], View]:
    """Gate for the pages of a record; the view gets `patient`, and `g.may` and `g.author` are set.

    `draws` are the parts that the page shows where they are open; none named: `part`, or all of them for `any`.
    """
    drawn = draws or _drawn(part)

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(*args: Any, **kwargs: Any) -> Any:
            return view(_open(kwargs.pop("patient_id", None), part, write, drawn), *args, **kwargs)

        return stated(gated, f"record:{part}:{'write' if write else 'read'}")  # type: ignore[return-value]

    return wrap


def _drawn(part: str) -> Sequence[str]:
    return tuple(PARTS) if part == "any" else (part,)


def _open(patient_id: int | None, part: str, write: bool, drawn: Sequence[str]) -> Patient:
    who = the_person()
    g.author = who.account
    if patient_id is None:
        if who.patient is None:
            abort(404)
        g.may = Everything()
        return who.patient
    grant = grant_of_caregiver(who.account, patient_id)
    if grant is None or (part != "any" and part not in grant.parts) or (write and not grant.may_log):
        abort(404)
    g.acting_for = patient_id
    g.shared_rooms = {name.removeprefix("for_") for name in current_app.blueprints if name.startswith("for_")}
    g.may = grant.parts
    g.may_log = grant.may_log
    g.record_of = grant.patient
    note_looks(who.account, None, [patient_id], _of(drawn, grant), clock.now())
    return grant.patient


def _of(drawn: Sequence[str], grant: Grant) -> list[str]:
    return [part for part in drawn if part in grant.parts]


class Everything:
    """The parts of one's own record: all."""

    def __contains__(self, part: object) -> bool:
        return True


def grant_of_caregiver(account: Account, patient_id: int) -> Grant | None:
    """The open grant that lets the account into the record."""
    query = select(Grant).where(
        Grant.patient_id == patient_id, Grant.account_id == account.id, Grant.stopped_at.is_(None)
    )
    return db.scalars(query.order_by(Grant.id.desc())).first()


def grant_of_clinic(clinic_id: int, patient_id: int) -> Grant | None:
    """The open grant that lets the clinic into the record."""
    query = select(Grant).where(
        Grant.patient_id == patient_id, Grant.clinic_id == clinic_id, Grant.stopped_at.is_(None)
    )
    return db.scalars(query.order_by(Grant.id.desc())).first()


def care(part: str, draws: Sequence[str] = ()) -> Callable[[View], View]:
    """Gate for the clinic's pages about one patient; the view gets `patient` and `member`, `g.may` the open parts.

    `draws` is as in `record`.
    """
    drawn = draws or _drawn(part)

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(patient_id: int, *args: Any, **kwargs: Any) -> Any:
            member = the_member("clinician")
            return view(_open_patient(member, patient_id, part, drawn), member, *args, **kwargs)

        return stated(gated, f"care:{part}")  # type: ignore[return-value]

    return wrap


def _open_patient(member: Membership, patient_id: int, part: str, drawn: Sequence[str]) -> Patient:
    """The patient, if the member's clinic was let into the part (`any`: into some); 404 otherwise. Writes the looks."""
    grant = grant_of_clinic(member.clinic_id, patient_id)
    if grant is None or (part != "any" and part not in grant.parts):
        abort(404)
    g.may = grant.parts
    g.author = member.account
    note_looks(member.account, member.clinic_id, [patient_id], _of(drawn, grant), clock.now())
    return grant.patient


def note_looks(
    account: Account, clinic_id: int | None, patient_ids: Sequence[int], parts: Sequence[str], now: datetime
) -> None:
    """Write down that `account` saw these parts of these records, each once a visit, in a transaction of its own.

    Many records and many parts take as many statements as one.
    """
    seen = select(Look.patient_id, Look.part).where(Look.patient_id.in_(patient_ids), Look.account_id == account.id)
    seen = seen.where(Look.part.in_(parts), Look.looked_at > now - _SAME_VISIT)
    fresh = {*product(patient_ids, parts)} - {(patient_id, part) for patient_id, part in db.execute(seen)}
    if not fresh:
        return
    look = {"account_id": account.id, "clinic_id": clinic_id, "looked_at": now}
    with at_once() as session:
        rows = [{**look, "patient_id": patient_id, "part": part} for patient_id, part in sorted(fresh)]
        session.execute(insert(Look), rows)
