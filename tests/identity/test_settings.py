"""Settings: what we call a person, and the name that their diary carries."""

import pytest

from companion.identity.model import Account, Patient
from companion.store import db

FORM = {"name": "Anita", "language": "es", "theme": "dark", "full_name": "Ana Morel", "born_on": "1974-05-02"}


def test_they_are_kept(app, visit, cast):
    ana = visit("ana")
    assert ana.post("/identity/settings", FORM).status_code == 303
    page = ana.get("/identity/settings").text
    assert 'lang="es" data-theme="dark"' in page
    assert 'value="Anita"' in page
    assert 'value="Ana Morel"' in page
    assert 'value="1974-05-02"' in page
    patient = db.get_one(Patient, cast.ana_patient)
    assert (patient.account.name, patient.name) == ("Anita", "Ana Morel")


def test_what_we_call_somebody_does_not_change_the_name_of_their_diary(app, visit, cast):
    ana = visit("ana")
    ana.post("/identity/settings", {**FORM, "language": "en"})
    ana.post("/identity/settings", {**FORM, "name": "Annie", "language": "en"})
    assert ">Ana Morel</a>" in visit("ben").get("/clinic/").text
    assert "Annie" in ana.get("/plan/").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("born_on", "2999-01-01", "This is still to come."),
        ("born_on", "0001-01-01", "This is too long ago. Please check the year."),
        ("born_on", "1700-12-31", "This is too long ago. Please check the year."),
        ("born_on", "soon", "Please write a date such as"),
        ("full_name", "\u200b\u200d", "Please fill this in."),
        ("name", "\u2800", "Please fill this in."),
        ("theme", "pink", "Please choose one of these."),
        ("language", "tlh", "Please choose a language from the list."),
    ],
)
def test_what_does_not_fit_is_refused_in_our_words(app, visit, cast, field, value, sentence):
    answer = visit("ana").post("/identity/settings", {**FORM, "language": "en", field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.get_one(Patient, cast.ana_patient).name == "Ana"


def test_who_is_very_old_may_say_so(app, visit, cast):
    assert visit("ana").post("/identity/settings", {**FORM, "born_on": "1904-02-29"}).status_code == 303


def test_who_keeps_no_diary_is_not_asked_for_its_name(app, visit, cast):
    page = visit("rosa").get("/identity/settings").text
    assert "Your clinic knows you by" not in page
    form = {"name": "Rosie", "language": "en", "theme": "auto"}
    assert visit("rosa").post("/identity/settings", form).status_code == 303
    assert db.get_one(Account, cast.rosa).name == "Rosie"
