"""One word, six places: package, blueprint, address, templates, styles, tests."""

import ast

import pytest

from tests.house.test_floors import PACKAGE, ROOMS, ROOT

#: the demo has no pages of its own
WITH_PAGES = [room for room in ROOMS if room != "demo"]


@pytest.mark.parametrize("room", WITH_PAGES)
def test_it_has_the_same_name_in_all_places(sqlite_app, room):
    assert sqlite_app.blueprints[room].name == room
    assert {
        rule.rule.split("/")[1] for rule in sqlite_app.url_map.iter_rules() if rule.endpoint.startswith(f"{room}.")
    } == {room}
    assert (ROOT / "templates" / room).is_dir()
    assert (ROOT / "static" / "css" / "rooms" / f"{room}.css").is_file()
    assert list((ROOT / "tests" / room).glob("test_*.py"))


def test_it_has_no_templates_styles_or_tests_without_a_room():
    assert {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()} == set(WITH_PAGES)
    assert {path.stem for path in (ROOT / "static" / "css" / "rooms").iterdir()} == set(WITH_PAGES)


def test_a_fragment_is_named_as_its_id():
    for path in (ROOT / "templates").rglob("_*.html"):
        text, name = path.read_text(encoding="utf-8"), path.stem.removeprefix("_")
        if ("data-hx-" in text or "data-swap" in text) and "{% macro" not in text:
            assert f'id="{name}"' in text, f"{path}: a fragment that is swapped has id={name}"


def test_every_public_thing_has_a_docstring():
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        wrong += [
            f"{path}:{node.lineno} {node.name}"
            for node in nodes
            if not ast.get_docstring(node) and not node.name.endswith("Form")
        ]
        if not ast.get_docstring(tree):
            wrong.append(str(path))
    assert not wrong, f"Say what it promises: {wrong}"
