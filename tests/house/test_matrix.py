"""Every route, by everybody who must not pass it just now: no grant any more, another clinic, no part, no session, no proof.

`test_gates` tries each route by each role while all is well. Here one thing is changed at a time, and every route is tried
by who could pass it before. All of it is refused, so nothing is written and one database serves a whole walk. A new route
is in it by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from werkzeug.routing import Rule

from companion import store
from companion.identity.model import Account, Patient, SignIn
from companion.sharing.model import PARTS, Glass, Grant
from companion.store import db
from tests.cast import NOW, Cast
from tests.conftest import Browser, _make
from tests.house import test_gates
from tests.house.hostile import HEADERS
from tests.house.test_gates import CAST, OWNER, address, dump

stage = test_gates.stage
#: what may be written when somebody is refused
TRACES = {"audit_event", "audit_head", "bucket", "look"}
#: Ana's name in her record, which stands nowhere else
MARK = "Zaunkönigin"
OTHER_MARK = "Wiedehopf"
#: acts that a person who only found the phone must not do
SENSITIVE = {
    "sharing.invite", "visit.make", "export.ask", "export.file", "export.leave", "glass.break_it", "caring.hand_over", "signin.change_password",
    "signin.add_passkey", "signin.change_address", "clinic.invite", "office.invite", "office.change", "office.let_go", "office.review", "office.copy",
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """The app in front of the stage, and its routes with their gates."""

    app: Flask
    cast: Cast
    values: dict[str, object]
    rules: list[tuple[Rule, str]]

    def ask(self, name: str | None, rule: Rule, **instead: object) -> Any:
        """The answer to a visit, or to an empty form where there is nothing to visit."""
        browser = Browser(self.app, self.cast.tokens[name] if name else None)
        path = address(self.app, rule, {**where(rule, self.values), **instead})
        return browser.get(path) if visited(rule) else browser.post(path, data={})

    def those(self, *gates: str, under: str = "/") -> list[Rule]:
        """The routes whose gate starts with one of `gates`."""
        return [rule for rule, gate in self.rules if gate.startswith(gates) and rule.rule.startswith(under)]


def where(rule: Rule, values: dict[str, object]) -> dict[str, object]:
    """What stands in the blanks of an address: Rosa decides on the record that she keeps for Leo, and on no other."""
    kept = rule.endpoint.startswith(("for_sharing.", "for_visit.", "for_export."))
    instead = {name: values[f"kept_{name}"] for name in ("patient_id", "link_id", "invitation_id")} if kept else {}
    return {**values, **instead}


def visited(rule: Rule) -> bool:
    return "GET" in (rule.methods or ())


@pytest.fixture
def house(stage: Any, tmp_path: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    path, cast, values = stage
    app = _make(test_gates.copied(path, tmp_path), tmp_path)
    rules = [(rule, app.view_functions[rule.endpoint].gate) for rule in sorted(app.url_map.iter_rules(), key=str)]
    db.get_one(Patient, cast.ana_patient).name, db.get_one(Patient, cast.dora_patient).name = MARK, OTHER_MARK
    # as they were proved when the cast came in, which is after the clock's Tuesday
    db.execute(update(SignIn).values(created_at=NOW, seen_at=NOW, proved_at=NOW))
    db.commit()
    yield House(app, cast, values, rules)
    store.disconnect()


@pytest.fixture
def unchanged(house: House) -> Iterator[Callable[[], None]]:
    """Call it when all is set: from then on the test may leave only traces."""
    before: dict[str, list[str]] = {}
    yield lambda: before.update(dump())
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= TRACES


def right(rule: Rule, gate: str) -> str:
    """Who passes when all is well."""
    if gate.startswith("record"):
        return "rosa" if rule.rule.startswith("/for/") else "ana"
    passes = {
        "care": "ben",
        "staff": "ben",
        "clinician": "ben",
        "admin": "abe",
        "person": OWNER.get(rule.endpoint, "ana"),
    }
    kind = gate.split(":", maxsplit=1)[0]
    assert kind in passes, (
        f"No test knows who passes the gate {gate} of {rule.rule}: say so in right() of test_matrix.py"
    )
    return passes[kind]


def told(name: str | None, rule: Rule, answer: Any) -> str:
    return f"{name} {'GET' if visited(rule) else 'POST'} {rule.rule}: {answer.status}"


# no grant ------------------------------------------------------------------------------------------------------------


def stopped(cast: Cast) -> None:
    db.execute(update(Grant).values(stopped_at=NOW - timedelta(minutes=1)))


def ended(cast: Cast) -> None:
    db.execute(update(Grant).values(ends_at=NOW - timedelta(seconds=1)))


def emergency_over(cast: Cast) -> None:
    stopped(cast)
    times = {"opened_at": NOW - timedelta(hours=25), "ends_at": NOW - timedelta(hours=1)}
    db.add(Glass(account_id=cast.ben, clinic_id=cast.northmoor, patient_id=cast.ana_patient, reason="Unwell", **times))


@pytest.mark.parametrize("change", [stopped, ended, emergency_over])
def test_without_a_grant_nobody_is_let_in(house, unchanged, change):
    seen = {house.ask("ben", rule).text.count(MARK) > 0 for rule in house.those("staff", "clinician") if visited(rule)}
    assert True in seen, "Ana is on no list, so that her absence would show nothing"
    change(house.cast)
    db.commit()
    unchanged()
    for rule in house.those("record", under="/for/"):
        answer = house.ask("rosa", rule)
        assert answer.status_code == 404, told("rosa", rule, answer)
    for rule in house.those("care"):
        answer = house.ask("ben", rule)
        assert answer.status_code == 404, told("ben", rule, answer)
    for rule in house.those("staff", "clinician"):
        if visited(rule):
            assert MARK not in house.ask("ben", rule).text, rule.rule


# another clinic, another record --------------------------------------------------------------------------------------


def test_one_clinic_sees_nothing_of_another(house, unchanged):
    """Carl has a patient of his own; Ana is never among them, nor anything of hers or of her clinic."""
    db.add(Grant(patient_id=house.cast.dora_patient, clinic_id=house.cast.southfell, parts=list(PARTS), granted_at=NOW))
    db.commit()
    unchanged()
    shown = []
    for rule in house.those("staff", "clinician", "admin", "care", "person"):
        if rule.endpoint == "sharing.end_caring" or (not visited(rule) and not rule.arguments):
            continue
        answer = house.ask("carl", rule)
        if rule.arguments and not rule.rule.startswith("/signin/"):
            assert answer.status_code == 404, told("carl", rule, answer)
        assert MARK not in answer.text and "Northmoor" not in answer.text, rule.rule
        shown.append(OTHER_MARK in answer.text)
    assert any(shown), "Carl sees no patient at all, so that this shows nothing"
    for rule in house.those("staff", "clinician"):
        if visited(rule):
            assert OTHER_MARK not in house.ask("ben", rule).text, rule.rule


def test_a_thing_of_one_record_is_not_in_another_that_is_open(house, unchanged):
    """Dora lets the same people in; her record does not open what is Ana's."""
    whole = {"patient_id": house.cast.dora_patient, "parts": list(PARTS), "granted_at": NOW, "may_log": True}
    db.add_all([Grant(**whole, clinic_id=house.cast.northmoor), Grant(**whole, account_id=house.cast.rosa)])
    db.commit()
    unchanged()
    tried = 0
    for name, rules in (("rosa", house.those("record", under="/for/")), ("ben", house.those("care"))):
        for rule in rules:
            if rule.arguments > {"patient_id"}:
                answer = house.ask(name, rule, patient_id=house.cast.dora_patient)
                assert answer.status_code == 404, told(name, rule, answer)
                tried += 1
    assert tried > 20


