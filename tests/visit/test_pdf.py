"""The PDF: tagged, with title and language, in both languages; and a typesetter that hangs or breaks."""

import json
import logging
import subprocess
import sys
import time

import pytest

from companion.identity.model import Account
from companion.store import db
from companion.visit import pdf as making
from tests.visit.pages import pages_of, reader_of
from tests.visit.records import MARKS, shown, write


def test_it_holds_the_words_of_the_page(app, cast, visit):
    write(cast)
    answer = visit("ana").get("/visit/report.pdf?days=90")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    read = pages_of(answer.data)
    assert shown(read) == {*MARKS}
    assert "Visit report Ana" in read
    assert "Average pain 3, down 3 (50%) since the injection on Feb 18." in read
    assert "Written by others" in read
    assert len(reader_of(answer.data).pages) <= 2


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [("en", "Visit report: Ana", "Average pain 3, down 3"), ("es", ": Ana", "Dolor promedio 3, 3 (50 %) menos")],
)
def test_it_is_tagged_and_has_title_and_language(sqlite_app, cast, visit, language, title, sentence):
    write(cast)
    db.get_one(Account, cast.ana).language = language
    db.commit()
    body = visit("ana").get("/visit/report.pdf").data
    read = reader_of(body)
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert read.metadata.title.endswith(title)
    assert b"pdfuaid:part>1<" in body
    kinds = set(tagged(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/L", "/LI", "/Figure"} <= kinds
    assert sentence in pages_of(body).replace("\u202f", " ").replace("\xa0", " ")


def tagged(node):
    """The kind of each element under a node of the tree, and whether a drawing has words."""
    node = node.get_object()
    if not hasattr(node, "get"):
        for each in node if isinstance(node, list) else ():
            yield from tagged(each)
        return
    if "/S" in node:
        yield node["/S"]
        assert node["/S"] != "/Figure" or node.get("/Alt"), "a drawing without words"
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        if hasattr(child, "get_object"):
            yield from tagged(child)


def test_a_sign_that_no_font_draws_stops_nothing(sqlite_app, cast, visit):
    write(cast)
    db.query(Account).filter_by(id=cast.ana).one().patient.name = "Ana 🌿 花子 #emph[x] $y$"
    db.commit()
    body = visit("ana").get("/visit/report.pdf").data
    assert reader_of(body).trailer["/Root"]["/MarkInfo"]["/Marked"].value
    # nothing that a person typed is markup
    assert "#emph[x] $y$" in pages_of(body)


def test_the_server_does_not_carry_the_typesetter():
    ask = "import sys, companion.app; print('typst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "does",
    ["import time; time.sleep(60)", "raise SystemExit(3)", "print('no report')"],
    ids=["hangs", "breaks", "babbles"],
)
def test_a_typesetter_that_fails_is_ended_and_said(sqlite_app, cast, visit, monkeypatch, caplog, does):
    write(cast)
    monkeypatch.setattr(making, "_COMMAND", (sys.executable, "-c", does))
    monkeypatch.setattr(making, "_LIMIT", 0.4)
    began = time.monotonic()
    with caplog.at_level(logging.INFO, "companion"):
        answer = visit("ana").get("/visit/report.pdf")
    assert time.monotonic() - began < 5
    assert answer.status_code == 503
    assert "The report could not be made." in answer.text
    assert "a report was not made" in caplog.text
    assert "mark" not in caplog.text
    # the next one has its turn
    monkeypatch.undo()
    assert making.pdf(json.loads(SHEET)).startswith(b"%PDF")


SHEET = json.dumps(
    {"language": "en", "title": "t", "heading": "h", "name": "n", "facts": [], "sentence": "", "charts": [], "legend": "",
     "sections": [], "source": "", "page": "Page"}
)  # fmt: skip


def test_more_than_two_at_once_wait_and_then_are_told(monkeypatch):
    monkeypatch.setattr(making, "_PATIENCE", 0.05)
    assert making._AT_ONCE.acquire(timeout=1)
    assert making._AT_ONCE.acquire(timeout=1)
    try:
        with pytest.raises(making.NotMade):
            making.pdf(json.loads(SHEET))
    finally:
        making._AT_ONCE.release(2)


def test_the_typesetter_is_told_none_of_our_settings(monkeypatch):
    monkeypatch.setenv("COMPANION_DATABASE_URL", "postgresql://secret")
    monkeypatch.setattr(
        making, "_COMMAND", (sys.executable, "-c", "import os; print('%PDF', 'COMPANION_DATABASE_URL' in os.environ)")
    )
    assert making.pdf({}) == b"%PDF False\n"
