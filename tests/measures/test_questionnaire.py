"""A questionnaire that a clinic loads: what fits is asked and scored as it was meant, what does not is refused by name."""

import json
from copy import deepcopy
from io import BytesIO

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.identity.model import Account, Clinic
from companion.measures.definition import read
from companion.measures.model import Answer, Form
from companion.measures.questionnaire import MOST_BYTES, Refused, convert
from companion.measures.score import asked, score
from companion.measures.switch import load, switch_on
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.measures.given import sent

WEIGHT = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def option(code, display, weight=None):
    coding = {"code": code, "display": display}
    if weight is not None:
        coding["extension"] = [{"url": WEIGHT, "valueDecimal": weight}]
    return {"valueCoding": coding}


WALKING = {
    "resourceType": "Questionnaire", "status": "active", "url": "urn:walking", "title": "Walking and back", "copyright": "Ours, 2026",
    "item": [
        {"linkId": "intro", "type": "display", "text": "Think of the last week."},
        {"linkId": "legs", "type": "group", "text": "Your legs", "item": [
            {"linkId": "walk", "type": "boolean", "text": "Could you walk?", "required": True},
            {"linkId": "far", "type": "integer", "text": "How many blocks?", "extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 0},
                {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 20}],
             "enableWhen": [{"question": "walk", "operator": "=", "answerBoolean": True}]}]},
        {"linkId": "ease", "type": "choice", "text": "How easy was it?",
         "answerOption": [option("e", "Easy", 0), option("h", "Hard", 4), option("n", "Not at all", 10)]},
        {"linkId": "weight", "type": "decimal", "text": "How heavy was your bag, in kg?",
         "enableWhen": [{"question": "ease", "operator": "=", "answerCoding": {"code": "h"}},
                        {"question": "far", "operator": ">=", "answerInteger": 5}], "enableBehavior": "any"},
        {"linkId": "why", "type": "text", "text": "What stopped you?",
         "enableWhen": [{"question": "ease", "operator": "exists", "answerBoolean": True}]},
    ],
}  # fmt: skip


def changed(change):
    """The questionnaire after `change` has been at its items."""
    source = deepcopy(WALKING)
    change(source, source["item"])
    return json.dumps(source)


def converted(scoring="sum"):
    return read({**convert(json.dumps(WALKING), "pain", scoring), "code": "own-1", "version": 1})


def test_what_we_take_is_fhir():
    assert Questionnaire.model_validate(WALKING).title == "Walking and back"


def test_it_is_read_as_it_was_meant():
    it = converted()
    assert [item.code for item in it.items] == ["intro", "walk", "far", "ease", "weight", "why"]
    assert [item.kind for item in it.items] == ["display", "boolean", "integer", "choice", "decimal", "text"]
    assert it.item("far").group == "Your legs" and it.item("far").range == (0, 20) and it.item("walk").required
    assert [option.weight for option in it.item("ease").options] == [0, 4, 10]
    assert (it.title, it.licence) == ("Walking and back", "Ours, 2026")


@pytest.mark.parametrize(
    ("said", "codes", "total", "mean"),
    [
        ({"walk": False, "ease": "n"}, "walk ease why", 10, 5),
        ({"walk": True, "far": 3, "ease": "e"}, "walk far ease why", 4, 4 / 3),
        ({"walk": True, "far": 5, "ease": "e", "weight": 2.5}, "walk far ease weight why", 8.5, 8.5 / 4),
        ({"walk": False, "ease": "h"}, "walk ease weight why", None, None),
        # blocks that are not asked about any more do not ask for the bag
        ({"walk": False, "far": 9, "ease": "e"}, "walk ease why", 0, 0),
    ],
)
def test_rules_and_scores(said, codes, total, mean):
    for scoring, wanted in (("sum", total), ("mean", mean), ("none", None)):
        it = converted(scoring)
        assert " ".join(item.code for item in asked(it, said) if item.kind != "display") == codes
        assert score(it, said) == (None if wanted is None else pytest.approx(wanted))


