"""Data files say where their facts are from."""

import tomllib

import pytest

from tests.house.test_floors import PACKAGE

FILES = sorted(PACKAGE.rglob("*.toml"))


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


DEFINITIONS = [path for path in FILES if path.parent.name == "definitions"]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name)
def test_every_figure_of_a_questionnaire_has_a_source(path):
    """Its bands, how much of a change matters, and its codes each say for themselves where they are from."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["source"] and data["licence"]
    figures = [*data.get("band", ()), *(data[name] for name in ("change", "codes") if name in data)]
    assert not [figure for figure in figures if not figure.get("source")]
    assert path.name == f"{data['code']}-{data['version']}.toml"
