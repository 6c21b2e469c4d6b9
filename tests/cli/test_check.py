"""`companion check audit`: proves the chains, or names the first broken event."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from companion import store
from companion.audit import heads, write

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def chains(companion, home):
    """Two chains, whose heads are kept."""
    companion("migrate")
    store.connect(f"sqlite:///{home / 'companion.sqlite3'}")
    with store.work():
        for chain in (0, 7, 7, 7):
            write.note(chain, "looked", 3, 5, NOW)
        heads.keep(home / heads.HEADS, NOW)
    store.disconnect()


def tamper(home, statement):
    with closing(sqlite3.connect(home / "companion.sqlite3")) as database:
        database.execute("DROP TRIGGER audit_event_no_update")
        database.execute("DROP TRIGGER audit_event_no_delete")
        database.execute(statement)
        database.commit()


def test_it_proves_what_is_whole(companion, chains):
    result = companion("check", "audit")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "No clinic (-5): Whole. 1 proved from the first one on; the head of event 1 is kept outside.",
        "Clinic 7: Whole. 3 proved from the first one on; the head of event 3 is kept outside.",
    ]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("UPDATE audit_event SET actor = 4 WHERE seq = 2", "Event 2 is not what was written"),
        ("DELETE FROM audit_event WHERE chain = 7 AND seq = 1", "Event 1 is missing."),
        ("DELETE FROM audit_event WHERE seq = 3", "Event 3 and all up to 3 are missing."),
        ("DELETE FROM audit_event WHERE chain = 7", "Event 1 and all up to 3 are missing."),
    ],
)
def test_it_names_the_first_broken_event(companion, home, chains, what, said):
    tamper(home, what)
    result = companion("check", "audit")
    assert result.exit_code == 1
    zero, seven = result.stdout.splitlines()
    assert zero.startswith("No clinic (-5): Whole.") and seven.startswith(f"Clinic 7: {said}")
    assert companion("check", "audit", "--clinic", "0").exit_code == 0
    assert companion("check", "audit", "--clinic", "7").exit_code == 1


def test_a_lost_key_is_said(companion, refused, home, chains):
    (home / "keys").write_text(f"2 {'A' * 43}=\n")
    result = companion("check", "audit")
    assert result.exit_code == 1
    assert result.stdout.count("Event 1 cannot be proved: key 1 is lost.") == 2
    (home / "keys").unlink()
    assert "The keys are not at" in refused("check", "audit")
    assert not (home / "keys").exists()


def test_a_file_of_heads_that_is_none_is_refused(refused, home, chains):
    (home / heads.HEADS).write_text("tampered\n")
    assert "no head of a chain" in refused("check", "audit")


def test_it_needs_a_database(refused):
    assert "companion migrate" in refused("check", "audit")


def test_whoever_the_operator_lets_in_and_out_is_written_down(companion, home):
    companion("migrate")
    companion("user", "ben@example.org", "--name", "Ben", "--clinic", "Northmoor")
    companion("user", "ben@example.org", "--remove")
    store.connect(f"sqlite:///{home / 'companion.sqlite3'}")
    with store.work() as db:
        rows = db.execute(text("SELECT chain, act, actor, thing FROM audit_event ORDER BY chain, seq")).all()
    assert [tuple(row) for row in rows] == [
        (1, "staff_joined", None, "account 1"),
        (1, "password_changed", 1, ""),
        (1, "staff_left", None, "account 1"),
    ]
    assert companion("check", "audit").stdout.startswith("Clinic 1: Whole. 3 proved")
