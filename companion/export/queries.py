"""A person's take-out, and everything they have, oldest first, a few hundred rows at a time; removed rows are among it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import joinedload, selectinload

from companion.diary.model import Entry
from companion.export.model import Closing, TakeOut, TakeOutPiece
from companion.export.whose import belongs, owned
from companion.flares.model import Flare, FlareTick
from companion.identity.model import Account, Clinic, Patient
from companion.measures.model import Answer
from companion.medication.model import Dose, Medicine
from companion.procedures.model import Procedure
from companion.sealed import opened_row
from companion.seen.model import Seen
from companion.sharing.model import Grant
from companion.store import db
from companion.therapy.model import Programme, Session

_BATCH = 300


def take_outs(account: Account, kept: Patient | None) -> Select[TakeOut]:
    """The account's take-out of all that is its own, or of the diary that it keeps for `kept`."""
    query = select(TakeOut).where(TakeOut.account_id == account.id)
    return query.where(TakeOut.patient_id == kept.id if kept else TakeOut.patient_id.is_(None))


def take_out(account: Account, kept: Patient | None = None) -> TakeOut | None:
    """The same, whatever became of it."""
    return db.scalars(take_outs(account, kept)).first()


def piece(take_out_id: int, number: int) -> bytes | None:
    """A sealed piece; None once the take-out is gone."""
    return db.scalar(
        select(TakeOutPiece.sealed).where(TakeOutPiece.take_out_id == take_out_id, TakeOutPiece.number == number)
    )


def open_to_clinics(patient: Patient | None) -> list[str]:
    """Names of the clinics that ever had access, by name."""
    if patient is None:
        return []
    query = select(Clinic.name).join(Grant, Grant.clinic_id == Clinic.id).where(Grant.patient_id == patient.id)
    return list(db.scalars(query.distinct().order_by(Clinic.name)))


def closing(patient: Patient) -> Closing | None:
    """Who closed the record, with clinic and person; None for one that is open."""
    query = select(Closing).where(Closing.patient_id == patient.id, Closing.undone_at.is_(None))
    return db.scalars(query.options(joinedload(Closing.clinic), joinedload(Closing.closer))).first()


def entries(patient_id: int) -> Iterator[Entry]:
    """With their places and who wrote them."""
    query = select(Entry).where(Entry.patient_id == patient_id).order_by(Entry.felt_at, Entry.id)
    return _each(query.options(selectinload(Entry.sites), joinedload(Entry.author)))


def flares(patient_id: int) -> Iterator[Flare]:
    """With who wrote them down."""
    query = select(Flare).where(Flare.patient_id == patient_id).order_by(Flare.began_at, Flare.id)
    return _each(query.options(joinedload(Flare.author)))


def ticks(patient_id: int) -> Iterator[FlareTick]:
    """With their steps, flares and who did them."""
    query = select(FlareTick).where(FlareTick.patient_id == patient_id).order_by(FlareTick.done_at, FlareTick.id)
    return _each(query.options(joinedload(FlareTick.step), joinedload(FlareTick.flare), joinedload(FlareTick.author)))


def seen(patient_id: int) -> Iterator[Seen]:
    """With who saw it."""
    query = select(Seen).where(Seen.patient_id == patient_id).order_by(Seen.seen_at, Seen.id)
    return _each(query.options(joinedload(Seen.author)))


def medicines(patient_id: int) -> Iterator[Medicine]:
    """With who wrote them down."""
    query = select(Medicine).where(Medicine.patient_id == patient_id).order_by(Medicine.id)
    return _each(query.options(joinedload(Medicine.adder)))


def doses(patient_id: int) -> Iterator[Dose]:
    """With their medicines and who wrote them."""
    query = select(Dose).where(Dose.patient_id == patient_id).order_by(Dose.taken_at, Dose.id)
    return _each(query.options(joinedload(Dose.medicine), joinedload(Dose.author)))


def programmes(patient_id: int) -> Iterator[Programme]:
    """With who planned them."""
    query = select(Programme).where(Programme.patient_id == patient_id).order_by(Programme.id)
    return _each(query.options(joinedload(Programme.planner), joinedload(Programme.clinic)))


def sessions(patient_id: int) -> Iterator[Session]:
    """With their programmes and who wrote them."""
    query = select(Session).where(Session.patient_id == patient_id).order_by(Session.done_at, Session.id)
    return _each(query.options(joinedload(Session.programme), joinedload(Session.author)))


def procedures(patient_id: int) -> Iterator[Procedure]:
    """With who did them."""
    query = select(Procedure).where(Procedure.patient_id == patient_id).order_by(Procedure.done_on, Procedure.id)
    return _each(query.options(joinedload(Procedure.clinic), joinedload(Procedure.author)))


def answers(patient_id: int) -> Iterator[Answer]:
    """Answered questionnaires, with who wrote them."""
    query = select(Answer).where(Answer.patient_id == patient_id).order_by(Answer.answered_at, Answer.id)
    return _each(query.options(joinedload(Answer.author)))


def helps(account_id: int | None) -> list[tuple[Grant, str]]:
    """The grants that ever let the account into somebody's record, with that person's name."""
    query = select(Grant).where(Grant.account_id == account_id, Grant.account_id.is_not(None)).order_by(Grant.id)
    return [(grant, grant.patient.name) for grant in db.scalars(query.options(joinedload(Grant.patient)))]


def rows(table: Table, account_id: int | None, patient_id: int | None) -> Iterator[dict[str, Any]]:
    """The rows of one of the `whose.owned` tables that belong to a person, with what is sealed opened."""
    query = select(table).where(belongs(table, account_id, [patient_id] if patient_id else []))
    found = db.execute(query.order_by(*table.primary_key).execution_options(yield_per=_BATCH))
    return (opened_row(table, row) for row in found.mappings())


def root(table: Table, id: int) -> dict[str, Any]:
    """The row of the account or of the patient itself, opened as in `rows`."""
    return opened_row(table, db.execute(select(table).where(table.c.id == id)).mappings().one())


def counts(account_id: int | None, patient_id: int | None) -> dict[str, int]:
    """How many rows of each of the `whose.owned` tables belong to a person, by the table's name."""
    mine = [patient_id] if patient_id else []
    return {
        table.name: db.scalar(select(func.count()).select_from(table).where(belongs(table, account_id, mine))) or 0
        for table in owned()
    }


def names(model: type[Account] | type[Clinic], ids: set[int]) -> dict[int, str]:
    """Their names, by id."""
    found: list[Any] = [*db.scalars(select(model).where(model.id.in_(ids)))]
    return {row.id: row.name for row in found}


def _each(query: Select[Any]) -> Iterator[Any]:
    return iter(db.scalars(query.execution_options(yield_per=_BATCH)))