def test_answers_without_weights_count_by_their_place():
    text = changed(lambda _, items: items[2].update(answerOption=[option("a", "A"), option("b", "B"), {"valueString": "C"}]).__class__ and items.pop(3))  # fmt: skip
    item = read({**convert(text, "pain", "sum"), "code": "x", "version": 1}).item("ease")
    assert [(option.value, option.weight) for option in item.options] == [("a", 0), ("b", 1), ("C", 2)]


REFUSED = {
    "Line 1 is no JSON": lambda: '{"resourceType": ',
    "Line 3 is no JSON": lambda: '{"resourceType": "Questionnaire",\n"item":\n[,]}',
    '"resourceType" must be "Questionnaire"': lambda: json.dumps({"resourceType": "Bundle"}),
    "is no FHIR Questionnaire": lambda: "[1]",
    "NaN is no number": lambda: '{"a": NaN}',
    "A number in it is too long": lambda: '{"a": ' + "9" * 6000 + "}",
    "nested too deeply": lambda: "[" * 100_000,
    "This file is too large": lambda: changed(lambda q, _: q.update(description="x" * MOST_BYTES)),
    "Item far: the type date is not known here": lambda: changed(lambda _, i: i[1]["item"][1].update(type="date")),
    "Item ease: the type open-choice is not known here": lambda: changed(lambda _, i: i[2].update(type="open-choice")),
    "Item ease: it needs answers to choose from": lambda: changed(lambda _, i: i[2].pop("answerOption")),
    "Item ease: answerValueSet is not known here": lambda: changed(lambda _, i: i[2].update(answerValueSet="urn:x")),
    "Item ease: repeats is not known here": lambda: changed(lambda _, i: i[2].update(repeats=True)),
    "Item ease: some answers have a score": lambda: changed(lambda _, i: i[2]["answerOption"].append(option("x", "X"))),
    "Item ease: two of its answers are the same": lambda: changed(lambda _, i: i[2]["answerOption"].append(option("e", "Easier", 1))),
    "Item ease: the text is missing": lambda: changed(lambda _, i: i[2].pop("text")),
    "Item ease: the text is too long": lambda: changed(lambda _, i: i[2].update(text="x" * 1001)),
    "Item ease: Expression is not known here": lambda: changed(lambda _, i: i[2].update(extension=[
        {"url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"}])),
    "Item walk: this linkId stands there twice": lambda: changed(lambda _, i: i[2].update(linkId="walk")),
    "Item 3 in the questionnaire has no linkId": lambda: changed(lambda _, i: i[2].pop("linkId")),
    "Item why: its enableWhen speaks of an item": lambda: changed(lambda _, i: i[4]["enableWhen"][0].update(question="nothing")),
    "Item why: its enableWhen has an operator": lambda: changed(lambda _, i: i[4]["enableWhen"][0].update(operator="~")),
    "Item weight: its enableWhen asks for an answer that item ease cannot have": lambda: changed(
        lambda _, i: i[3]["enableWhen"][0].update(answerCoding={"code": "zzz"})),
    "Item weight: enableBehavior must be any or all": lambda: changed(lambda _, i: i[3].pop("enableBehavior")),
    "its enableWhen goes round in a circle": lambda: changed(lambda _, i: i[1]["item"][0].update(
        enableWhen=[{"question": "far", "operator": ">", "answerInteger": 1}])),
    "Item why: its enableWhen goes round in a circle": lambda: changed(lambda _, i: i[4]["enableWhen"][0].update(question="why")),
    "There are 201 items": lambda: changed(lambda q, _: q.update(
        item=[{"linkId": str(n), "type": "text", "text": "Say"} for n in range(201)])),
    "The questionnaire: there is no item in it": lambda: changed(lambda q, _: q.update(item=[])),
    "Your legs: there is no item in it": lambda: changed(lambda _, i: i[1].update(item=[])),
    "groups are nested too deeply": lambda: changed(lambda q, _: q.update(item=[nested(8)])),
    "There is nothing to add up in it": lambda: changed(lambda q, i: q.update(item=[{"linkId": "a", "type": "text", "text": "Say"}])),
    "There is no question in it": lambda: changed(lambda q, i: q.update(item=i[:1])),
    "the title: the text is missing": lambda: changed(lambda q, _: q.pop("title")),
}  # fmt: skip


