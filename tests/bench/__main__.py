"""`make bench`: the figures, each as a ratio against a baseline of the same run; a table, and instance/bench.json.

`python -m tests.bench push tick` runs only the named ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import checkin, clinic, memory, offline, push, signin, tick, trends, weight
from tests.bench.row import Row

ROWS: dict[str, Callable[[], list[Row]]] = {
    "checkin": checkin.rows,
    "trends": trends.rows,
    "clinic": clinic.rows,
    "tick": tick.rows,
    "push": push.rows,
    "signin": signin.rows,
    "weight": weight.rows,
    "memory": memory.rows,
    "offline": offline.rows,
}


def main() -> None:
    wanted = sys.argv[1:] or list(ROWS)
    rows = [row for name in wanted for row in ROWS[name]()]
    width = max(len(row.row) for row in rows)
    for row in rows:
        sign = ">=" if row.at_least else "<="
        print(
            f"{row.row:<{width}}  {row.value:>9.2f}  {sign} {row.target:<6g} {'ok' if row.ok else 'MISSED'}   {row.note}"
        )
    path = Path("instance/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([row.told() for row in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
