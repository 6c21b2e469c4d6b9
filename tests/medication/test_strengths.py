"""The strengths that are offered are those of the medicine that is being typed."""

from __future__ import annotations

import re

import pytest

from tests.medication.test_add import FORM


def offered(answer):
    """The options of the list of strengths, in their order."""
    (found,) = re.findall(r'<datalist id="strengths">(.*?)</datalist>', answer.get_data(as_text=True))
    return re.findall(r'<option value="([^"]*)">', found)


@pytest.mark.parametrize(
    ("name", "strengths"),
    [
        (" gabapentin ", ["100 mg", "300 mg", "400 mg", "600 mg", "800 mg"]),
        ("Prednisone", ["5 mg", "10 mg", "20 mg"]),
        ("Grandmother's balm", []),
        ("", []),
    ],
)
def test_they_are_those_of_the_name_from_low_to_high(sqlite_app, visit, name, strengths):
    answer = visit("ana").post("/medication/strengths", {"name": name}, {"HX-Request": "true"})
    assert answer.status_code == 200 and "<html" not in answer.get_data(as_text=True)
    assert offered(answer) == strengths


def test_the_form_asks_for_them_when_the_name_changes(sqlite_app, visit, cast):
    ana = visit("ana")
    page = ana.get("/medication/new")
    assert offered(page) == []  # and without JavaScript none are offered
    (asking,) = re.findall(r'<input id="name"[^>]*>', page.get_data(as_text=True))
    for attribute in ('trigger="change"', 'params="name"', 'target="#strengths"', 'swap="outerHTML"'):
        assert f"data-hx-{attribute}" in asking
    # the name of a medicine must not stand in an address
    assert 'data-hx-post="/medication/strengths"' in asking
    under = visit("rosa").get(f"/for/{cast.ana_patient}/medication/new").get_data(as_text=True)
    assert f'data-hx-post="/for/{cast.ana_patient}/medication/strengths"' in under


def test_a_form_with_a_name_has_them_at_once(app, visit, shelf):
    ana = visit("ana")
    assert offered(ana.get(f"/medication/{shelf.tramadol}/change")) == ["50 mg", "100 mg"]
    assert offered(ana.post("/medication/", {**FORM, "name": "Codeine", "walls": []})) == ["15 mg", "30 mg", "60 mg"]


def test_others_are_refused(sqlite_app, visit, cast):
    form = {"name": "Gabapentin"}
    assert visit(None).post("/medication/strengths", form).status_code == 401
    assert visit("dora").post(f"/for/{cast.ana_patient}/medication/strengths", form).status_code == 404
    assert visit("ben").post("/medication/strengths", form).status_code == 404
