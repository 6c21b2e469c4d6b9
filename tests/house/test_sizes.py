"""Small things: files, functions, routes."""

import ast
from statistics import median

from tests.house.test_floors import PACKAGE


def functions():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node, node.end_lineno - node.lineno + 1


def test_no_file_is_long():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert not [f"{path}: {length}" for path, length in lengths.items() if length > 300]
    assert median(length for path, length in lengths.items() if length > 3) <= 90


def test_no_function_is_long():
    assert not [f"{path}:{node.lineno} {node.name}: {length}" for path, node, length in functions() if length > 40]
    assert median(length for _, _, length in functions()) < 10


def test_no_route_is_long():
    wrong = [
        f"{path}:{node.lineno} {node.name}: {node.end_lineno - node.body[0].lineno + 1}"
        for path, node, _ in functions()
        if path.name == "routes.py" and node.decorator_list and node.end_lineno - node.body[0].lineno + 1 > 24
    ]
    assert not wrong, f"A route is: load, form, verb, answer: {wrong}"
