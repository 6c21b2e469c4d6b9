"""Who may see whom: the contracts of pyproject.toml, and what they cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "companion"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/routes.py"))
#: files that speak HTTP
SPEAK_HTTP = {"contact.py", "passing.py", "routes.py", "mine.py", "asking.py", "gate.py", "access.py"}


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """Each imported name of a file with its line, and whether the import stands inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {child for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, node in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node.lineno, node in inside))
    return found


def test_it_keeps_the_contracts():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_it_imports_nothing_inside_a_function():
    wrong = [
        f"{path}:{line} {name}" for path in PACKAGE.rglob("*.py") for name, line, inside in imports(path) if inside
    ]
    assert not wrong, f"Import at the top of the file: {wrong}"


def test_only_the_app_imports_routes():
    wrong = [
        f"{path}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "app.py"
        for name, line, _ in imports(path)
        if name.endswith(".routes")
    ]
    assert not wrong, f"Move what you need into a verb: {wrong}"


def test_only_routes_and_gates_of_a_room_know_flask():
    wrong = [
        f"{path}:{line}"
        for room in ROOMS
        for path in (PACKAGE / room).glob("*.py")
        if path.name not in SPEAK_HTTP
        for name, line, _ in imports(path)
        if name.split(".")[0] in {"flask", "werkzeug", "htmx_flask"}
        and not (path.name == "forms.py" and name == "werkzeug.datastructures")
    ]
    assert not wrong, f"Pass in what the route knows: {wrong}"


def test_only_the_clock_reads_the_time():
    readers = ("datetime.now", "date.today", "time.time(", "utcnow")
    wrong = [
        f"{path}: {reader}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "clock.py"
        for reader in readers
        if reader in path.read_text(encoding="utf-8")
    ]
    assert not wrong, f"Ask companion.clock: {wrong}"
