"""After the week everything of a person is gone, down to the bytes, and nothing of anybody else."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, inspect, select, text

from companion import store
from companion.export import whose
from companion.export.erase import erase_due, wash
from companion.export.leave import leave
from companion.export.sweep import tidy
from companion.identity.model import Account, Patient, SignIn
from companion.sharing.model import Grant
from companion.store import Base, db
from tests.cast import NOW
from tests.export.rows import fill

MARK, OTHERS = "zzmarkofana", "zzmarkofdora"
WEEK = NOW + timedelta(days=8)


def due(account_id):
    db.get(Account, account_id).erases_at = NOW
    db.commit()
    db.remove()


def dump(table, *leave_out):
    rows = db.execute(select(*(column for column in table.columns if column.key not in leave_out))).all()
    return sorted(map(repr, rows))


def marked(url, mark=MARK):
    """Where the mark still stands: the bytes of an SQLite file and its log, every column of a PostgreSQL."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return [file.name for file in sorted(path.parent.glob(f"{path.name}*")) if mark.encode() in file.read_bytes()]
    found = []
    for name in inspect(store.engine()).get_table_names():
        for column in inspect(store.engine()).get_columns(name):
            query = f'SELECT count(*) FROM "{name}" WHERE encode(CAST("{column["name"]}" AS text)::bytea, \'escape\') LIKE :mark'
            if str(column["type"]) == "BYTEA":
                query = f'SELECT count(*) FROM "{name}" WHERE position(CAST(:bytes AS bytea) IN "{column["name"]}") > 0'
            given = {"bytes": mark.encode()} if "BYTEA" in str(column["type"]) else {"mark": f"%{mark}%"}
            if db.scalar(text(query), given):
                found.append(f"{name}.{column['name']}")
    db.remove()
    return found


def test_no_byte_of_it_is_left(app, cast, database_url):
    fill(MARK, cast.ana, cast.ana_patient, cast.northmoor, cast.rosa, bare=True)
    db.remove()
    assert marked(database_url)
    due(cast.ana)
    tidy(WEEK)
    assert marked(database_url) == []


def test_no_row_of_it_is_left(app, cast):
    fill(MARK, cast.ana, cast.ana_patient, cast.northmoor, cast.rosa, bare=True)
    due(cast.ana)
    assert erase_due(WEEK) == 1
    for table in whose.owned():
        assert not db.execute(select(table).where(whose.belongs(table, cast.ana, [cast.ana_patient]))).all(), table
    account, patient = db.get(Account, cast.ana), db.get(Patient, cast.ana_patient)
    assert (account.name, account.email, account.password_hash) == ("Someone who left", "", None)
    assert (patient.account_id, patient.name, patient.born_on, patient.zone) == (None, "", None, "UTC")
    assert erase_due(WEEK) == 0


def test_everybody_else_keeps_everything(app, cast):
    fill(MARK, cast.ana, cast.ana_patient, cast.northmoor, cast.rosa, bare=True)
    # Ana is named in all that is Dora's
    fill(OTHERS, cast.dora, cast.dora_patient, cast.southfell, cast.ana, bare=True)
    mine = {table.name: db.execute(select(table).where(whose.belongs(table, cast.ana, [cast.ana_patient]))).all() for table in whose.owned()}  # fmt: skip
    before = {
        table.name: dump(table)
        for table in whose.tables()
        if table.name not in ("account", "patient", "grant", "audit_event")
    }
    due(cast.ana)
    erase_due(WEEK)
    for name, rows in before.items():
        left = [row for row in rows if row not in {*map(repr, mine.get(name, ()))}]
        assert left == [row for row in dump(whose.table(name)) if name != "grant_version" or row in left], name
    grant = db.scalars(select(Grant).where(Grant.patient_id == cast.dora_patient)).one()
    assert grant.account_id == cast.ana
    assert grant.stopped_at is not None


def test_who_helped_is_named_as_someone_who_left(app, cast, visit):
    due(cast.rosa)
    erase_due(WEEK)
    assert db.get(Account, cast.rosa).name == "Someone who left"
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    assert grant.stopped_at == WEEK
    assert db.get(Patient, cast.ana_patient).name == "Ana"


def test_only_what_is_due_goes(app, cast):
    ana = db.get(Account, cast.ana)
    leave(ana, ana.patient, db.scalars(select(SignIn).filter_by(account_id=ana.id)).one(), NOW)
    db.commit()
    assert ana.erases_at >= NOW + timedelta(days=7)
    tidy(NOW + timedelta(days=6, hours=23))
    assert db.get(Account, cast.ana).name == "Ana"
    tidy(ana.erases_at)
    db.expire_all()
    assert db.get(Account, cast.ana).name == "Someone who left"


def test_it_names_the_leaver_in_their_own_language(app, cast):
    db.get(Account, cast.ana).language = "es"
    due(cast.ana)
    erase_due(WEEK)
    assert db.get(Account, cast.ana).language == "en"


def test_erasure_knows_every_column_that_leads_to_an_account():
    assert not whose.undecided(), "Is it the account's own row (call it account_id), or does it merely name somebody?"


def test_every_table_with_a_way_to_a_person_is_owned():
    """A walk of its own over the foreign keys, so that a mistake in `whose` shows."""
    found, grew = {"account", "patient"}, True
    while grew:
        grew = False
        for table in Base.metadata.sorted_tables:
            leads = {key.column.table.name for key in table.foreign_keys}
            if table.name not in found and leads & found:
                found.add(table.name)
                grew = True
    # a clinic's own, which merely say who at the clinic wrote them
    of_a_clinic = {"measure_form", "measure_reading"}
    assert found == {"account", "patient", *of_a_clinic, *(table.name for table in whose.owned())}


def test_it_refuses_to_guess(app, cast, monkeypatch):
    strange = Table("strange", MetaData(), Column("id", Integer, primary_key=True),
                    Column("friend", Integer, ForeignKey(whose.table("account").c.id)))  # fmt: skip
    monkeypatch.setattr(whose, "tables", lambda: [*Base.metadata.sorted_tables, strange])
    due(cast.ana)
    with pytest.raises(RuntimeError, match=r"strange\.friend"):
        erase_due(WEEK)
    assert db.get(Account, cast.ana).name == "Ana"


def test_clocks_that_beat_together_erase_it_once(app, cast):
    fill(MARK, cast.ana, cast.ana_patient, cast.northmoor, cast.rosa, bare=True)
    due(cast.ana)
    with ThreadPoolExecutor(3) as clocks:
        assert sorted(clocks.map(erase_due, [WEEK] * 3)) == [0, 0, 1]


def test_whoever_reads_meanwhile_only_puts_the_last_byte_off(sqlite_app, cast, sqlite_url):
    fill(MARK, cast.ana, cast.ana_patient, cast.northmoor, cast.rosa, bare=True)
    due(cast.ana)
    reader = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM account").fetchone()
    assert erase_due(WEEK) == 1
    assert marked(sqlite_url)
    reader.close()
    wash(WEEK + timedelta(hours=1))
    assert marked(sqlite_url) == []
