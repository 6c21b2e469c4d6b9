"""The trends page after five years of a heavy diary; against a bare route with the same bytes, and against ten times the rows."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from uuid import uuid4

from sqlalchemy import insert

from companion import clock, store
from companion.diary import rollup as diary
from companion.diary.model import Entry
from companion.medication import rollup as medication
from companion.medication.model import Dose, Medicine
from tests.bench.row import Client, Row, bare, home, medians, serving
from tests.cast import NOW, Cast, gather

YEARS = 5
_SAID = {"impact": 4, "sleep": 5, "mood": 6}


def heavy(cast: Cast, account: int, patient: int, entries: int, doses: int) -> None:
    """Five years with so many entries and doses a day, over six medicines."""
    random, today = Random(7), clock.now().date()
    medicines = [
        Medicine(patient_id=patient, name=f"Medicine {n}", added_by=account, started_on=today) for n in range(6)
    ]
    store.db.add_all(medicines)
    store.db.flush()
    for back in range(365 * YEARS):
        _day(
            today - timedelta(days=back),
            account,
            patient,
            [medicine.id for medicine in medicines],
            entries,
            doses,
            random,
        )
    first = today - timedelta(days=365 * YEARS)
    diary.roll_up(patient, first, today)
    medication.roll_up(patient, first, today)
    store.db.commit()


def _day(day: date, account: int, patient: int, medicines: list[int], entries: int, doses: int, random: Random) -> None:
    at = datetime.combine(day, time(12), UTC)
    by = {"patient_id": patient, "author_id": account, "digest": "", "recorded_at": at, "day": day}
    pains = [random.randint(2, 8) for _ in range(entries)]
    store.db.execute(
        insert(Entry),
        [
            {**by, **_SAID, "uuid": str(uuid4()), "felt_at": at, "zone": "UTC", "pain": pain, "note": ""}
            for pain in pains
        ],
    )
    taken = [medicines[n % 6] for n in range(doses)]
    rows = [
        {**by, "uuid": str(uuid4()), "medicine_id": medicine, "status": "taken", "taken_at": at, "reason": ""}
        for medicine in taken
    ]
    store.db.execute(insert(Dose), rows)


def rows() -> list[Row]:
    with home() as (folder, url):
        store.connect(url)
        cast = gather()
        heavy(cast, cast.ana, cast.ana_patient, 4, 6)
        heavy(cast, cast.dora, cast.dora_patient, 40, 60)
        store.disconnect()
        with serving(folder) as ours, bare(folder) as theirs:
            return _measure(folder, ours, theirs, cast)


def _measure(folder: Path, ours: str, theirs: str, cast: Cast) -> list[Row]:
    ana, dora = (Client(ours, f"companion={cast.tokens[name]}") for name in ("ana", "dora"))
    baseline, found = Client(theirs), []
    database = sqlite3.connect(folder / "companion.sqlite3", isolation_level=None, timeout=10)
    steps = count()

    def change(part: str) -> None:
        """This part of both records has changed since it was last drawn, long enough ago to be kept."""
        at = NOW + timedelta(seconds=next(steps))
        database.execute(f"UPDATE patient SET {part}_at = ?", (at.strftime("%Y-%m-%d %H:%M:%S.%f"),))

    for span, name in (("90", "90 days"), ("all", "all of five years")):
        path = f"/trends/?span={span}"
        page = ana.get(path)
        (folder / f"page-{span}").write_bytes(page)
        doings = (partial(ana.get, path), partial(dora.get, path), partial(baseline.get, f"/bytes/page-{span}"))
        for when, before in (
            ("after an entry", partial(change, "diary")),
            ("after a dose", partial(change, "medicines")),
            ("seen again", lambda: None),
        ):
            took, ten, base = medians(*doings, rounds=100, before=before)
            told = f"{took:.2f} ms, bare {base:.2f} ms, {len(page) / 1024:.0f} KB"
            found.append(Row(f"trends, {name}, {when}, times bare bytes", took / base, 4, note=told))
            found.append(Row(f"trends, {name}, {when}, ten times the rows", ten / took, 1.3, note=f"{ten:.2f} ms"))
    database.close()
    return found
