"""A chain of events: what is found when it is not what was written."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from companion import seal
from companion.audit import check, heads, write
from companion.audit.acts import ACTS
from companion.store import db, engine
from tests.cast import NOW

KEYS = "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


@pytest.fixture(autouse=True)
def _keys(tmp_path):
    use(tmp_path, KEYS)


def use(folder, lines):
    path = folder / "some-keys"
    path.write_text(lines, encoding="ascii")
    seal.connect(path)


def made(chain, many):
    """So many rows of a chain as they would be stored."""
    rows, before = [], write.START
    for seq in range(1, many + 1):
        facts = {"chain": chain, "seq": seq, "at": NOW + timedelta(seconds=seq), "act": "looked", "actor": 3}
        facts |= {"whose": 5, "thing": "pain", "place": "", "outcome": "done", "key": 1}
        before = write.mac(before, facts)
        rows.append({**facts, "mac": before})
    return rows


def told(rows, heads=None):
    return check.proof(1, rows, heads or {})


OTHER = {
    "chain": st.integers(2, 9),
    "at": st.datetimes(timezones=st.just(UTC)),
    "act": st.text(max_size=9),
    "actor": st.none() | st.integers(4, 99),
    "whose": st.none() | st.integers(6, 99),
    "thing": st.text(max_size=9),
    "place": st.text(min_size=1, max_size=9),
    "outcome": st.text(max_size=9),
    "mac": st.binary(max_size=40),
}


@given(st.data(), st.integers(1, 8))
def test_any_change_is_found_where_it_is(data, many):
    rows = made(1, many)
    assert told(rows) == check.Proof(1, many, "")
    at = data.draw(st.integers(0, many - 1))
    column = data.draw(st.sampled_from(sorted(OTHER)))
    rows[at][column] = data.draw(OTHER[column].filter(lambda value: value != made(1, many)[at][column]))
    found = told(rows)
    assert found.whole == at
    assert found.broken.startswith(f"Event {at + 1} is not what was written")


@given(st.data(), st.integers(2, 8))
def test_any_removal_is_found_where_it_is(data, many):
    rows, heads = made(1, many), {many: made(1, many)[-1]["mac"]}
    gone = data.draw(st.sets(st.integers(1, many), min_size=1))
    found = told([row for row in rows if row["seq"] not in gone], heads)
    assert (found.whole, found.broken != "") == (min(gone) - 1, True)
    assert f"Event {min(gone)} " in found.broken and "missing" in found.broken


@given(st.data(), st.integers(2, 8))
def test_any_swap_is_found_where_it_is(data, many):
    first, second = sorted(data.draw(st.sets(st.integers(0, many - 1), min_size=2, max_size=2)))
    # rows that trade places, and rows that trade their numbers as well
    for renumbered in (False, True):
        rows = made(1, many)
        rows[first], rows[second] = rows[second], rows[first]
        if renumbered:
            rows[first]["seq"], rows[second]["seq"] = first + 1, second + 1
        found = told(rows)
        assert (found.whole, f"Event {first + 1} is " in found.broken) == (first, True)


@given(st.data(), st.integers(1, 8))
def test_a_chain_that_is_cut_off_is_found_by_the_kept_head(data, many):
    rows, left = made(1, many), data.draw(st.integers(0, many - 1))
    assert told(rows[:left]).broken == ""
    assert told(rows[:left], {many: rows[-1]["mac"]}).broken == f"Event {left + 1} and all up to {many} are missing."


def test_a_chain_that_is_written_anew_is_found_by_the_kept_head():
    rows = made(1, 3)
    others, before = made(1, 1), made(1, 1)[0]["mac"]
    for row in rows[1:]:
        facts = {**row, "actor": 99}
        del facts["mac"]
        before = write.mac(before, facts)
        others.append({**facts, "mac": before})
    assert told(others).broken == ""
    assert told(others, {2: rows[1]["mac"]}).broken.startswith("Event 2 is not the one whose head was kept")


def test_a_lost_key_is_said(tmp_path):
    rows = made(1, 2)
    use(tmp_path, KEYS.replace("1 ", "2 "))
    assert told(rows) == check.Proof(1, 0, "Event 1 cannot be proved: key 1 is lost.")


def test_a_key_that_was_changed_proves_what_was_written_before(app, tmp_path):
    use(tmp_path, KEYS)
    write.note(7, "sign_in", 1, None, NOW)
    use(tmp_path, KEYS + "2 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
    write.note(7, "sign_in", 1, None, NOW)
    assert db.execute(text("SELECT key FROM audit_event ORDER BY seq")).scalars().all() == [1, 2]
    assert check.prove(7, {}) == check.Proof(7, 2, "")


def test_each_chain_counts_for_itself(app, tmp_path):
    for chain in (0, 7, 0, 7, 7):
        write.note(chain, "looked", 3, 5, NOW, thing="pain", place="192.0.2.0/24", outcome="refused")
    db.commit()
    rows = db.execute(text("SELECT chain, seq FROM audit_event ORDER BY chain, seq")).all()
    assert [tuple(row) for row in rows] == [(-5, 1), (-5, 2), (7, 1), (7, 2), (7, 3)]
    assert check.prove_all(tmp_path / "heads") == [check.Proof(-5, 2, ""), check.Proof(7, 3, "")]


def test_what_is_no_clinics_is_spread_by_whose_record_it_is(app, tmp_path):
    """By who acts, where it is about no record; what stands in chain 0 from before still proves, and goes on."""
    for whose, actor in ((16, 3), (5, 3), (21, 4), (15, 3), (None, 18), (None, None)):
        write.note(0, "looked", actor, whose, NOW)
    write.note_each(0, "looked", 3, [(5, "pain"), (6, "pain"), (5, "mood")], NOW)
    rows = db.execute(text("SELECT chain, seq, actor, whose FROM audit_event ORDER BY chain DESC, seq")).all()
    assert [tuple(row) for row in rows] == [
        (0, 1, 3, 16), (0, 2, None, None), (-2, 1, 18, None), (-5, 1, 3, 5), (-5, 2, 4, 21), (-5, 3, 3, 5), (-5, 4, 3, 5),
        (-6, 1, 3, 6), (-15, 1, 3, 15),
    ]  # fmt: skip
    write.note(7, "looked", 3, 5, NOW)
    path = tmp_path / "heads"
    assert heads.keep(path, NOW) == 6 and sorted(heads.read(path)) == [-15, -6, -5, -2, 0, 7]
    assert [proof.chain for proof in check.prove_all(path, 0)] == [-15, -6, -5, -2, 0]
    assert [proof.chain for proof in check.prove_all(path, 7)] == [7]
    assert not [proof for proof in check.prove_all(path) if proof.broken]


def test_two_records_of_no_clinic_do_not_wait_for_each_other(app):
    """One transaction stays open at the end of its chain; on SQLite there is one writer anyway."""
    if engine().dialect.name == "sqlite":
        return
    write.note(0, "looked", 3, 5, NOW)
    other = threading.Thread(target=lambda: (write.note(0, "looked", 3, 6, NOW), db.commit(), db.remove()))
    other.start()
    other.join(5)
    assert not other.is_alive()
    db.commit()
    assert [check.prove(chain, {}).whole for chain in (-5, -6)] == [1, 1]


def test_many_at_once_are_an_event_each(app):
    write.note(7, "sign_in", 3, None, NOW)
    write.note_each(7, "looked", 3, [(5, "pain"), (6, "list"), (8, "notes pain")], NOW)
    write.note(7, "signed_out", 3, None, NOW)
    rows = db.execute(text("SELECT seq, act, whose, thing FROM audit_event ORDER BY seq")).all()
    assert [tuple(row) for row in rows] == [
        (1, "sign_in", None, ""),
        (2, "looked", 5, "pain"),
        (3, "looked", 6, "list"),
        (4, "looked", 8, "notes pain"),
        (5, "signed_out", None, ""),
    ]
    assert check.prove(7, {}) == check.Proof(7, 5, "")


def test_an_event_goes_with_its_transaction(app):
    write.note(7, "looked", 3, 5, NOW)
    db.rollback()
    write.note(7, "signed_out", 3, None, NOW)
    db.commit()
    assert db.execute(text("SELECT seq, act FROM audit_event")).one() == (1, "signed_out")


def test_an_act_is_one_that_has_a_sentence(app):
    with pytest.raises(KeyError):
        write.note(7, "whatever", 3, 5, NOW)
    assert all("%(who)s" in str(said) or "%" not in str(said) for said in ACTS.values())


@pytest.mark.parametrize("what", ["UPDATE audit_event SET actor = 4", "DELETE FROM audit_event"])
def test_the_database_refuses_to_change_it(app, what):
    write.note(7, "looked", 3, 5, NOW)
    db.commit()
    with pytest.raises(DatabaseError, match="stays as it is"):
        db.execute(text(what))
    db.rollback()
    assert check.prove(7, {}).whole == 1


def test_postgresql_refuses_to_empty_it(app):
    if engine().dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="stays as it is"):
            db.execute(text("TRUNCATE audit_event"))
        db.rollback()


TAMPERED = [
    ("UPDATE audit_event SET act = 'sign_in' WHERE seq = 2", "Event 2 is not what was written"),
    ("UPDATE audit_event SET at = '2026-03-10 09:00:01' WHERE seq = 3", "Event 3 is not what was written"),
    ("UPDATE audit_event SET key = 9 WHERE seq = 1", "Event 1 cannot be proved: key 9 is lost"),
    ("DELETE FROM audit_event WHERE seq = 2", "Event 2 is missing"),
    ("DELETE FROM audit_event WHERE seq > 2", "Event 3 and all up to 4 are missing"),
    ("DELETE FROM audit_event", "Event 1 and all up to 4 are missing"),
]
#: SQLite takes a value of any type
MISSHAPEN = [
    ("UPDATE audit_event SET at = 'soon' WHERE seq = 3", "Event 3 is not what was written"),
    ("UPDATE audit_event SET at = 7 WHERE seq = 3", "Event 3 is not what was written"),
    ("UPDATE audit_event SET mac = 'x' WHERE seq = 2", "Event 2 is not what was written"),
    ("UPDATE audit_event SET thing = x'00' WHERE seq = 2", "Event 2 is not what was written"),
    ("UPDATE audit_event SET seq = 'x' WHERE seq = 2", "Event 2 is missing"),
]


@pytest.mark.parametrize(("what", "broken"), TAMPERED)
def test_whoever_gets_round_the_database_is_found(app, tmp_path, what, broken):
    tampered(tmp_path, what, broken)


@pytest.mark.parametrize(("what", "broken"), MISSHAPEN)
def test_a_value_of_another_type_is_found(sqlite_app, tmp_path, what, broken):
    tampered(tmp_path, what, broken)


def tampered(folder, what, broken):
    for _ in range(4):
        write.note(7, "looked", 3, 5, NOW)
    assert heads.keep(folder / "heads", NOW) == 1
    sqlite = engine().dialect.name == "sqlite"
    for statement in (
        ["DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete", what]
        if sqlite
        else ["ALTER TABLE audit_event DISABLE TRIGGER USER", what, "ALTER TABLE audit_event ENABLE TRIGGER USER"]
    ):
        db.execute(text(statement))
    assert check.prove(7, heads.read(folder / "heads")[7]).broken.startswith(broken)
    db.rollback()


def test_threads_make_one_chain(app):
    """Twelve at once, half of them into another chain; a wrong lock would refuse a number that is taken."""
    failed = []
    all_here = threading.Barrier(12)

    def append(number):
        try:
            all_here.wait()
            for _ in range(8):
                write.note(number % 2, "looked", number, 5, datetime.now(UTC))
                db.commit()
        except Exception as problem:  # noqa: BLE001 whatever it is, it is a failure of this test
            failed.append(problem)
        finally:
            db.remove()

    threads = [threading.Thread(target=append, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert [check.prove(chain, {}) for chain in (-5, 1)] == [check.Proof(-5, 48, ""), check.Proof(1, 48, "")]


def test_who_acts_is_written_down_without_being_told_again(app):
    write.begin("192.0.2.0/24")
    write.wrote("diary", 5, NOW)
    write.act_as(3, 7)
    write.wrote("therapy", 5, NOW)
    write.begin()
    write.wrote("medicines", 6, NOW)
    rows = db.execute(text("SELECT chain, seq, act, actor, whose, place FROM audit_event ORDER BY chain, seq")).all()
    assert [tuple(row) for row in rows] == [
        (-6, 1, "medicines_written", None, 6, ""),
        (-5, 1, "diary_written", None, 5, "192.0.2.0/24"),
        (7, 1, "therapy_written", 3, 5, "192.0.2.0/24"),
    ]
