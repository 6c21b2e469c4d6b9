"""What was answered to questionnaires, in every form in which it is taken out."""

import csv
import io
import json

from companion.measures.model import Answer, Signal
from companion.store import db
from tests.export.test_fhir import bundle, resources
from tests.house.test_gates import things


def test_an_answer_is_a_response_and_its_score_an_observation(take_out, cast):
    things(cast)
    read = bundle(take_out(cast.ana))
    response = resources(read, "QuestionnaireResponse")[0]
    assert (
        response["questionnaire"] == "urn:companion:measure:peg|1"
        and response["authored"] == "2026-03-10T10:00:00+01:00"
    )
    assert [(item["linkId"], item["answer"]) for item in response["item"]] == [
        ("75893-8", [{"valueInteger": 4}]), ("91145-3", [{"valueInteger": 5}]), ("91146-1", [{"valueInteger": 6}])]  # fmt: skip
    score = next(each for each in resources(read, "Observation") if "derivedFrom" in each)
    assert {"system": "http://loinc.org", "code": "91147-9"} in score["code"]["coding"]
    assert score["valueQuantity"]["value"] == 5.0
    assert score["derivedFrom"][0]["reference"] == f"urn:uuid:{response['id']}"
    sources = {each["source"]["type"] for each in resources(read, "QuestionnaireResponse")}
    assert sources == {"Patient", "RelatedPerson"}


def test_each_answer_is_a_line_and_stands_in_the_record(take_out, cast):
    things(cast)
    db.query(Signal).delete()
    db.query(Answer).filter_by(author_id=cast.rosa).delete()
    db.commit()
    archive = take_out(cast.ana)
    _heading, *lines = csv.reader(io.StringIO(archive.read("questionnaires.csv").decode("utf-8-sig")))
    assert [line[2] + line[4] + line[6] for line in lines] == [f"Pain and daily life (PEG){n}5.0" for n in (4, 5, 6)]
    (row,) = json.loads(archive.read("record.json"))["measure_answer"]
    assert row["said"] == {"75893-8": 4, "91145-3": 5, "91146-1": 6}
