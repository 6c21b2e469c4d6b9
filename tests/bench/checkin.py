"""A check-in saved: signed in, validated, stored, rolled up, committed, answered; against a bare insert."""

from __future__ import annotations

from uuid import uuid4

from companion import store
from tests.bench.row import Client, Row, bare, home, medians, serving
from tests.cast import gather


def rows() -> list[Row]:
    with home() as (folder, url), serving(folder) as ours, bare(folder) as theirs:
        store.connect(url)
        cookie = f"companion={gather().tokens['ana']}"
        store.disconnect()
        client, baseline = Client(ours, cookie), Client(theirs)
        # the day's row exists, as for every check-in but the first
        took, base = medians(
            lambda: client.post("/diary/entries", f"uuid={uuid4()}&pain=4&at=&note="),
            lambda: baseline.post("/insert", f"uuid={uuid4()}&pain=4&at=&note="),
        )
    return [Row("check-in saved, times a bare Flask insert", took / base, 3, note=f"{took:.2f} ms, bare {base:.2f} ms")]
