"""The clinic's list, first page: among 10,000 patients against among 100."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert

from companion import clock, store
from companion.diary.model import DiaryDay, Entry
from companion.identity.model import Patient
from companion.schedule.model import Schedule
from companion.sharing import ranks
from companion.sharing.model import PARTS, Grant
from tests.bench.row import Client, Row, home, medians, serving
from tests.cast import Cast, gather

FEW, MANY = 100, 10_000
#: days with an entry of each patient, as far as the list looks back
DAYS = 28
_AT_ONCE = 500


def rows() -> list[Row]:
    with ExitStack() as stack:
        filled = [(folder, _fill(url, count)) for count in (FEW, MANY) for folder, url in [stack.enter_context(home())]]
        clients = [Client(stack.enter_context(serving(folder)), cookie) for folder, cookie in filled]
        for client in clients:
            assert client.get("/clinic/").count(b'class="pt"') == FEW
        few, many = medians(*(partial(client.get, "/clinic/") for client in clients), rounds=60, warm=10)
    note = f"{many:.1f} ms among {MANY:,}, {few:.1f} ms among {FEW}"
    return [Row("clinic list, 10,000 patients, times of 100", many / few, 1.5, note=note)]


def _fill(url: str, count: int) -> str:
    """So many patients share with Ben's clinic, Ana among them, with a month of entries and a session each; his cookie."""
    store.connect(url)
    cast = gather()
    random, numbers = Random(7), iter(range(1000, 1000 + count - 1))
    while some := list(islice(numbers, _AT_ONCE)):
        with store.work() as db:
            for table, rows in _patients(cast, some, random).items():
                db.execute(insert(table), rows)
    with store.work() as db:
        ranks.write_anew(db.connection(), cast.northmoor)
    store.disconnect()
    return f"companion={cast.tokens['ben']}"


def _patients(cast: Cast, numbers: list[int], random: Random) -> dict[type, list[dict[str, Any]]]:
    at, today = datetime.now(UTC), clock.now().date()
    names = {number: f"{random.choice('ÁBCDÉFGH')}nna {random.randrange(10**6)}" for number in numbers}
    of = [{"patient_id": number} for number in numbers]
    pain = {"entries": 1, "pain_sum": 4, "pain_low": 4, "pain_high": 4}
    entry = {
        "author_id": cast.ana,
        "uuid": "u",
        "digest": "",
        "zone": "UTC",
        "pain": 4,
        "felt_at": at,
        "recorded_at": at,
    }
    weekly = {"kind": "therapy", "thing_id": 0, "wall": time(10), "weekdays": "135", "starts_on": today}
    return {
        Patient: [
            {"id": number, "zone": "UTC", **Patient.name.columns(name, number, number)}
            for number, name in names.items()
        ],
        Grant: [{**who, "clinic_id": cast.northmoor, "parts": list(PARTS), "granted_at": at} for who in of],
        DiaryDay: [{**who, **pain, "day": today - timedelta(days=back)} for who in of for back in range(DAYS)],
        Entry: [{**who, **entry, "day": today} for who in of],
        Schedule: [{**who, **weekly} for who in of],
    }
