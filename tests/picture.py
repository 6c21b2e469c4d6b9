"""`make picture`: the picture of the README, from a demo that it starts itself."""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.servers.browser import launch
from tests.servers.process import Server, free_port

TARGET = Path(__file__).resolve().parent.parent / ".github" / "companion.png"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1180, "height": 844}, "device_scale_factor": 2}
SHOTS = (
    ("patient", "/plan/", PHONE),
    ("patient", "/diary/log", PHONE),
    ("patient", "/trends/", PHONE),
    ("clinician", "/clinic/patients/1", DESK),
)


def main() -> None:
    with TemporaryDirectory() as folder:
        port = free_port()
        env = {**os.environ, "COMPANION_HOME": folder, "PORT": str(port)}
        with (
            Server([str(Path(sys.executable).with_name("companion")), "demo"], env=env) as server,
            sync_playwright() as playwright,
            launch(playwright) as browser,
        ):
            server.wait_for_line("Ctrl-C", timeout=60)
            server.wait_for_port(port, timeout=20)
            keys = dict(re.findall(r"^\s+(patient|clinician)\s.*?(/demo/\S+)$", server.output, re.M))
            shots = [_shot(browser, f"http://localhost:{port}", keys[part], path, how) for part, path, how in SHOTS]
            TARGET.write_bytes(_side_by_side(browser, shots))
    print(f"{TARGET}: {TARGET.stat().st_size / 1024:.0f} KB")


def _shot(browser: Browser, origin: str, key: str, path: str, how: dict) -> bytes:
    context = browser.new_context(base_url=origin, service_workers="block", **how)
    page = context.new_page()
    page.goto(key)
    page.goto(path)
    if path == "/diary/log":
        page.locator("label.p4").click()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def _side_by_side(browser: Browser, shots: list[bytes]) -> bytes:
    pictures = "".join(f'<img src="data:image/png;base64,{b64encode(shot).decode()}" height="420">' for shot in shots)
    page = browser.new_context(viewport={"width": 1290, "height": 470}).new_page()
    page.set_content(
        "<style>body{margin:0;padding:24px;display:flex;gap:16px;background:#d7e5da}img{border-radius:14px}</style>"
        + pictures
    )
    return page.screenshot(type="png")


if __name__ == "__main__":
    main()
