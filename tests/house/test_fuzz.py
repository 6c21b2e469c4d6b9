"""Every form and every address, with values that no page of ours sends: nothing breaks, nothing comes back as markup.

The forms are those of the pages themselves, as the right person sees them, so that a new form is in it by itself. Each
example meets the same database. The examples are always the same ones; `FUZZ=400 pytest tests/house/test_fuzz.py` tries so
many others of each.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from companion import store
from companion.identity.model import Account, Clinic
from companion.sharing.invite import invite_patient
from companion.store import db
from tests.cast import NOW
from tests.conftest import ORIGIN, Browser, _make
from tests.house import test_gates
from tests.house.hostile import (
    HEADERS,
    JSON,
    MARKUP,
    NAMES,
    TOKEN,
    UUID,
    VALUE,
    VALUES,
    WORKED_OUT,
    Sent,
    encoded,
    filled,
    forms,
    query_names,
)
from tests.house.test_gates import address, dump, routes
from tests.house.test_matrix import TRACES, right, where

stage = test_gates.stage
FORM = "application/x-www-form-urlencoded"
MORE = int(os.environ.get("FUZZ", "0"))
FUZZED = settings(
    max_examples=MORE or 12,
    deadline=None,
    derandomize=not MORE,
    database=None,
    # what went wrong is told with the whole request, so nothing is made smaller, which takes minutes
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: a report is drawn by a process of its own
SLOW = settings(FUZZED, max_examples=MORE // 20 or 2)
QUERIES = query_names()
RULES = [rule for rule in routes() if not rule.rule.startswith(("/assets/", "/demo"))]
POSTS = [rule for rule in RULES if "POST" in (rule.methods or ())]
GETS = [rule for rule in RULES if "GET" in (rule.methods or ())]
#: forms that scripts send, by endpoint: the fields that they fill
SCRIPTS = {
    "reminders.listen": {"endpoint": "https://fcm.googleapis.com/x", "p256dh": "x", "auth": "x", "wanted": "y"},
    "reminders.unlisten": {"endpoint": "https://fcm.googleapis.com/x"},
    "reminders.receipt": {"kind": "shown"},
    "reminders.done": {"at": "", "uuid": UUID},
    "reminders.later": {"at": "", "uuid": UUID},
    "reminders.travel": {"zone": "Europe/Paris"},
}
#: any field of any form, for what has none of its own on the pages that a test can open
ANYTHING = {
    "uuid": UUID,
    "at": "",
    "email": "eve@example.org",
    "password": "lichen and heather",
    "credential": "{}",
    "code": "0000-0000",
}


class Quick:
    """Stands in for argon2, which takes 35 ms each time."""

    def hash(self, password: str) -> str:
        return f"quick:{password}"

    def verify(self, stored: str, password: str) -> bool:
        return stored == self.hash(password)


@pytest.fixture(scope="module")
def world(stage: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The app on a copy of the stage that `world.anew()` brings back; `world.browser(name)`, and the forms of the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("companion.clock.now", lambda: NOW)
        patch.setattr("companion.identity.passwords._hasher", Quick())
        patch.setattr("companion.identity.signin._SEEN_EVERY", NOW - NOW.min.replace(tzinfo=NOW.tzinfo))
        yield _world(stage, tmp_path_factory.mktemp("fuzz"))
    store.disconnect()


def _world(stage: Any, home: Any) -> Any:
    path, cast, values = stage
    source, copy = home / "source.sqlite3", home / "copy.sqlite3"
    shutil.copy(path, source)
    shutil.copy(path.with_name("keys"), home / "keys")
    _make(f"sqlite:///{source}", home)
    carl, southfell = db.get(Account, cast.carl), db.get(Clinic, cast.southfell)
    code = invite_patient(southfell, carl, "Ana", NOW)[1]
    # what the people are called, so that a page which forgets to escape one shows it
    db.commit()
    store.disconnect()
    for suffix in ("-wal", "-shm"):
        source.with_name(source.name + suffix).unlink(missing_ok=True)

    def anew() -> None:
        store.engine().dispose()
        db.remove()
        for suffix in ("-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copy(source, copy)

    def browser(name: str | None) -> Browser:
        new = Browser(app, cast.tokens[name] if name else None)
        for cookie, value in (("form", TOKEN), ("code", code), ("invited", "0000-0000-0000")):
            new.client.set_cookie(cookie, value)
        return new

    shutil.copy(source, copy)
    app = _make(f"sqlite:///{copy}", home)
    world = SimpleNamespace(app=app, values=values, anew=anew, browser=browser, forms=defaultdict(set))
    # the page for no network holds forms that its script fills with addresses
    for rule in (rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and "offline" not in rule.rule):
        for name in _readers(world, rule):
            path = address(app, rule, where(rule, values))
            page = browser(name).get(path)
            if page.mimetype == "text/html":
                for method, form in forms(page.text, path):
                    world.forms[method, _endpoint(app, form.path, method, path)].add((name, form))
    world.anew()
    return world


def _readers(world: Any, rule: Rule) -> tuple[str | None, ...]:
    """Who opens a page: the one whom its gate lets in; strangers and people where anybody may."""
    gate = world.app.view_functions[rule.endpoint].gate
    if gate == "anyone":
        return (None, "ana", "rosa")
    return (right(rule, gate), "rosa") if gate == "person" else (right(rule, gate),)


def _endpoint(app: Any, path: str, method: str, page: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(path, method.upper())[0])
    except HTTPException as wrong:
        raise AssertionError(f"{page} has a form that nobody takes: {method} {path}: {wrong}") from None


def judge(answer: Any, told: str) -> None:
    assert answer.status_code < 500, told
    assert not any(sign in value for _, value in answer.headers for sign in "\r\n\0"), told
    # browsers take a backslash for a slash
    to = urljoin(ORIGIN, answer.headers.get("Location", "").replace("\\", "/"))
    assert to == ORIGIN or to.startswith(f"{ORIGIN}/"), told
    if answer.mimetype != "text/html":
        return
    text = answer.get_data(as_text=True)
    assert WORKED_OUT not in text, told
    if "zz-" in text:
        page = html5lib.parse(text, namespaceHTMLElements=False)
        assert not [
            element
            for element in page.iter()
            if "zz-" in str(element.tag) or any("zz-" in str(name) for name in element.attrib)
        ], told


def named(rule: Rule) -> str:
    return f"{rule.rule} {rule.endpoint}"


def tried_on(rule: Rule) -> settings:
    return SLOW if "pdf" in rule.rule or rule.endpoint.startswith("export.file") else FUZZED


@pytest.mark.parametrize("rule", POSTS, ids=named)
def test_a_form_breaks_nothing(rule, world):
    known = sorted(world.forms["post", rule.endpoint], key=repr)
    if not known:
        path, name = address(world.app, rule, where(rule, world.values)), _readers(world, rule)[0]
        known = [(name, Sent(path, tuple(SCRIPTS.get(rule.endpoint, ANYTHING).items())))]
    body = st.one_of(
        [
            filled(form.fields, NAMES).map(lambda sent, case=(name, form.path): (*case, sent, FORM))
            for name, form in known
        ]
    )
    other = st.tuples(
        st.just(known[0][0]), st.just(known[0][1].path), st.sampled_from(JSON), st.just("application/json")
    )

    @tried_on(rule)
    @given(st.one_of(body, body, body, body, other), st.sampled_from(HEADERS))
    def send(case, headers):
        name, path, sent, kind = case
        world.anew()
        answer = world.browser(name).post(path, sent, headers=headers, content_type=kind)
        judge(answer, f"{name} POST {path} with {sent[:900]!r} and {headers}")

    send()


@pytest.mark.parametrize("rule", GETS, ids=named)
def test_an_address_breaks_nothing(rule, world):
    names, path = _readers(world, rule), address(world.app, rule, where(rule, world.values))
    known = {field: value for _, form in world.forms["get", rule.endpoint] for field, value in form.fields}
    asked = filled(tuple({**dict.fromkeys(QUERIES, ""), **known}.items()), NAMES)

    @tried_on(rule)
    @given(st.sampled_from(names), asked, st.sampled_from(HEADERS))
    def ask(name, sent, headers):
        answer = world.browser(name).get(f"{path}?{sent.decode()}", headers=headers)
        judge(answer, f"{name} GET {path}?{sent.decode()[:900]} and {headers}")

    before = dump()
    ask()
    after = dump()
    assert {table for table in before if before[table] != after[table]} <= {"receipt", *TRACES}
    world.anew()


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.arguments], ids=named)
def test_a_part_of_an_address_breaks_nothing(rule, world):
    """The blanks of an address, filled with what names nothing."""
    name, method = _readers(world, rule)[0], "GET" if "GET" in (rule.methods or ()) else "POST"

    @settings(FUZZED, max_examples=MORE or 4)
    @given(
        st.lists(
            VALUE.filter(lambda value: 0 < len(value) < 5000),
            min_size=len(rule.arguments),
            max_size=len(rule.arguments),
        )
    )
    def ask(blanks):
        parts = iter(blanks)
        path = "".join(
            encoded([("", next(parts))])[1:].decode() if dynamic else text
            for dynamic, text in rule._trace
            if text != "|"
        )
        browser = world.browser(name)
        answer = browser.get(path) if method == "GET" else browser.post(path, b"")
        judge(answer, f"{name} {method} {path[:900]}")

    ask()


def test_the_forms_are_found(world):
    """Those of each room, so that it is known that this looks at something."""
    rooms = {endpoint.removeprefix("for_").split(".")[0] for method, endpoint in world.forms if method == "post"}
    assert rooms >= {"clinic", "diary", "identity", "medication", "reminders", "sharing", "signin", "therapy"}
    found = [rule for rule in POSTS if world.forms["post", rule.endpoint]]
    assert len(found) > 0.6 * len(POSTS)
    assert {"span", "until", "next", "before"} <= {*QUERIES}


def test_what_is_hostile_is_seen_when_it_comes_back(world):
    """The judge knows markup that was not escaped, a sum that was worked out, and an address elsewhere."""
    for answer in (f"<p>{MARKUP}", f'<input value="{MARKUP}">', f"<p>{WORKED_OUT}"):
        with pytest.raises(AssertionError):
            judge(world.app.response_class(answer, mimetype="text/html"), "")
    with pytest.raises(AssertionError):
        judge(world.app.response_class(status=303, headers={"Location": "//evil.example"}), "")
    assert MARKUP.encode() in VALUES
