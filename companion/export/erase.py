"""Erase what is due: every row of the account and of its record, in all tables, and on SQLite its bytes too.

The number of an account and of a record stays, as an empty row, so that no newcomer gets it: the audit log, other people's
records and phones that were away know it. Where others' records name the account, they say that somebody has left.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, String, delete, exists, select, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from companion.audit.write import note
from companion.export import whose
from companion.identity.model import Account, Patient
from companion.sharing.model import Grant
from companion.sharing.stop import stop
from companion.store import db, engine, work
from companion.words import gettext as _
from companion.words import speaking


def erase_due(now: datetime) -> int:
    """Erase every account whose time has come, each in a transaction of its own; how many were erased."""
    undecided = whose.undecided()
    if undecided:
        raise RuntimeError(f"companion.export.whose does not know what to do with {', '.join(undecided)}")
    erased = 0
    while True:
        with work():
            due = select(Account).where(Account.erases_at <= now, Account.erased_at.is_(None)).order_by(Account.id)
            account = db.scalars(due.limit(1).with_for_update(skip_locked=True)).first()
            if account is None:
                break
            _erase(account, now)
        erased += 1
    return erased


def _erase(account: Account, now: datetime) -> None:
    id, language = account.id, account.language
    patients = list(db.scalars(select(Patient.id).where(Patient.account_id == id)))
    # the people whom the account helped keep the line, which is over
    for grant in db.scalars(select(Grant).where(Grant.account_id == id, Grant.stopped_at.is_(None))):
        stop(grant, account, now)
    db.flush()
    # what an ORM object in memory still holds must not be written back
    db.expunge_all()
    if engine().dialect.name == "sqlite":
        db.connection().exec_driver_sql("PRAGMA secure_delete = ON")
    for table in reversed(whose.owned()):
        db.execute(delete(table).where(whose.belongs(table, id, patients)))
    for patient_id in patients:
        _blank(Patient, patient_id, zone="UTC")
    note(0, "erased", None, patients[0] if patients else None, now, thing=f"account {id}")
    with speaking(language):
        name = Account.name.columns(_("Someone who left"), id, id)
        _blank(Account, id, **name, created_at=now, erases_at=now, erased_at=now)


def _blank(model: type[Account] | type[Patient], id: int, **kept: object) -> None:
    """Only the number of the row and `kept` are left."""
    columns = [column for column in whose.table(model.__tablename__).columns if not column.primary_key]
    db.execute(update(model).where(model.id == id).values({column.key: _nothing(column) for column in columns} | kept))


def _nothing(column: Column) -> object:
    if column.nullable:
        return None
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return "" if isinstance(column.type, String) else None


def wash(now: datetime) -> None:
    """Leave no byte of what was erased in an SQLite file or in its log; elsewhere the database sees to that itself.

    What is erased is written over at once. VACUUM writes the file anew without what lay between its rows before; then the
    log is emptied into it. Whoever reads meanwhile is in the way of both, so the next hours do it once more.
    """
    if engine().dialect.name != "sqlite" or not _erased_since(now - timedelta(hours=3)):
        return
    raw = engine().raw_connection()
    try:
        raw.info["reading"] = False
        for step in ("query_only = OFF", "wal_checkpoint(TRUNCATE)"):
            raw.cursor().execute(f"PRAGMA {step}")
        raw.cursor().execute("VACUUM")
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def _erased_since(then: datetime) -> bool:
    with work():
        return db.scalar(select(exists().where(Account.erased_at > then))) or False
