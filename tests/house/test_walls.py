"""PostgreSQL keeps records apart by itself, whatever the application asks for."""

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import ProgrammingError

from companion import seal, store
from companion.diary import rollup as diary
from companion.diary.model import Entry, Revision
from companion.medication import rollup as medication
from companion.store import Base, db
from tests.cast import NOW, gather
from tests.conftest import Browser, _empty, _make
from tests.house.test_gates import TODAY, things

#: tables with a patient's id that a stranger's request must read before it is known whose they are, or that hold no health
OUTSIDE = {
    "grant": "says who may look",
    "glass": "says who may look",
    "visit_link": "its token says whose it is",
    "take_out": "its account says whose it is; what it holds is sealed",
    "closing": "says whether anybody may write",
    "invitation": "its code says whose it is",
    "look": "written for the record that was looked at",
    "delivery": "its key says whose it is",
}


@pytest.fixture
def walled(postgres_url, tmp_path):
    """PostgreSQL with Ana's things, asked by hand as the application's own role."""
    _empty(postgres_url)
    store.connect(postgres_url)
    seal.connect(tmp_path / "keys")
    cast = gather()
    things(cast)
    entry = db.query(Entry).first()
    db.add(Revision(entry_id=entry.id, version=1, said={}, replaced_at=NOW, replaced_by=cast.ana))
    diary.roll_up(cast.ana_patient, TODAY, TODAY)
    medication.roll_up(cast.ana_patient, TODAY, TODAY)
    db.commit()
    store.disconnect()
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        yield cast, connection
    engine.dispose()


def walls():
    """Each table that holds what a patient wrote, or what hangs on it."""
    of_a_patient = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name in {"patient", "entry"} for key in table.foreign_keys)
    }
    return sorted(of_a_patient - {*OUTSIDE})


def test_each_table_of_a_record_has_a_wall(walled):
    _, connection = walled
    found = connection.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"))
    assert sorted(found.scalars()) == walls(), "put the table into a migration like `walls`, or say in OUTSIDE why not"


@pytest.mark.parametrize("table", walls())
def test_nobody_goes_around_the_application(walled, table):
    cast, connection = walled

    def rows(records):
        connection.rollback()
        connection.execute(text("SELECT set_config('companion.records', :records, true)"), {"records": records})
        return connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]))

    everything = rows("*")
    assert everything, "nothing of Ana's is here to be kept from others"
    assert rows(str(cast.ana_patient)) == everything
    assert rows(f"{cast.dora_patient},{cast.ana_patient}") == everything
    for closed in ("", str(cast.dora_patient), f"{cast.ana_patient}0", "a", "1;"):
        assert rows(closed) == 0, closed
    connection.rollback()
    assert connection.scalar(select(func.count()).select_from(Base.metadata.tables[table])) == 0, "nothing was named"


def test_a_clinic_reaches_what_is_shared_with_it(walled):
    cast, connection = walled
    for clinic, reached in ((cast.northmoor, True), (cast.southfell, False)):
        connection.rollback()
        connection.execute(text("SELECT set_config('companion.clinic', :clinic, true)"), {"clinic": str(clinic)})
        assert bool(connection.scalar(select(func.count()).select_from(Entry.__table__))) == reached


def test_nobody_writes_into_anothers_record(walled):
    cast, connection = walled
    connection.execute(
        text("SELECT set_config('companion.records', :records, true)"), {"records": str(cast.dora_patient)}
    )
    with pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(
            Base.metadata.tables["medicine"].insert(),
            {"patient_id": cast.ana_patient, "name": "x", "as_needed": False, "added_by": cast.dora, "started_on": "2026-03-10"},
        )  # fmt: skip


def test_a_query_that_forgets_whose_it_is_finds_nothing_of_anothers(
    walled, postgres_url, tmp_path, monkeypatch, set_clock
):
    cast, _ = walled
    set_clock(NOW)
    app = _make(postgres_url, tmp_path)
    monkeypatch.setattr("companion.diary.queries._entries", lambda _patient, *where: select(Entry).where(*where))
    assert "Sat too long." in Browser(app, cast.tokens["ana"]).get("/diary/").text
    assert "Sat too long." not in Browser(app, cast.tokens["dora"]).get("/diary/").text
    store.disconnect()