def nested(deep):
    return {"linkId": f"g{deep}", "type": "group", "text": "G", "item": [
        nested(deep - 1) if deep else {"linkId": "q", "type": "boolean", "text": "Yes?"}]}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_does_not_fit_is_refused_by_name(words):
    with pytest.raises(Refused) as refused:
        convert(REFUSED[words](), "pain", "sum")
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


@pytest.mark.parametrize("text", ["<script>x</script>", "See https://example.org", "a <b>bold</b> one", "javascript:x", "www.example.org", "&#x41;"])  # fmt: skip
@pytest.mark.parametrize("where", ["title", "item", "answer", "group"])
def test_markup_addresses_and_scripts_are_refused(text, where):
    def put(source, items):
        thing = {
            "title": source,
            "item": items[2],
            "answer": items[2]["answerOption"][0]["valueCoding"],
            "group": items[1],
        }[where]
        thing[{"title": "title", "answer": "display"}.get(where, "text")] = text

    with pytest.raises(Refused, match="markup, an address or a script"):
        convert(changed(put), "pain", "sum")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(["choice", "group", "walk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["linkId", "type", "text", "item", "answerOption", "valueCoding", "enableWhen", "question", "operator", "extension", "url"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150)
@given(JSON, st.sampled_from(["item", "type", "text", "linkId", "enableWhen", "answerOption", "extension", "enableBehavior"]), st.integers(0, 4))  # fmt: skip
def test_whatever_is_sent_is_taken_or_refused(value, key, at):
    """Nothing breaks, and what is taken can be read and asked."""

    def put(_source, items):
        items[at][key] = value

    try:
        content = convert(changed(put), "pain", "sum")
    except Refused as refused:
        assert refused.problems
    else:
        assert asked(read({**content, "code": "x", "version": 1}), {})


# the clinic's page ---------------------------------------------------------------------------------------------------


def paste(visit, text, **more):
    return visit("ben").post("/clinic/questions", {"text": text, "part": "pain", "scoring": "sum", **more})


def test_it_is_loaded_switched_on_and_answered(app, visit, cast):
    ben, ana = visit("ben"), visit("ana")
    file = {"file": (BytesIO(json.dumps(WALKING).encode()), "walking.json"), "part": "pain", "scoring": "sum"}
    assert ben.post("/clinic/questions", file, content_type="multipart/form-data").status_code == 303
    form = db.query(Form).one()
    assert (form.clinic_id, form.version, form.added_by) == (cast.northmoor, 1, cast.ben)
    assert "Walking and back" in ben.get("/clinic/questions").text
    ben.post(f"/clinic/patients/{cast.ana_patient}/questions", {"instrument": form.code})
    page = ana.get("/measures/").text
    assert "Walking and back" in page
    questions = ana.get("/measures/1/new").text
    assert "Your legs" in questions and "data-when=" in questions and "Think of the last week." in questions
    answer = ana.post("/measures/1/answers", sent("yes", 7, "h", "1,5", "The <b>rain"))
    told = ana.get(answer.location).text
    assert "Your answers add up to 13.5." in told and "The &lt;b&gt;rain" in told
    assert db.query(Answer).one().said == {"walk": True, "far": 7, "ease": "h", "weight": 1.5, "why": "The <b>rain"}


def test_a_text_of_theirs_is_no_markup(sqlite_app, visit, cast):
    text = 'He " onfocus="x" said & <3'
    form = on(
        cast, changed(lambda source, items: (source.update(title=text), [item.update(text=text) for item in items]))
    )
    ana, ben = visit("ana"), visit("ben")
    pages = [ana.get("/measures/"), ana.get("/measures/1"), ana.get("/measures/1/new"), ana.get("/plan/"), ben.get("/clinic/questions"),
             ben.get(f"/clinic/patients/{cast.ana_patient}/questions"), ben.get(f"/clinic/patients/{cast.ana_patient}")]  # fmt: skip
    pages.append(ana.get(ana.post("/measures/1/answers", sent("no", "", "e", "", "x")).location))
    for page in pages:
        assert (
            page.status_code == 200
            and "&lt;3" in page.text
            and "<3" not in page.text
            and 'onfocus="x"' not in page.text
        )
    assert form.definition.title == text


def test_what_must_be_answered_is_asked_for(sqlite_app, visit, cast):
    on(cast)
    page = visit("ana").post("/measures/1/answers", sent("", "", "e"))
    assert page.status_code == 422 and "Please answer this question." in page.text


def test_an_answer_to_what_is_not_asked_is_dropped(sqlite_app, visit, cast):
    on(cast)
    visit("ana").post("/measures/1/answers", sent("no", 7, "e", "", ""))
    assert db.query(Answer).one().said == {"walk": False, "ease": "e"}


def on(cast, text=""):
    """Ben's clinic has loaded it and switched it on for Ana."""
    clinic, ben = db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.ben)
    form = load(clinic, ben, convert(text or json.dumps(WALKING), "pain", "sum"), NOW)
    grant = db.query(Grant).filter_by(clinic_id=cast.northmoor).one()
    switch_on(grant.patient, ben, clinic, form.definition, 7, NOW)
    db.commit()
    return form


def test_what_is_wrong_stands_beside_what_was_pasted(sqlite_app, visit, cast):
    text = changed(lambda _, items: items[2].update(type="date"))
    page = paste(visit, text)
    assert page.status_code == 422 and "Item ease: the type date is not known here." in page.text
    assert "How easy was it?" in page.text and not db.query(Form).all()
    assert "Please choose a file, or paste a questionnaire." in paste(visit, "").text


def test_the_same_again_is_a_version_only_if_it_changed(sqlite_app, visit, cast):
    form = on(cast)
    assert paste(visit, json.dumps(WALKING)).status_code == 303
    assert db.query(Form).count() == 1
    paste(visit, changed(lambda _, items: items.pop()))
    assert [(row.code, row.version) for row in db.query(Form).order_by(Form.id)] == [(form.code, 1), (form.code, 2)]
    # what was being answered meanwhile is taken by its own version
    ana = visit("ana")
    assert 'name="version" value="2"' in ana.get("/measures/1/new").text
    ana.post("/measures/1/answers", sent("no", "", "e", "", "Rain"))
    assert (db.query(Answer).one().version, db.query(Answer).one().said["why"]) == (1, "Rain")


def test_it_is_for_the_clinics_own_patients(sqlite_app, visit, cast):
    form = on(cast)
    db.add(Grant(patient_id=cast.ana_patient, clinic_id=cast.southfell, parts=["pain", "mood"], granted_at=NOW))
    db.commit()
    carl = visit("carl")
    assert "Walking" not in carl.get("/clinic/questions").text
    assert carl.post(f"/clinic/questions/{form.id}/removal").status_code == 404
    assert carl.post(f"/clinic/patients/{cast.ana_patient}/questions", {"instrument": form.code}).status_code == 422
    # it is off as soon as the clinic is not let in any more
    db.query(Grant).filter_by(clinic_id=cast.northmoor).update({"stopped_at": NOW})
    db.commit()
    assert "Walking" not in visit("ana").get("/measures/").text
    assert visit("ana").get("/measures/1/new").status_code == 404


def test_what_was_taken_away_is_offered_no_more(sqlite_app, visit, cast):
    form, ben = on(cast), visit("ben")
    assert ben.post(f"/clinic/questions/{form.id}/removal").status_code == 303
    assert "Walking and back" not in ben.get("/clinic/questions").text
    assert visit("abe").get("/clinic/questions").status_code == 404
    # where it is on, it stays on
    assert visit("ana").get("/measures/1/new").status_code == 200
