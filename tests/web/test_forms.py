"""Fields of our own, and our own words."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length

from companion.web.forms import Day, Line, OurForm, Walls, required, seen
from companion.words import speaking


class Sheet(OurForm):
    name = Line("Name", [required()])
    walls = Walls("At what time")


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def sent(form=Sheet, **values):
    return form(MultiDict([(name, one) for name, many in values.items() for one in many]))


@pytest.mark.parametrize("walls", [["08:00+01:00", "09:00"], ["09:00", "08:00Z"], ["08:00+01:00"], ["25:00"], ["soon"]])
def test_a_time_of_day_has_no_offset(walls):
    form = sent(name=["x"], walls=walls)
    assert not form.validate()
    assert str(form.walls.errors[0]) == "Please write a time such as 08:30."


def test_times_are_sorted_and_each_is_there_once():
    form = sent(name=["x"], walls=["09:00:30", "", "08:15", "09:00"])
    assert form.validate()
    assert [wall.isoformat("minutes") for wall in form.walls.data] == ["08:15", "09:00"]


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u200d\u2060\ufeff", "\u00ad", "\u2800", "\u3164\u115f", "\u0301", "\x07"]
)
def test_what_nobody_can_see_fills_in_nothing(text):
    form = sent(name=[text])
    assert not form.validate()
    assert str(form.name.errors[0]) == "Please fill this in."
    assert not seen(text)
    assert form.name.data == ""


@pytest.mark.parametrize("text", ["0", "Ana", "José", "李", "-", "🙂", "\u200bA"])
def test_what_can_be_seen_fills_it_in(text):
    assert sent(name=[text]).validate()


def fields():
    """Fields of WTForms with nothing said by us, and what they are sent."""
    choices = [SelectChoice("a", "A")]
    yield SelectField(choices=choices), ["b"]
    yield SelectField(choices=[SelectChoice(1, "One")], coerce=int), ["one"]
    yield SelectMultipleField(choices=choices), ["b"]
    yield SelectMultipleField(choices=choices), ["b", "c"]
    yield Line(validators=[Length(max=1)]), ["too long"]
    yield Line(validators=[Length(max=3)]), ["too long"]
    yield Line(validators=[Length(min=30)]), ["too short"]
    yield Line(validators=[DataRequired()]), [""]
    yield Line(validators=[InputRequired()]), []
    yield Day(), ["soon"]


@pytest.mark.parametrize(("field", "values"), [*fields()])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_word_is_of_wtforms(field, values, language):
    ours = {"Please choose one of these.", "This is too long. Please shorten it.", "Please check this."}
    ours.add("Please write a date such as 2026-03-10.")
    with speaking(language):
        form = sent(type("One", (OurForm,), {"one": field}), one=values)
        assert not form.validate()
        (problem,) = [str(text) for text in form.one.errors]
    assert problem in ours if language == "en" else "ield" not in problem
