"""What the phone keeps is never older than what we serve: the worker changes with all of it."""

import re
from gettext import NullTranslations

import pytest

from companion import store, words
from companion.app import create_app
from companion.settings import Settings
from companion.web import phone
from tests.conftest import ORIGIN


@pytest.fixture
def process(tmp_path):
    """`process(emergency_number="112")`: the answers of a fresh process with these settings, by address."""

    def start(**settings):
        app = create_app(Settings(home=tmp_path, database_url="sqlite://", origin=ORIGIN, **settings))
        return lambda path: app.test_client().get(path, base_url=ORIGIN)

    yield start
    store.disconnect()


@pytest.fixture
def worker(process):
    """`worker(emergency_number="112")`: the service worker as such a process serves it."""
    return lambda **settings: process(**settings)("/sw.js").text


class Shouted(NullTranslations):
    """A catalogue in which one sentence was mended."""

    def gettext(self, message):
        return message.upper() if message.startswith("Nobody watches") else message


def test_the_worker_is_the_same_while_nothing_changes(worker):
    assert worker(emergency_number="911") == worker(emergency_number="911")


def test_the_worker_changes_with_the_emergency_number(worker):
    assert worker(emergency_number="911") != worker(emergency_number="112")


def test_the_worker_changes_with_a_text_of_one_language(worker, monkeypatch):
    before, known = worker(), words._catalogue
    monkeypatch.setattr(words, "_catalogue", lambda code: Shouted() if code == "es" else known(code))
    assert worker() != before


def test_the_worker_keeps_its_files_under_a_name_that_changes(worker):
    names = [re.search(r'VERSION = "(\w+)"', worker(emergency_number=number))[1] for number in ("911", "112")]
    assert names[0] != names[1] and "shell-${VERSION}" in worker()


def test_what_the_worker_keeps_is_made_once(process, monkeypatch):
    get, made, render = process(), [], phone.render_template
    monkeypatch.setattr(phone, "render_template", lambda name, **values: made.append(name) or render(name, **values))
    for path in ("/sw.js", "/sw.js", "/offline", "/emergency/es"):
        assert get(path).status_code == 200
    pages = [name for name in made if "/" not in name and name != "sw_head.js"]
    assert sorted(pages) == ["emergency.html"] * 2 + ["offline.html"] * 2


def test_the_worker_keeps_what_is_served(sqlite_app, visit):
    shell = re.search(r"SHELL = \[(.*?)\]", visit(None).get("/sw.js").text)[1]
    addresses = re.findall(r'"([^"]+)"', shell)
    assert {"/offline/en", "/offline/es", "/emergency/en", "/emergency/es"} < {*addresses}
    assert [visit(None).get(address).status_code for address in addresses] == [200] * len(addresses)


def test_only_a_page_that_comes_in_parts_varies(sqlite_app, visit):
    for path, parts in (("/plan/", True), ("/identity/more", False), ("/offline", False)):
        assert ("HX-Request" in visit("ana").get(path).headers.get("Vary", "")) is parts
