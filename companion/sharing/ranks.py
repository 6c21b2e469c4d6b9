"""The order of a clinic's list: a rank for each grant that opens a record to it, by the patient's name.

Names are sealed, so no index can hold them; a rank says who stands before whom and nothing of the letters. A new one finds
its place by halves, opening a dozen names among 10,000, and takes the middle between its neighbours. Where no number is
left between two, all ranks of the clinic are written anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, update

from companion.identity.model import Clinic, Patient
from companion.identity.names import folded
from companion.store import Base

#: between one and the next at first: 32 others find room between two
_APART = 2**32


def place(connection: Connection, grant_id: int, clinic_id: int, patient_id: int) -> int:
    """Write the rank of the grant, which is not stopped, and return it."""
    # one at a time, or two would take the same place
    connection.execute(select(Clinic.id).where(Clinic.id == clinic_id).with_for_update(key_share=True))
    before, after = _neighbours(connection, clinic_id, patient_id)
    if before is not None and after is not None and after - before < 2:
        return write_anew(connection, clinic_id)[grant_id]
    if before is None:
        rank = 0 if after is None else after - _APART
    else:
        rank = before + _APART if after is None else (before + after) // 2
    grant = _grant()
    connection.execute(update(grant).where(grant.c.id == grant_id).values(list_rank=rank))
    return rank


def write_anew(connection: Connection, clinic_id: int) -> dict[int, int]:
    """Give every grant of the clinic that is not stopped a new rank, with room between them; the ranks by their ids."""
    grant = _grant()
    query = select(grant.c.id, grant.c.patient_id, Patient.name.column)
    query = query.join(Patient, Patient.id == grant.c.patient_id).where(*_of(grant, clinic_id))
    names = {id: _key(patient_id, value) for id, patient_id, value in connection.execute(query)}
    ranks = {id: n * _APART for n, id in enumerate(sorted(names, key=lambda id: names[id]))}
    if ranks:
        put = update(grant).where(grant.c.id == bindparam("of")).values(list_rank=bindparam("rank"))
        connection.execute(put, [{"of": id, "rank": rank} for id, rank in ranks.items()])
    return ranks


def _neighbours(connection: Connection, clinic_id: int, patient_id: int) -> tuple[int | None, int | None]:
    """The ranks between which the patient belongs; None at an end of the list."""
    grant = _grant()
    of = (*_of(grant, clinic_id), grant.c.list_rank.is_not(None), grant.c.patient_id != patient_id)
    walk = select(grant.c.list_rank, grant.c.patient_id).where(*of).order_by(grant.c.list_rank, grant.c.patient_id)
    own = _key(patient_id, _name(connection, patient_id))
    low, high = 0, connection.scalar(select(func.count()).select_from(grant).where(*of)) or 0
    before: int | None = None
    after: int | None = None
    while low < high:
        middle = (low + high) // 2
        rank, other = connection.execute(walk.limit(1).offset(middle)).one()
        if _key(other, _name(connection, other)) < own:
            low, before = middle + 1, rank
        else:
            high, after = middle, rank
    return before, after


def _name(connection: Connection, patient_id: int) -> bytes | None:
    return connection.scalar(select(Patient.name.column).where(Patient.id == patient_id))


def _key(patient_id: int, value: bytes | None) -> tuple[str, int]:
    return folded(Patient.name.opened(value, patient_id, patient_id)), patient_id


def _of(grant: Table, clinic_id: int) -> tuple[Any, ...]:
    return grant.c.clinic_id == clinic_id, grant.c.stopped_at.is_(None)


def _grant() -> Table:
    """The table of grants, whose model stands on this."""
    return Base.metadata.tables["grant"]
