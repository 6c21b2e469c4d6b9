"""Data files say where their facts are from."""

import tomllib

import pytest

from tests.house.test_floors import PACKAGE

FILES = sorted(PACKAGE.glob("*/*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_row_has_a_source(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if data.get("source"):
        return
    rows = [
        row for rows in data.values() for row in (rows if isinstance(rows, list) else [rows]) if isinstance(row, dict)
    ]
    assert rows, f"{path}: no rows and no source"
    assert not [row for row in rows if not row.get("source")]
