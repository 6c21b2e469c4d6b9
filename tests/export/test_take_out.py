"""The page: ask, see how far it is, prove who you are, fetch; one's own, and nobody else's."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from companion.export.make import make
from companion.export.model import KEPT, TRIES, TakeOut, TakeOutPiece
from companion.export.sweep import hand_out
from companion.identity.model import SignIn
from companion.store import db
from tests.cast import NOW
from tests.export.conftest import drawn

HTMX = {"HX-Request": "true"}


@pytest.fixture
def worker(app):
    """A worker: makes what waits."""

    def works():
        hand_out(NOW, lambda id, lease: make(id, lease, app.config["SETTINGS"], drawn(app)))

    return works


def found_the_phone(account_id):
    """It is long ago that the person proved who they are."""
    db.execute(update(SignIn).where(SignIn.account_id == account_id).values(proved_at=NOW - timedelta(hours=1)))
    db.commit()


def test_it_is_asked_for_made_and_fetched(app, visit, worker):
    ana = visit("ana")
    assert "Make my file" in ana.get("/export/").text
    assert ana.post("/export/take-outs").location == "/export/"
    waiting = ana.get("/export/")
    assert "We are making your file." in waiting.text
    assert 'href="/export/"' in waiting.text
    assert 'data-hx-trigger="every 2s"' in ana.get("/export/", headers=HTMX).text
    worker()
    part = ana.get("/export/", headers=HTMX).text
    assert "<main" not in part
    assert "You can fetch it until March 16, 2026." in part
    assert "every 2s" not in part
    answer = ana.get("/export/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="companion-2026-03-10.zip"'
    assert answer.content_length == len(answer.data)
    assert "no-store" in answer.headers["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_it_asks_who_you_are_before_both(app, visit, cast, worker):
    ana = visit("ana")
    found_the_phone(cast.ana)
    assert ana.post("/export/take-outs").status_code == 401
    assert db.scalars(select(TakeOut)).all() == []
    db.execute(update(SignIn).values(proved_at=NOW))
    db.commit()
    ana.post("/export/take-outs")
    worker()
    found_the_phone(cast.ana)
    answer = ana.get("/export/file")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/signin/again")
    assert "Your file is ready." in ana.get("/export/").text


def test_everybody_gets_their_own(app, visit, cast, worker):
    visit("ana").post("/export/take-outs")
    worker()
    for name in ("rosa", "ben", "dora"):
        answer = visit(name).get("/export/file")
        assert (answer.status_code, answer.location) == (303, "/export/")
    assert visit("rosa").get(f"/for/{cast.ana_patient}/export/file").status_code == 404
    assert visit(None).get("/export/file").location.startswith("/signin/")


def test_it_is_gone_after_a_week(app, visit, worker, set_clock):
    ana = visit("ana")
    ana.post("/export/take-outs")
    worker()
    set_clock(NOW + KEPT)
    db.execute(update(SignIn).values(proved_at=NOW + KEPT, seen_at=NOW + KEPT))
    db.commit()
    assert ana.get("/export/file").status_code == 303
    assert "It is gone now." in ana.get("/export/").text


def test_a_failure_is_said(app, visit):
    ana = visit("ana")
    ana.post("/export/take-outs")
    db.execute(update(TakeOut).values(tries=TRIES))
    db.commit()
    assert "could not be made" in ana.get("/export/").text


def test_a_lost_key_is_said(app, visit, worker):
    ana = visit("ana")
    ana.post("/export/take-outs")
    worker()
    db.execute(update(TakeOutPiece).values(sealed=b"\0\0\0\x09" + b"x" * 40))
    db.commit()
    answer = ana.get("/export/file")
    assert answer.status_code == 409
    assert "its key is not here" in answer.text
    assert "Make it anew" in answer.text
