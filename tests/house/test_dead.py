"""Nothing public that only a test uses."""

import ast
import re

from tests.house.test_floors import PACKAGE, ROOT
from tests.house.test_templates import TEMPLATES

#: files that use ours without being ours: the server's entry, the migrations
STARTERS = [ROOT / "wsgi.py", *sorted((ROOT / "migrations").glob("*.py"))]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in [*sorted(PACKAGE.rglob("*.py")), *STARTERS]}
#: what somebody else asks for by name
ASKED_FOR = {
    ("companion.words", "extract_toml"): "Babel, when tests/words.py collects the texts",
    ("companion.migrate", "upgrade"): "companion.cli, which names the module",
    ("companion.migrate", "downgrade"): "companion.cli, which names the module",
    ("companion.migrate", "is_newest"): "companion.cli, which names the module",
}


def module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def tops(tree):
    """Top-level names and their lines. A decorated function is left out: its decorator hands it to whoever calls it."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and not node.decorator_list):
            yield node.name, node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((name.id, node.lineno) for to in targets for name in ast.walk(to) if isinstance(name, ast.Name))


def uses(path, tree):
    """(module, name) of all that a file reads: its own names, names it imports, and attributes of modules it imports."""
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield module(path), node.id
    yield from imported.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            yield ".".join(imported[node.value.id]), node.attr


def test_everything_is_used():
    used = {use for path, tree in TREES.items() for use in uses(path, tree)} | {*ASKED_FOR}
    in_templates = {*re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in TEMPLATES))}
    dead = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in TREES.items()
        if path not in STARTERS
        for name, line in tops(tree)
        if (module(path), name) not in used and name not in in_templates
    ]
    assert not dead, "\n".join(["Delete it:", *dead])
