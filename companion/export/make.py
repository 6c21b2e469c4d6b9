"""Make a take-out: claim it, read the record a few hundred rows at a time, write the ZIP in sealed pieces.

The clock claims what waits and hands it to a worker with a lease. A worker renews its lease while it writes; one that
died lets it run out, and the clock hands the work out again. A later lease, a new wish or an erasure makes an older
worker stop at its next piece. So any number of clocks and workers make it once at a time, and a lost queue loses nothing.
"""

from __future__ import annotations

import io
import logging
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

import dramatiq
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, scoped_session

from companion import clock, seal
from companion.export import fhir, queries, readme, record, tables
from companion.export.model import TRIES, TakeOut, TakeOutPiece
from companion.export.person import Person
from companion.export.printed import Draw, printed
from companion.identity.model import Account, Patient
from companion.settings import Settings
from companion.sharing.model import Grant, holds
from companion.store import at_once, begin_reading, db, work
from companion.words import speaking

log = logging.getLogger("companion.export")
LEASE = timedelta(minutes=5)
#: bytes of a piece before it is sealed
PIECE = 192 * 1024
_AT_ONCE = 20
#: a worker may write one file for so long, in milliseconds
_LONGEST = 3_600_000


class Stopped(Exception):
    """Somebody else has the lease now, or the take-out is gone."""


def claim(now: datetime) -> list[tuple[int, str]]:
    """Every take-out that waits, or whose worker was lost, with a fresh lease for it."""
    waits = select(TakeOut).where(TakeOut.made_at.is_(None), TakeOut.try_at <= now, TakeOut.tries < TRIES)
    with work():
        rows = db.scalars(waits.order_by(TakeOut.id).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.lease, row.try_at, row.tries = secrets.token_urlsafe(12), now + LEASE, row.tries + 1
        return [(row.id, row.lease) for row in rows]


def make(take_out_id: int, lease: str, settings: Settings, draw: Draw) -> bool:
    """Make the take-out that `lease` still holds; whether it is whole now. `draw` renders a template for the PDF."""
    held = _Held(take_out_id, lease)
    try:
        held.take()
        begin_reading()
        person, patient = _person(held, settings)
        with speaking(person.language):
            _write(held, person, patient, draw)
        held.say(person.done, made_at=clock.now())
    except Stopped:
        return False
    finally:
        db.remove()
    return True


def _person(held: _Held, settings: Settings) -> tuple[Person, Patient | None]:
    row = db.get(TakeOut, held.id)
    if row is None:
        raise Stopped
    account, now = db.get_one(Account, row.account_id), clock.now()
    held.account_id, patient = account.id, account.patient if row.patient_id is None else _kept(row, now)
    name, zone = (patient.name, patient.zone) if patient else (account.name, "UTC")
    ids = (account.id if row.patient_id is None else None, patient.id if patient else None)
    return Person(*ids, name, account.language, zone, settings.origin, now, held.say), patient


def _kept(row: TakeOut, now: datetime) -> Patient:
    """Whose diary it is, as long as the account keeps it; raises Stopped."""
    grants = select(Grant).where(Grant.account_id == row.account_id, Grant.patient_id == row.patient_id)
    grant = db.scalars(grants.where(Grant.keeps, holds(now))).first()
    if grant is None:
        raise Stopped
    return grant.patient


def _write(held: _Held, person: Person, patient: Patient | None, draw: Draw) -> None:
    rows = queries.counts(person.account_id, person.patient_id)
    passes = {name: 1 + tables.PASSES.get(name, 0) + fhir.PASSES.get(name, 0) for name in rows}
    held.say(0, total=sum(count * passes[name] for name, count in rows.items()))
    files: dict[str, Callable[[TextIO], None]] = {"record.json": lambda out: record.write(out, person)}
    if patient is not None:
        for name, table in tables.TABLES.items():
            files[name] = lambda out, table=table: tables.write(out, table, person)  # type: ignore[misc]
        files["fhir.json"] = lambda out: fhir.write(out, person, patient)
    report = printed(person, patient, draw) if patient is not None else None
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        with _text(archive, "README.txt", person) as out:
            out.write(readme.text(person, [*files, *(["report.pdf"] if report else [])]))
        for name, write in files.items():
            with _text(archive, name, person) as out:
                write(out)
        if report:
            archive.writestr(_info("report.pdf", person), report)
    held.rest()


@contextmanager
def _text(archive: ZipFile, name: str, person: Person) -> Iterator[TextIO]:
    with archive.open(_info(name, person), "w") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as out:
        yield out


def _info(name: str, person: Person) -> ZipInfo:
    made = person.now.astimezone(ZoneInfo(person.zone))
    info = ZipInfo(name, (made.year, made.month, made.day, made.hour, made.minute, made.second))
    info.compress_type = ZIP_DEFLATED
    return info


class _Held:
    """A take-out under a lease of our own, to which a ZIP is written as to a file that cannot be rewound."""

    def __init__(self, take_out_id: int, lease: str) -> None:
        self.id, self.lease, self.account_id = take_out_id, lease, 0
        self.open, self.pieces, self.size = bytearray(), 0, 0

    def take(self) -> None:
        """Exchange the lease, so that the same message twice is made once; what an earlier worker left goes."""
        mine = secrets.token_urlsafe(12)
        with work():
            self._hold(db, lease=mine, try_at=clock.now() + LEASE, done=0)
            db.execute(delete(TakeOutPiece).where(TakeOutPiece.take_out_id == self.id))
        self.lease = mine

    def say(self, done: int, **more: object) -> None:
        """Renew the lease, and say how far it is."""
        with at_once() as session:
            self._hold(session, done=done, try_at=clock.now() + LEASE, **more)

    def write(self, content: bytes) -> int:
        """Take the next bytes of the file."""
        self.open += content
        while len(self.open) >= PIECE:
            self._keep(bytes(self.open[:PIECE]))
            del self.open[:PIECE]
        return len(content)

    def flush(self) -> None:
        """Nothing is written before a piece is whole."""

    def rest(self) -> None:
        """The file has ended."""
        self._keep(bytes(self.open))

    def _keep(self, content: bytes) -> None:
        place = f"take_out_piece.sealed:{self.id}:{self.pieces}"
        sealed = seal.sealed(b64encode(content).decode(), f"account:{self.account_id}", place)
        self.pieces, self.size, number = self.pieces + 1, self.size + len(content), self.pieces
        with at_once() as session:
            self._hold(session, try_at=clock.now() + LEASE, pieces=self.pieces, size=self.size)
            session.add(TakeOutPiece(take_out_id=self.id, number=number, sealed=sealed))

    def _hold(self, session: Session | scoped_session[Session], **values: object) -> None:
        """Write it down in `session` if the lease is still ours; raises Stopped."""
        mine = update(TakeOut).where(TakeOut.id == self.id, TakeOut.lease == self.lease, TakeOut.made_at.is_(None))
        if session.execute(mine.values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise Stopped


def register(broker: dramatiq.Broker, settings: Settings, draw: Draw) -> dramatiq.Actor[[int, str], None]:
    """Declare the actor that makes a take-out; send it what `claim` gave."""

    def take_out(take_out_id: int, lease: str) -> None:
        try:
            make(take_out_id, lease, settings, draw)
        except Exception as problem:  # noqa: BLE001 its text may hold what a person wrote, so the trace is not logged
            log.error(
                "a take-out was not made: %s", type(problem).__name__
            )  # its lease ends, and it is handed out again

    declare = dramatiq.actor(
        broker=broker, actor_name="take_out", queue_name="take_outs", max_retries=0, time_limit=_LONGEST
    )
    return declare(take_out)