# parts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_a_part_alone_opens_no_other(house, unchanged, part):
    db.execute(update(Grant).values(parts=[part]))
    db.commit()
    unchanged()
    for gate, name in (("record", "rosa"), ("care", "ben")):
        for rule in house.those(f"{gate}:", under="/for/" if gate == "record" else "/"):
            needed = house.app.view_functions[rule.endpoint].gate.split(":")[1]
            if needed == "share":
                continue
            if needed in {part, "any"}:
                # who writes gets further than the gate, and may find nothing there for this part
                assert not visited(rule) or house.ask(name, rule).status_code in {200, 303, 404}
                continue
            answer = house.ask(name, rule)
            assert answer.status_code == 404, told(name, rule, answer)


def test_who_only_helps_decides_on_nothing(house, unchanged):
    db.execute(update(Grant).values(keeps=False, parts=list(PARTS)))
    db.commit()
    unchanged()
    deciding = house.those("record:share", under="/for/")
    assert len(deciding) > 5
    for rule in deciding:
        answer = house.ask("rosa", rule)
        assert answer.status_code == 404, told("rosa", rule, answer)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_something(house, part):
    db.execute(update(Grant).values(parts=[part]))
    db.commit()
    for name, rules in (("rosa", house.those("record:any:read", under="/for/")), ("ben", house.those("care:any"))):
        assert any(house.ask(name, rule).status_code == 200 for rule in rules if visited(rule)), name


def test_who_may_only_look_writes_nothing(house, unchanged):
    db.execute(update(Grant).values(may_log=False, parts=list(PARTS)))
    db.commit()
    unchanged()
    writing = [
        rule
        for rule in house.those("record", under="/for/")
        if house.app.view_functions[rule.endpoint].gate.endswith(":write")
    ]
    assert len(writing) > 10
    for rule in writing:
        answer = house.ask("rosa", rule)
        assert answer.status_code == 404, told("rosa", rule, answer)


# sessions ------------------------------------------------------------------------------------------------------------


def signed_out(cast: Cast) -> None:
    db.execute(delete(SignIn))


def idle(cast: Cast) -> None:
    db.execute(update(SignIn).values(seen_at=NOW - timedelta(days=31)))


