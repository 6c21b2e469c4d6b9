"""Templates: nothing inline, no htmx that evaluates, every text translated."""

import re

import pytest
from jinja2 import nodes

from tests.house.test_floors import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: what may stand outside gettext: names, numbers, symbols
FREE = re.compile(r"^[\s\d.,:;·%/()\[\]|…–—→←↑↓+\-?'\"&;]*$")
TAGS = re.compile(r"<!--.*?-->|<[^>]*>", re.S)
JINJA = re.compile(r"{#.*?#}|{%-? block \w+_class %}.*?{% endblock %}|{%.*?%}|{{.*?}}", re.S)
TOLD = re.compile(r'(?:aria-label|placeholder|title|alt)="([^"{]*[A-Za-z]{2}[^"{]*)"')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_it_has_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", JINJA.sub("", text)), "Move the style into static/css"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "Move the script into static/js"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "Use a behaviour"
    assert not re.search(r"(?<!data-)hx-[a-z]+=", text), "Write data-hx-*"
    assert "hx-on" not in text and "javascript:" not in text and "js:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_it_translates_every_text(path):
    text = JINJA.sub("", path.read_text(encoding="utf-8"))
    wrong = [
        piece.strip()
        for piece in TAGS.split(text)
        if not FREE.match(piece) and not re.fullmatch(r"\s*[a-z]?\s*", piece)
    ]
    wrong += TOLD.findall(JINJA.sub("{", path.read_text(encoding="utf-8")))
    assert not wrong, f"Wrap in _(): {wrong}"


def test_every_template_parses(sqlite_app):
    environment = sqlite_app.jinja_env
    for path in TEMPLATES:
        tree = environment.parse(path.read_text(encoding="utf-8"))
        imported = {
            name if isinstance(name, str) else name[1]
            for node in tree.find_all(nodes.FromImport)
            for name in node.names
        }
        used = {node.name for node in tree.find_all(nodes.Name)}
        assert not imported - used, f"{path} imports {imported - used} and does not use it"
