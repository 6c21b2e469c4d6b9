"""A backup is whole, or it says that it is none."""

import sqlite3
import stat
from contextlib import closing

import pytest


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_copies_what_is_there_for_its_owner_only(companion, home, tmp_path):
    companion("migrate")
    with closing(sqlite3.connect(home / "companion.sqlite3")) as database:
        database.execute("INSERT INTO clinic (name, phone, created_at) VALUES ('Northmoor', '', '2026-01-01')")
        database.commit()
        target = tmp_path / "copy.sqlite3"
        result = companion("backup", str(target))  # while it is in use
    assert result.exit_code == 0 and str(home / "companion.sqlite3") in result.stdout
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT name FROM clinic").fetchall() == [("Northmoor",)]
    assert [mode(home), mode(home / "companion.sqlite3"), mode(target)] == [0o700, 0o600, 0o600]


def test_a_home_without_a_database_is_refused_and_nothing_is_made(refused, home, tmp_path):
    target = tmp_path / "copy.sqlite3"
    assert str(home) in refused("backup", str(target))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_refused(refused, home, tmp_path):
    home.mkdir()
    sqlite3.connect(home / "companion.sqlite3").close()
    (home / "companion.sqlite3").touch()
    assert "is empty" in refused("backup", str(tmp_path / "copy.sqlite3"))
    assert not (tmp_path / "copy.sqlite3").exists()


def test_a_file_that_is_no_database_is_refused(refused, home, tmp_path):
    home.mkdir()
    (home / "companion.sqlite3").write_text("a shopping list, and then some more of it " * 40)
    assert "Nothing is backed up" in refused("backup", str(tmp_path / "copy.sqlite3"))
    assert not (tmp_path / "copy.sqlite3").exists()


@pytest.mark.parametrize("name", ["there/is/no/such/folder.sqlite3", "taken"])
def test_a_target_that_cannot_be_made_is_refused(companion, refused, tmp_path, name):
    companion("migrate")
    (tmp_path / "taken").write_text("kept")
    assert name in refused("backup", str(tmp_path / name))
    assert (tmp_path / "taken").read_text() == "kept"


def test_postgresql_has_its_own_way(refused):
    assert "pg_dump" in refused("backup", "copy", COMPANION_DATABASE_URL="postgresql://localhost/companion")
