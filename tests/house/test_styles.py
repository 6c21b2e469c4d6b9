"""Styles and icons: nothing there that no page uses, nothing used that is not there."""

import re
from itertools import chain

import pytest
from jinja2 import nodes

from tests.house.test_floors import ROOT
from tests.house.test_templates import TEMPLATES

STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
#: a class attribute, which may hold double quotes inside Jinja, and a block that adds to one
ATTRIBUTE = re.compile(r'class="((?:{{.*?}}|{%.*?%}|[^"{])*)"|{% block \w+_class %}(.*?){% endblock %}')
JINJA = re.compile(r"{{.*?}}|{%.*?%}")
QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
#: classes put together from pieces or by the server, and where; every other one stands in a template or script as it is
MADE = {
    **dict.fromkeys((f"p{score}" for score in range(11)), "p{{ score }}: a step of the pain ramp"),
    "is-on": "regions.painted in companion/diary/regions.py",
    "is-there": "regions.painted in companion/diary/regions.py",
    "is-done": "is-{{ item.state }} in plan/_thread.html",
    "is-now": "is-{{ item.state }} in plan/_thread.html",
    "grid": "Scale.lines in trends/chart.py",
    "base": "Scale.lines in trends/chart.py",
}


def style(path):
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)


def calls(tree):
    """Each call of a macro, with its name; gettext is none."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name | nodes.Getattr):
            name = getattr(call.node, "name", "") or getattr(call.node, "attr", "")
            if name not in {"_", "ngettext"}:
                yield name, [*call.args, *(keyword.value for keyword in call.kwargs)]


def texts(value):
    """What a constant, or a choice of two, can be."""
    if isinstance(value, nodes.CondExpr):
        return [*texts(value.expr1), *(texts(value.expr2) if value.expr2 else ())]
    return [value.value] if isinstance(value, nodes.Const) and isinstance(value.value, str) else []


def classes(text, tree):
    """What a template puts into class attributes: its own words, those quoted in Jinja, and arguments of macros."""
    for found in map("".join, ATTRIBUTE.findall(text)):
        yield from JINJA.sub(" ", found).split()
        for code in JINJA.findall(found):
            yield from " ".join(map("".join, QUOTED.findall(code))).split()
    for name, values in calls(tree):
        yield from " ".join(chain.from_iterable(map(texts, values[name == "icon" :]))).split()


@pytest.fixture
def pages(sqlite_app):
    """Each template with its tree."""
    read = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    return [(text, sqlite_app.jinja_env.parse(text)) for text in read]


def test_no_style_is_for_a_class_that_nothing_has(pages):
    used = {*MADE, *chain.from_iterable(classes(text, tree) for text, tree in pages)}
    for path in SCRIPTS:
        used |= {*re.findall(r'class(?:Name = |List\.\w+\()"([\w-]+)"', path.read_text(encoding="utf-8"))}
    dead = {
        f"{path.name}: .{name}"
        for path in STYLES
        for before_brace in re.findall(r"([^{};]*){", style(path))
        for name in re.findall(r"\.([a-zA-Z_][\w-]*)", before_brace)
        if name not in used
    }
    assert not dead, f"Delete the rule: {sorted(dead)}"


def test_every_variable_is_set_and_used():
    text = "".join(map(style, STYLES))
    assert {*re.findall(r"(--[\w-]+)\s*:", text)} == {*re.findall(r"var\((--[\w-]+)", text)}


def test_every_icon_is_used_and_every_one_used_is_there(pages, sqlite_app):
    drawn = {*sqlite_app.jinja_env.get_template("icons.html").module.ICONS}
    asked = {text for _, tree in pages for name, values in calls(tree) if name == "icon" for text in texts(values[0])}
    assert asked <= drawn, f"Draw it in icons.html: {asked - drawn}"
    # others are handed on: by the tabs of shell.html and the folds of diary/_feelings.html
    handed = chain.from_iterable([*(values for _, values in calls(tree)), *(found.items for found in tree.find_all(nodes.Tuple))]
                                 for _, tree in pages)  # fmt: skip
    asked |= {text for value in chain.from_iterable(handed) for text in texts(value)}
    assert drawn <= asked, f"Delete it from icons.html: {drawn - asked}"
