"""Where rows live: SQLite in WAL mode or PostgreSQL, one `db` for both.

`db` is a session per thread: a request, a tick or a job begins with the first use and ends with `db.remove()`.
SQLite takes its write lock at BEGIN, since a lock taken later can fail at once (35,176 errors in 4 s when measured);
`reading()` opens the same file without it, for requests that only look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in (naive is refused), aware and in UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every noun that is kept."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012 SQLAlchemy reads it from the class


db: scoped_session[Session] = scoped_session(sessionmaker(expire_on_commit=False))


def connect(url: str, threads: int = 8) -> Engine:
    """Point `db` at the database of `url` for so many threads and return its engine; an open one is let go first."""
    disconnect()
    # a request may need a second connection, to write something at once beside what it reads
    size = 2 * threads + 4
    engine = _sqlite(url, size) if url.startswith("sqlite") else _postgresql(url, size)
    db.configure(bind=engine)
    return engine


def disconnect() -> None:
    """Let go of the database, if one is open."""
    db.remove()
    engine = db.session_factory.kw.get("bind")
    if engine is not None:
        engine.dispose()
        db.session_factory.configure(bind=None)


def engine() -> Engine:
    """The engine that `db` works on; raises RuntimeError before `connect`."""
    bound = db.session_factory.kw.get("bind")
    if not isinstance(bound, Engine):
        raise RuntimeError("connect the store first")
    return bound


def _sqlite(url: str, size: int) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False}, pool_size=size)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "journal_size_limit=16777216"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        if connection.info.get("reading", False) != reading:
            connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
            connection.info["reading"] = reading
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str, size: int) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, pool_size=size)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(_WALLS, (_open.get().records, _open.get().clinic))

    return engine


class _Open(NamedTuple):
    """What this thread may touch behind PostgreSQL's row-level security."""

    #: ids of patients, with commas; `*`: all of them, for a job or a command
    records: str = "*"
    #: id of a clinic, for all that is shared with it; empty: none
    clinic: str = ""


_open: ContextVar[_Open] = ContextVar("open", default=_Open())  # noqa: B039 it cannot be changed
#: the migration `walls` has the policies that read it
_WALLS = "SELECT set_config('companion.records', %s, true), set_config('companion.clinic', %s, true)"


def wall_off() -> None:
    """No record is open to this request until a gate opens one; a second net, for a query that forgot whose it is."""
    _open.set(_Open(""))


def open_records(patient_ids: Iterable[int]) -> None:
    """Let this request touch these records, and no other."""
    _let(_Open(",".join(map(str, patient_ids))))


def open_clinic(clinic_id: int) -> None:
    """Let this request touch all records that are shared with the clinic: for its list."""
    _let(_Open("", str(clinic_id)))


def tear_down_walls() -> None:
    """Every record is open again, as it is for jobs and commands."""
    _open.set(_Open())


def _let(what: _Open) -> None:
    _open.set(what)
    if engine().dialect.name == "postgresql" and db().in_transaction():
        db.connection().exec_driver_sql(_WALLS, what)


def begin_reading() -> None:
    """Let this thread's `db` look and change nothing, without taking SQLite's write lock; call before its first use."""
    db.remove()
    db(bind=engine().execution_options(reading=True, postgresql_readonly=True))


@contextmanager
def at_once() -> Iterator[Session]:
    """Write something down and commit it at the end of the block, whatever becomes of the request.

    Beside `db` where that only reads, through it otherwise, since SQLite has one writer: so use it before the request
    writes anything else.
    """
    bind = db().bind
    if isinstance(bind, Engine) and bind.get_execution_options().get("reading"):
        with Session(engine(), expire_on_commit=False) as session, session.begin():
            yield session
    else:
        yield db()
        db.commit()


@contextmanager
def work() -> Iterator[scoped_session[Session]]:
    """`db` for a job outside a request: committed at the end of the block, rolled back if it raises, let go either way."""
    try:
        yield db
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        db.remove()


def one_at_a_time(number: int) -> None:
    """From here to the end of the transaction nobody else comes past a call with this number; SQLite has one writer anyway."""
    if engine().dialect.name == "postgresql":
        db.connection().exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (number,))


def insert(table: Any) -> sqlite.Insert | postgresql.Insert:
    """INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, in the dialect of the open database."""
    return sqlite.insert(table) if engine().dialect.name == "sqlite" else postgresql.insert(table)


class Conflict(Exception):
    """The same phone-made id came with other words than before."""


Row = TypeVar("Row")


def once(model: type[Row], patient_id: int, uuid: str, digest: str, make: Callable[[], Row]) -> tuple[Row, bool]:
    """The row that `make` builds, kept once per patient and `uuid`; the flag says whether it is new.

    `model` has columns patient_id, uuid and digest. A resend with the same `digest` gets the row of the first time;
    another digest raises Conflict.
    """
    row = _known(model, patient_id, uuid, digest)
    if row is not None:
        return row, False
    row = make()
    db.add(row)
    try:
        db.flush()
    except IntegrityError:
        # the same tap came in twice at once and the other was quicker
        db.rollback()
        row = _known(model, patient_id, uuid, digest)
        if row is None:
            raise
        return row, False
    return row, True


def _known(model: Any, patient_id: int, uuid: str, digest: str) -> Any:
    row = db.scalars(select(model).where(model.patient_id == patient_id, model.uuid == uuid)).first()
    if row is not None and row.digest != digest:
        raise Conflict(uuid)
    return row
