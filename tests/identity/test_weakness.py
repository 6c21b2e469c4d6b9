"""Passwords that are tried first are refused when they are chosen; what was chosen before still signs in."""

import pytest

from companion.identity.model import Account
from companion.identity.passwords import hashed, weakness
from companion.store import db
from tests.cast import PASSWORD
from tests.identity.test_sign_up import sign_up
from tests.signin.test_sign_in import sign_in


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password1234", "qwertyuiop123", "123456789012", "aaaaaaaaaaaa", "abababababab",
        "companion2026!", "Companion Companion", "eva@example.org", "EvaMoreno-1974", "northmoor2026", "Northmoor Pain Clinic",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_weak(app, cast, password):
    assert weakness(password, ["Eva Moreno", "eva@example.org"]) is not None


@pytest.mark.parametrize(
    "password",
    ["a quiet morning", "lichen and heather", "banana bread on evacuation day", "correct horse battery staple",
     "Evas Oma backt Apfelkuchen", "kJ8#vQ2!xT9p", "я люблю чай с малиной", "companion of quiet mornings"],
)  # fmt: skip
def test_words_of_ones_own_are_not(app, cast, password):
    assert weakness(password, ["Eva Moreno", "eva@example.org"]) is None


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("password1234", "Many people use this password"), ("eva@example.org", "Names are tried first")],
)
def test_it_is_said_at_the_field(app, visit, password, sentence):
    answer = sign_up(visit(None), password=password)
    assert answer.status_code == 422 and sentence in answer.text and 'id="password-error"' in answer.text
    form = {"password": PASSWORD, "new_password": password.replace("eva", "ana")}
    changed = visit("ana").post("/signin/password", form)
    assert changed.status_code == 422 and sentence in changed.text and 'id="new_password-error"' in changed.text


def test_an_old_weak_one_still_signs_in(app, visit, cast):
    db.query(Account).where(Account.id == cast.ana).update({"password_hash": hashed("password1234")})
    db.commit()
    assert sign_in(visit(None), password="password1234").status_code == 303
