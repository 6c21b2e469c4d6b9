"""The number of a row in an address."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

#: the last number that an id's column holds, in either database
LAST = 2**31 - 1


class Id(IntegerConverter):
    """`<int:...>`: a row's number; a larger one names nothing, so its address is 404 before any query."""

    # no more digits than LAST has, since Python refuses to read thousands of them
    regex = r"\d{1,10}"

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LAST, **kwargs})
