"""The baselines: a bare Flask route that inserts one row in SQLite, and one that returns given bytes."""

import os
import sqlite3
import threading
from pathlib import Path

from flask import Flask, request

FOLDER = Path(os.environ.get("BARE_FOLDER", "."))
app = Flask(__name__)
local = threading.local()


def connection() -> sqlite3.Connection:
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(FOLDER / "bare.sqlite3", timeout=10)
        local.connection.execute("PRAGMA journal_mode=WAL")
        local.connection.execute("PRAGMA synchronous=NORMAL")
        local.connection.execute(
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, uuid TEXT UNIQUE, pain INTEGER, note TEXT)"
        )
    return local.connection


@app.post("/insert")
def insert() -> tuple[str, int]:
    with connection() as writing:
        writing.execute(
            "INSERT INTO entry (uuid, pain, note) VALUES (?, ?, ?)",
            (request.form["uuid"], int(request.form["pain"]), ""),
        )
    return "", 303


@app.get("/bytes/<name>")
def given(name: str) -> bytes:
    return PAGES.setdefault(name, (FOLDER / name).read_bytes())


PAGES: dict[str, bytes] = {}
