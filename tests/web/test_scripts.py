"""Modules become one script: each once and in a scope of its own, after what it needs."""

import re

import pytest

from companion.web.assets import STATIC, load
from companion.web.scripts import joined, thrifty

MODULES = sorted((STATIC / "js").rglob("*.js"))
OURS = [*MODULES, STATIC / "sw.js"]


def test_a_module_comes_once_and_before_those_that_need_it(tmp_path):
    for name, text in {
        "app": 'import one, { two } from "./one.js";\nimport { three } from "./three.js";\none(two, three);\n',
        "one": 'import { three } from "./three.js";\nexport default async function one() {}\nexport const two = three;\n',
        "three": "export const three = 3;\n",
    }.items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    room = tmp_path.name
    assert joined(tmp_path / "app.js").splitlines() == [
        f"const ${room}_three = (() => {{", "const three = 3;", "return { three };", "})();",
        f"const ${room}_one = (() => {{", f"const {{ three }} = ${room}_three;", "async function one() {}", "const two = three;",
        "return { default: one, two };", "})();",
        f"const ${room}_app = (() => {{", f"const {{ default: one, two }} = ${room}_one;", f"const {{ three }} = ${room}_three;",
        "one(two, three);", "return {  };", "})();",
    ]  # fmt: skip


def test_comments_and_indents_are_left_out():
    text = '// why\nconst a = "http://x";   // because\n\n  // and\n  b(a); // not far enough away to be sure\n'
    assert thrifty(text) == 'const a = "http://x";\nb(a); // not far enough away to be sure\n'


def test_every_behaviour_is_sent():
    sent = load()["js/app.js"].body.decode()
    assert not re.search(r"^(import|export)\b", sent, re.M)
    for path in (STATIC / "js" / "behaviours").glob("*.js"):
        assert f"const $behaviours_{path.stem} = " in sent, f"app.js does not import {path.name}"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_text_of_a_script_goes_over_lines(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.count("`") % 2], (
        "Its indents would be left out: end the text on its line"
    )