def old(cast: Cast) -> None:
    db.execute(update(SignIn).values(created_at=NOW - timedelta(days=181)))


def locked(cast: Cast) -> None:
    db.execute(update(SignIn).values(locks=True, seen_at=NOW - timedelta(minutes=16)))


@pytest.mark.parametrize(
    ("change", "page"), [(signed_out, "/signin/"), (idle, "/signin/"), (old, "/signin/"), (locked, "/signin/again")]
)
def test_without_a_session_nobody_passes(house, unchanged, change, page):
    change(house.cast)
    db.commit()
    unchanged()
    for rule, gate in house.rules:
        if gate == "anyone":
            continue
        name = right(rule, gate)
        answer = house.ask(name, rule)
        assert MARK not in answer.text, rule.rule
        if visited(rule):
            assert answer.status_code == 303 and answer.location.split("?")[0] == page, told(name, rule, answer)
        else:
            assert answer.status_code == 401, told(name, rule, answer)


def test_what_a_stranger_says_about_itself_breaks_nothing(house, unchanged):
    """Where it came from, what it keeps: read for nobody who is signed in, to bring them back after they are."""
    unchanged()
    for rule, gate in house.rules:
        path = address(house.app, rule, house.values)
        for headers in HEADERS if gate != "anyone" else ():
            browser = Browser(house.app, None)
            answers = (
                [browser.get(path, headers=headers)]
                if visited(rule)
                else [browser.post(path, sent, headers) for sent in ({}, {"note": "x"})]
            )
            for answer in answers:
                assert answer.status_code in {201, 303, 401, 410} and not re.search(rb"\bAna\b", answer.data), (
                    f"{rule.rule} with {headers}: {answer.status}"
                )


def test_a_cookie_that_is_none_opens_nothing(house, unchanged):
    unchanged()
    for rule, gate in house.rules:
        if gate != "anyone" and visited(rule):
            for token in ("", "x", "x" * 3000, "%00", "é"):
                answer = Browser(house.app, token or None).get(address(house.app, rule, house.values))
                assert answer.status_code == 303, told(token[:9], rule, answer)


# proof ---------------------------------------------------------------------------------------------------------------


def asks_again(house: House, endpoint: str) -> bool:
    """Whether `identity.gate.sure` stands under the gate of the route."""
    view = house.app.view_functions[endpoint]
    while view is not None:
        if view.__code__.co_qualname.startswith("sure."):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_what_is_sensitive_asks_again_who_it_is(house, unchanged):
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(minutes=11)))
    db.commit()
    unchanged()
    asking = [(rule, gate) for rule, gate in house.rules if asks_again(house, rule.endpoint)]
    assert {rule.endpoint for rule, _ in asking} >= SENSITIVE
    for rule, gate in asking:
        name = right(rule, gate)
        answer = house.ask(name, rule)
        if visited(rule):
            assert answer.status_code == 303 and answer.location.startswith("/signin/again"), told(name, rule, answer)
        else:
            assert answer.status_code == 401, told(name, rule, answer)


def test_to_open_more_asks_again_and_to_close_does_not(house):
    """One route does both."""
    db.execute(update(Grant).values(parts=["pain", "mood"]))
    db.execute(update(SignIn).values(proved_at=NOW - timedelta(minutes=11)))
    db.commit()
    ana, path = Browser(house.app, house.cast.tokens["ana"]), f"/sharing/grants/{house.values['grant_id']}/parts"
    assert ana.post(path, {"parts": ["pain", "mood", "notes"]}).status_code == 401
    assert ana.post(path, {"parts": ["pain"]}).status_code == 303
    assert db.get_one(Grant, house.values["grant_id"]).parts == ["pain"]


def test_who_proved_it_just_now_is_not_asked(house):
    for rule, gate in house.rules:
        if asks_again(house, rule.endpoint):
            name = right(rule, gate)
            answer = house.ask(name, rule)
            assert answer.status_code != 401 and "/signin/again" not in (answer.location or ""), told(
                name, rule, answer
            )


def test_nobody_works_at_a_clinic_without_a_second_factor(house, unchanged):
    db.execute(update(SignIn).values(strong=False))
    db.commit()
    unchanged()
    for rule in house.those("staff", "clinician", "admin", "care"):
        name = right(rule, house.app.view_functions[rule.endpoint].gate)
        answer = house.ask(name, rule)
        assert answer.status_code == 303 and answer.location.startswith("/signin/factors"), told(name, rule, answer)
        assert MARK not in answer.text, rule.rule


def test_an_account_that_is_gone_passes_nowhere(house):
    """Its cookies lie on in its browsers."""
    for name in CAST:
        assert Browser(house.app, house.cast.tokens[name]).get("/identity/more").status_code == 200
    db.execute(delete(SignIn).where(SignIn.account_id == house.cast.carl))
    db.execute(update(Account).where(Account.id == house.cast.carl).values(password_hash=None))
    db.commit()
    assert Browser(house.app, house.cast.tokens["carl"]).get("/identity/more").status_code == 303
