"""Scores: against a table of vectors that was worked out by hand, and for any answers at all."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.measures.definition import newest, read, shipped
from companion.measures.score import alarmed, asked, band, moved, scope, score

VECTORS = tomllib.loads((Path(__file__).parent / "vectors.toml").read_text(encoding="utf-8"))["vector"]
ENDS = {"phq2": (0, 6), "phq8": (0, 24), "phq9": (0, 27), "gad2": (0, 6), "gad7": (0, 21), "peg": (0, 10), "nrs": (0, 10), "pgic": (1, 7)}  # fmt: skip
SHIPPED = st.sampled_from(sorted(newest().values(), key=lambda each: each.code))


def values(definition, answers):
    return {
        item.code: str(given) if item.kind == "choice" else given
        for item, given in zip(definition.items, answers, strict=True)
    }


@st.composite
def answered(draw, definition=None):
    """A questionnaire with an answer to each of its items, as numbers."""
    definition = definition or draw(SHIPPED)
    return definition, [draw(st.integers(*map(int, item.range))) for item in definition.items]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['instrument']}-{vector['answers']}")
def test_it_agrees_with_what_was_worked_out_by_hand(vector):
    definition = newest()[vector["instrument"]]
    said = values(definition, vector["answers"])
    wanted = vector["score"] if "score" in vector else vector["thirds"] / 3
    assert score(definition, said) == pytest.approx(wanted)
    assert band(definition, score(definition, said)) == vector["band"]
    assert alarmed(definition, said) is vector.get("alarm", False)


def test_each_questionnaire_has_vectors_and_its_published_ends():
    assert {vector["instrument"] for vector in VECTORS} == {*newest()} == {*ENDS}
    assert {code: scope(each) for code, each in newest().items()} == ENDS


@given(answered())
def test_a_score_is_within_its_ends(told):
    definition, answers = told
    low, high = scope(definition)
    assert low <= score(definition, values(definition, answers)) <= high


@given(answered(), st.data())
def test_one_open_question_is_no_score(told, data):
    definition, answers = told
    said = values(definition, answers)
    del said[data.draw(st.sampled_from(sorted(said)))]
    assert score(definition, said) is None


@given(answered(), st.data())
def test_a_higher_answer_never_lowers_a_score(told, data):
    definition, answers = told
    at = data.draw(st.integers(0, len(answers) - 1))
    more = data.draw(st.integers(answers[at], int(definition.items[at].range[1])))
    higher = [*answers[:at], more, *answers[at + 1 :]]
    assert score(definition, values(definition, higher)) >= score(definition, values(definition, answers))


@given(answered())
def test_only_the_item_about_it_asks_for_help(told):
    definition, answers = told
    said = values(definition, answers)
    assert alarmed(definition, said) is (definition.code == "phq9" and said["44260-8"] != "0")


def test_a_change_is_told_in_points_and_percent_and_measured_by_the_data_file():
    peg, phq9, phq2 = (newest()[code] for code in ("peg", "phq9", "phq2"))
    assert moved(peg, 8.0, 5.5) == moved(peg, 8.0, 5.5).__class__(-2.5, pytest.approx(-31.25), True)
    assert moved(peg, 8.0, 6.5).matters is False  # enough points, too few percent
    assert moved(peg, 1.0, 0.5).matters is False  # enough percent, too few points
    assert moved(phq9, 12, 7).matters is True
    assert moved(phq9, 12, 8).matters is False
    assert moved(phq9, 0, 3).percent is None
    assert moved(phq2, 4, 1).matters is None


def test_every_version_stays_readable():
    """A file of a version that was answered must not go or change; a new wording is a new file."""
    assert {(code, 1) for code in ENDS} <= shipped().keys()


def branching(any_):
    return read({
        "code": "x", "version": 1, "title": "X", "part": "pain", "every_days": 7, "scoring": "sum", "licence": "", "source": "",
        "item": [
            {"code": "walk", "kind": "boolean", "text": "Do you walk?"},
            {"code": "far", "kind": "integer", "text": "How far?", "minimum": 0, "maximum": 10},
            {"code": "why", "kind": "scale", "text": "How hard?", "low": {"label": "a"}, "high": {"label": "b"}, "when": [
                {"any": any_, "tests": [{"item": "walk", "op": "=", "value": True}, {"item": "far", "op": ">", "value": 5}]}]},
            {"code": "last", "kind": "scale", "text": "And then?", "low": {"label": "a"}, "high": {"label": "b"}, "when": [
                {"any": False, "tests": [{"item": "why", "op": "exists", "value": True}]}]},
        ]})  # fmt: skip


@pytest.mark.parametrize(
    ("any_", "said", "wanted"),
    [
        (True, {"walk": True, "far": 0}, ["walk", "far", "why"]),
        (False, {"walk": True, "far": 0}, ["walk", "far"]),
        (False, {"walk": True, "far": 6}, ["walk", "far", "why"]),
        (False, {"walk": True, "far": 6, "why": 2}, ["walk", "far", "why", "last"]),
        # an answer to what is not asked any more counts for nothing, nor does what hangs on it
        (False, {"walk": False, "far": 6, "why": 2, "last": 3}, ["walk", "far"]),
    ],
)
def test_what_is_not_asked_counts_for_nothing(any_, said, wanted):
    definition = branching(any_)
    assert [item.code for item in asked(definition, said)] == wanted
    whole = [code for code in wanted if code in said]
    wants = sum(float(said[code]) for code in whole) if whole == wanted else None
    assert score(definition, said) == wants


def test_another_than_is_true_without_an_answer():
    """As FHIR has it: no answer is equal to the value."""
    definition = branching(True)
    rule = definition.items[2].when[0].tests[0]
    assert rule.__class__("walk", "!=", True).holds(None) and not rule.__class__("walk", "!=", True).holds(True)
