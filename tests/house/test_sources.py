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
    lists = [rows for rows in data.values() if isinstance(rows, list) and rows and isinstance(rows[0], dict)]
    assert lists, f"{path}: no rows and no source"
    assert not [row for rows in lists for row in rows if not row.get("source")]
