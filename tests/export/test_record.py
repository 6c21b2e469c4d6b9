"""record.json holds everything of a person, and no secret."""

import io
from datetime import timedelta

from pypdf import PdfReader

from companion.diary.record import correct, record, remove
from companion.export import printed, whose
from companion.identity.model import Account, Patient
from companion.store import db
from tests.cast import NOW
from tests.export.conftest import record as read
from tests.export.rows import fill
from tests.house.test_gates import ROSAS, UUID, things

#: what opens an account, reaches a phone, or is only for the machinery
SECRETS = (
    "hash",
    "digest",
    "reached",
    "auth",
    "lease",
    "list_rank",
    "secret",
    "sealed",
    "public_key",
    "token",
)


def test_every_table_is_in_it(take_out, cast):
    rows = fill("zzmark", cast.ana, cast.ana_patient, cast.northmoor, cast.rosa)
    told = read(take_out(cast.ana))
    for table in whose.owned():
        if table.name.startswith("take_out"):
            continue
        found = told[table.name] + told.get(f"{table.name}_by_others", [])
        assert found, table.name
        kept = {column.key: rows[table.name][column.key] for column in table.columns if column.key in found[0] and isinstance(rows[table.name].get(column.key), str)}  # fmt: skip
        assert any(kept.items() <= row.items() for row in found), table.name


def test_no_secret_is_in_it(take_out, cast):
    fill("zzmark", cast.ana, cast.ana_patient, cast.northmoor, cast.rosa)
    told = read(take_out(cast.ana))
    keys = {key for name, rows in told.items() if isinstance(rows, list) for row in rows for key in row}
    assert not [key for key in keys if any(secret in key for secret in SECRETS) and key != "author_id"]
    assert told["sign_in"][0]["device"]
    assert told["device"][0]["label"]


def test_every_version_and_removal_is_in_it(take_out, cast):
    ana, patient = db.get(Account, cast.ana), db.get(Patient, cast.ana_patient)
    entry, _ = record(patient, ana, UUID, "1", NOW, 4, NOW, note="first words")
    db.commit()
    correct(
        entry,
        ana,
        NOW + timedelta(minutes=1),
        1,
        felt_at=NOW,
        pain=5,
        impact=None,
        sleep=None,
        mood=None,
        note="second words",
        regions=(),
    )
    remove(entry, ana, NOW + timedelta(minutes=2))
    db.commit()
    told = read(take_out(cast.ana))
    assert [(row["note"], row["version"], bool(row["removed_at"])) for row in told["entry"]] == [
        ("second words", 2, True)
    ]
    assert [row["said"]["note"] for row in told["revision"]] == ["first words"]


def test_what_others_wrote_stands_apart_with_their_names(take_out, cast):
    things(cast)
    told = read(take_out(cast.ana))
    assert [row["uuid"] for row in told["entry"]] == [UUID]
    assert [row["uuid"] for row in told["entry_by_others"]] == [ROSAS]
    assert told["people"][str(cast.rosa)] == "Rosa"
    assert told["clinics"] == {str(cast.northmoor): "Northmoor Pain Clinic"}
    assert told["entry"][0]["felt_at"] == NOW.isoformat()


def test_sealed_words_are_opened_in_it(take_out, cast):
    things(cast)
    told = read(take_out(cast.ana))
    assert (told["flare"][0]["words"], told["flare_step"][0]["text"]) == ("Garden work", "Lie down")
    assert (told["seen_by_others"][0]["note"], told["seen"][0]["note"]) == ("Up the stairs", "Up the stairs")
    assert told["seen_version"][0]["said"]["note"] == "Up the stair"


def test_an_account_without_a_record_takes_out_what_it_has(take_out, cast):
    things(cast)
    archive = take_out(cast.rosa)
    told = read(archive)
    assert sorted(archive.namelist()) == ["README.txt", "record.json"]
    assert "patient" not in told
    assert told["account"][0]["email"] == "rosa@example.org"
    assert ("Ana", ["pain", "medicines", "therapy"]) in [(each["name"], each["parts"]) for each in told["helps"]]
    # and nothing of Ana's diary
    assert told["entry"] == told["entry_by_others"] == []


def test_nothing_of_another_record_is_in_it(take_out, cast):
    things(cast)
    fill("zzdoras", cast.dora, cast.dora_patient, cast.southfell, cast.ana)
    archive = take_out(cast.ana)
    told = read(archive)
    # but the name of the person whom Ana helps
    assert told.pop("helps")[-1]["name"].startswith("zzdoras-patient-name")
    assert "zzdoras" not in str(told)
    assert not [name for name in archive.namelist() if b"zzdoras" in archive.read(name) and name != "record.json"]


def test_a_report_to_print_is_in_it(take_out, cast):
    things(cast)
    archive = take_out(cast.ana)
    assert "Gabapentin" in PdfReader(io.BytesIO(archive.read("report.pdf"))).pages[0].extract_text()
    assert "report.pdf" in archive.read("README.txt").decode()


def test_all_the_rest_is_made_without_it(take_out, cast, monkeypatch):
    def away(_sheet):
        raise printed.NotMade

    monkeypatch.setattr(printed, "pdf", away)
    archive = take_out(cast.ana)
    assert "report.pdf" not in archive.namelist()
    assert "report.pdf" not in archive.read("README.txt").decode()
