"""Counting what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from companion import store


@pytest.fixture
def statements():
    """`with statements() as asked`: every SELECT within the block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                asked.append(statement)

        event.listen(store.engine(), "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(store.engine(), "before_cursor_execute", note)

    return counting
