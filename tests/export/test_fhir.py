"""fhir.json is valid FHIR R4, says what happened, and refers to nothing that is not in it."""

import json
from collections import Counter
from datetime import timedelta

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle

from companion.diary.model import Entry
from companion.diary.record import correct, remove
from companion.flares.model import Flare
from companion.identity.model import Account, Patient
from companion.medication.model import Medicine
from companion.store import db
from tests.cast import NOW
from tests.house.test_gates import things


def bundle(archive):
    return json.loads(archive.read("fhir.json"))


def resources(read, kind):
    return [entry["resource"] for entry in read["entry"] if entry["resource"]["resourceType"] == kind]


def references(value):
    if isinstance(value, list):
        return [found for each in value for found in references(each)]
    if not isinstance(value, dict):
        return []
    return [value["reference"]] if "reference" in value else references(list(value.values()))


def test_it_is_valid_and_whole(take_out, cast):
    things(cast)
    db.get(Patient, cast.ana_patient).born_on = NOW.date() - timedelta(days=20000)
    medicine = db.query(Medicine).one()
    medicine.code, medicine.stopped_at = "gabapentin", NOW
    db.commit()
    read = bundle(take_out(cast.ana))
    assert Bundle.model_validate(read).type == "collection"
    for entry in read["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    urls = [entry["fullUrl"] for entry in read["entry"]]
    assert len(urls) == len(set(urls))
    assert {*references(read)} <= {*urls}
    assert Counter(entry["resource"]["resourceType"] for entry in read["entry"]) == {
        "Patient": 1, "RelatedPerson": 1, "Practitioner": 1, "Organization": 1, "Observation": 16, "Condition": 2, "QuestionnaireResponse": 2, "MedicationStatement": 1,
        "MedicationAdministration": 2, "CarePlan": 2, "Procedure": 3}  # fmt: skip


def test_a_score_says_whose_word_it_is_and_what_became_of_it(take_out, cast):
    things(cast)
    ana = db.get(Account, cast.ana)
    mine, rosas = (db.query(Entry).filter_by(author_id=id).one() for id in (cast.ana, cast.rosa))
    correct(mine, ana, NOW, 1, felt_at=NOW, pain=7, impact=5, sleep=3, mood=6, note="", regions=())
    remove(rosas, ana, NOW)
    db.commit()
    read = bundle(take_out(cast.ana))
    pain = [
        row
        for row in resources(read, "Observation")
        if row["code"]["coding"][0].get("code") == "72514-3" and "partOf" not in row
    ]
    told = {row["performer"][0]["type"]: (row["status"], row["valueInteger"]) for row in pain}
    assert told == {"Patient": ("amended", 7), "RelatedPerson": ("entered-in-error", 4)}
    assert all(row["effectiveDateTime"] == "2026-03-10T10:00:00+01:00" for row in pain)


def test_places_are_said_in_full(take_out, cast):
    things(cast)
    read = bundle(take_out(cast.ana))
    (told, *_) = [row["bodySite"] for row in resources(read, "Observation") if "bodySite" in row]
    assert [code["code"] for code in told["coding"]] == ["back-neck", "front-knee-l"]
    assert told["text"] == "Back of neck. Spreads to: Left knee (0 of 10)"


def test_a_flare_is_a_condition_and_its_signs_an_observation(take_out, cast):
    things(cast)
    db.query(Flare).filter_by(author_id=cast.rosa).update({"removed_at": NOW, "removed_by": cast.ana})
    db.commit()
    read = bundle(take_out(cast.ana))
    told = {row["asserter"]["type"]: row for row in resources(read, "Condition")}
    mine, rosas = told["Patient"], told["RelatedPerson"]
    assert mine["clinicalStatus"]["coding"][0]["code"] == "active" and "abatementDateTime" not in mine
    assert [note["text"] for note in mine["note"]] == ["Stress or worry", "Garden work"]
    assert rosas["verificationStatus"]["coding"][0]["code"] == "entered-in-error" and "clinicalStatus" not in rosas
    signs = [row for row in resources(read, "Observation") if row["code"]["coding"][0]["code"] == "flare-signs"]
    assert {row["status"] for row in signs} == {"final", "entered-in-error"}
    assert [(part["code"]["coding"][0]["code"], part["valueBoolean"]) for part in signs[0]["component"]] == [
        ("weak", True), ("face", False)]  # fmt: skip


def test_what_was_seen_is_the_word_of_who_saw_it(take_out, cast):
    things(cast)
    read = bundle(take_out(cast.ana))
    seen = [row for row in resources(read, "Observation") if row["code"]["coding"][0]["code"] == "seen"]
    (rosas,) = [row for row in seen if row["performer"][0]["type"] == "RelatedPerson"]
    assert (rosas["valueString"], rosas["note"][0]["text"], rosas["status"]) == ("Limped", "Up the stairs", "amended")


def test_ids_are_the_same_each_time(take_out, cast):
    things(cast)
    assert [entry["fullUrl"] for entry in bundle(take_out(cast.ana))["entry"]] == [
        entry["fullUrl"] for entry in bundle(take_out(cast.ana))["entry"]]  # fmt: skip
