"""The CSV files: a line for each thing, in the person's language, and no formula."""

import csv
import io

import pytest
from sqlalchemy import select

from companion.diary.model import Entry
from companion.diary.record import record
from companion.diary.regions import REGIONS
from companion.export.tables import cell
from companion.identity.model import Account, Patient
from companion.store import db
from tests.cast import NOW
from tests.house.test_gates import things


def lines(archive, name):
    return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula(text):
    assert cell(text) == f"'{text}"


def test_a_cell_is_otherwise_what_was_written():
    assert [cell("a=1"), cell(0), cell(None)] == ["a=1", "0", ""]


def test_there_is_a_file_a_noun(take_out, cast):
    things(cast)
    entry = db.scalars(select(Entry).where(Entry.author_id == cast.ana)).one()
    entry.note, entry.removed_at = '=HYPERLINK("x"),\nsecond "line"', NOW
    db.commit()
    archive = take_out(cast.ana)
    heading, *rows = lines(archive, "diary.csv")
    mine, rosas = (
        dict(zip(heading, row, strict=True)) for row in sorted(rows, key=lambda row: row[heading.index("Written by")])
    )
    told = ["2026-03-10", "2026-03-10 10:00", "One moment", "4", "", "5", "3", "6", '\'=HYPERLINK("x"),\nsecond "line"', "Ana", "", "2026-03-10 10:00"]  # fmt: skip
    asked = ["Day", "Time", "About", "Pain, 0 to 10", "Worst pain, 0 to 10", "What it stops, 0 to 10", "Sleep, 0 to 10",
        "Mood, 0 to 10", "Note", "Written by", "How it was written", "Removed at"]  # fmt: skip
    assert [mine[name] for name in asked] == told
    assert (rosas["Written by"], rosas["Removed at"]) == ("Rosa", "")
    assert lines(archive, "places.csv")[0] == [
        "Day", "Place", "Side", "Pain, 0 to 10", "Pain there, 0 to 10", "It spreads to here", "Entry"]  # fmt: skip
    assert [row[:6] for row in lines(archive, "places.csv")[1:3]] == [
        ["2026-03-10", "Back of neck", "middle", "4", "", ""], ["2026-03-10", "Left knee", "left", "4", "0", "yes"]]  # fmt: skip
    assert lines(archive, "flares.csv")[1][:7] == [
        "2026-03-10", "2026-03-10 10:00", "", "Stress or worry", "Garden work",
        "Is a leg or an arm weak or numb, and is that new or worse?", "Ana"]  # fmt: skip
    assert [row[2:4] for row in lines(archive, "flare_steps.csv")[1:]] == [["Lie down", "Ana"], ["Lie down", "Rosa"]]
    assert lines(archive, "seen.csv")[2][2:5] == ["Limped", "Up the stairs", "Rosa"]
    assert lines(archive, "doses.csv")[1][2:5] == ["Gabapentin 300 mg", "1 capsule", "Taken"]
    assert lines(archive, "sessions.csv")[1][2:6] == ["Back", "Done", "5", "3"]
    assert lines(archive, "procedures.csv")[1][:4] == [
        "2026-03-10",
        "Epidural steroid injection",
        "Northmoor Pain Clinic",
        "Ben",
    ]


def test_the_side_of_a_place_is_the_persons_own(take_out, cast):
    ana, sided = db.get(Account, cast.ana), [region for region in REGIONS.region if region["side"] != "middle"]
    record(db.get(Patient, cast.ana_patient), ana, "one", "", NOW, 4, NOW, regions=[region["code"] for region in sided])
    db.commit()
    _, *rows = lines(take_out(cast.ana), "places.csv")
    assert sorted((row[1], row[2]) for row in rows) == sorted((region["label"], region["side"]) for region in sided)
    assert all(row[2] in row[1].lower() for row in rows)


def test_it_speaks_the_persons_language(take_out, cast):
    things(cast)
    db.get(Account, cast.ana).language = "es"
    db.commit()
    archive = take_out(cast.ana)
    assert lines(archive, "places.csv")[1][1] != "Back of neck"
    text = archive.read("README.txt").decode()
    assert all(name in text for name in archive.namelist() if name != "README.txt")
    assert "Europe/Berlin" in text
