"""Ask for a take-out, and fetch it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, delete, select

from companion import seal
from companion.audit.write import note
from companion.export import queries
from companion.export.model import KEPT, TakeOut, TakeOutPiece
from companion.identity.model import Account, Patient
from companion.store import at_once, begin_reading, db, insert


def ask(account: Account, now: datetime, kept: Patient | None = None) -> None:
    """Let it be made, in place of the one there is; a worker begins within seconds. `kept` as in queries.take_out."""
    _drop(queries.take_outs(account, kept).with_only_columns(TakeOut.id))
    blank = {"lease": "", "tries": 0, "done": 0, "total": 0, "pieces": 0, "size": 0}
    # a second tap at the same moment asks for the same
    whose = {"account_id": account.id, "patient_id": kept.id if kept else None}
    new = insert(TakeOut).values(**whose, asked_at=now, try_at=now, **blank)
    db.execute(new.on_conflict_do_nothing())


def fetch(row: TakeOut, patient: Patient | None, now: datetime) -> Iterator[bytes]:
    """The bytes of a take-out that is ready, a piece at a time; raises seal.LostKey at once, if the key is not here.

    It ends early if the take-out goes meanwhile. `db` is let go after each piece.
    """
    first = _piece(row.id, 0, row.account_id)
    with at_once() as session:
        note(0, "taken_out", row.account_id, patient.id if patient else None, now, session=session)
    db.remove()
    return _rest(first, row.id, row.pieces, row.account_id)


def _rest(first: bytes | None, id: int, pieces: int, account_id: int) -> Iterator[bytes]:
    piece, number = first, 0
    while piece is not None:
        yield piece
        number += 1
        piece = _piece(id, number, account_id) if number < pieces else None


def _piece(id: int, number: int, account_id: int) -> bytes | None:
    begin_reading()
    try:
        sealed = queries.piece(id, number)
    finally:
        db.remove()
    if sealed is None:
        return None
    return b64decode(seal.opened(sealed, f"account:{account_id}", f"take_out_piece.sealed:{id}:{number}"))


def drop_old(now: datetime) -> None:
    """What was made, or asked for in vain, a week ago goes."""
    made, asked = TakeOut.made_at <= now - KEPT, TakeOut.made_at.is_(None) & (TakeOut.asked_at <= now - KEPT)
    _drop(select(TakeOut.id).where(made | asked))


def _drop(ids: Select[int]) -> None:
    db.execute(delete(TakeOutPiece).where(TakeOutPiece.take_out_id.in_(ids)))
    db.execute(delete(TakeOut).where(TakeOut.id.in_(ids)))
