"""The report of a diary that somebody keeps for another, and links to it."""

import re

from companion.store import db
from companion.visit.model import VisitLink
from tests.caring.kept import kept


def test_who_keeps_it_reads_and_prints_the_report(app, visit, cast):
    rosa, path = visit("rosa"), kept(cast) + "visit/"
    page = rosa.get(path).text
    assert "Leo Morel" in page and f'href="{path}report.pdf?days=90"' in page and f'href="{path}links"' in page
    assert rosa.get(f"{path}report.pdf").data.startswith(b"%PDF")
    assert f'href="{path}"' in rosa.get(path.replace("/visit/", "/plan/") + "more").text


def test_who_keeps_it_makes_a_link_and_takes_it_back(app, visit, cast):
    rosa, path = visit("rosa"), kept(cast) + "visit/"
    form = {"name": "Dr Okon", "parts": ["pain"], "days": "90", "lasts": "7"}
    answer = rosa.post(f"{path}links", form)
    assert re.fullmatch(rf"{path}links/\d+", answer.location), answer.text
    page = rosa.get(answer.location).text
    token = re.search(r"/visit/open#([\w-]{43})", page)[1]
    doctor = visit(None)
    assert doctor.post("/visit/open", {"code": token}).location == "/visit/shared"
    assert "Leo Morel" in doctor.get("/visit/shared").text
    link = db.query(VisitLink).one()
    assert (link.made_by, link.patient.name) == (cast.rosa, "Leo Morel")
    assert rosa.post(f"{path}links/{link.id}/withdrawal").location == f"{path}links?said=withdrawn"
    assert doctor.get("/visit/shared").status_code == 404


def test_who_only_helps_and_everybody_else_finds_nothing(app, visit, cast):
    path = kept(cast) + "visit/"
    for name, where in (("rosa", f"/for/{cast.ana_patient}/visit/"), ("ana", path), ("ben", path), ("dora", path)):
        for page in ("", "report.pdf", "links"):
            assert visit(name).get(where + page).status_code == 404
        assert visit(name).post(f"{where}links").status_code == 404
    assert "visit" not in visit("rosa").get(f"/for/{cast.ana_patient}/plan/more").text
    assert visit("rosa").get(path.replace("/visit/", "/visit/open")).status_code == 404
