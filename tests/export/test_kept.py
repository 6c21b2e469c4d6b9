"""The diary that somebody keeps for another, taken out on its own by whoever keeps it."""

import io
import json
import zipfile

from sqlalchemy import select, update

from companion.export.make import claim, make
from companion.export.model import TakeOut
from companion.identity.model import Account, Patient
from companion.sharing import keep
from companion.sharing.model import Grant
from companion.store import db
from tests.caring.kept import kept
from tests.cast import NOW
from tests.export.conftest import drawn


def works(app):
    return [make(*claimed, app.config["SETTINGS"], drawn(app)) for claimed in claim(NOW)]


def test_it_holds_their_record_and_nothing_of_who_keeps_it(app, visit, cast):
    rosa, path = visit("rosa"), kept(cast) + "export/"
    page = rosa.get(path).text
    assert "You get one file with all of the diary of Leo Morel." in page and "your phones" not in page
    rosa.post("/export/take-outs")
    assert rosa.post(f"{path}take-outs").location == path
    assert works(app) == [True, True], "her own, and the one of the diary"
    assert f'href="{path}file"' in rosa.get(path).text
    archive = zipfile.ZipFile(io.BytesIO(rosa.get(f"{path}file").data))
    told = json.loads(archive.read("record.json"))
    assert [row["name"] for row in told["patient"]] == ["Leo Morel"]
    assert "account" not in told and told["sign_in"] == [] and told["helps"] == [] and told["take_out"] != []
    assert len(told["entry_by_others"]) == 1 and "rosa@example.org" not in archive.read("record.json").decode()
    assert "report.pdf" in archive.namelist() and len(archive.read("diary.csv").splitlines()) == 2
    own = json.loads(zipfile.ZipFile(io.BytesIO(rosa.get("/export/file").data)).read("record.json"))
    assert own["account"][0]["email"] == "rosa@example.org" and own["entry"] == []


def test_nobody_else_takes_it_out(app, visit, cast):
    path = kept(cast) + "export/"
    for name in ("ana", "ben", "dora", "carl"):
        assert visit(name).get(path).status_code == visit(name).post(f"{path}take-outs").status_code == 404
        assert visit(name).get(f"{path}file").status_code == 404
    assert visit("rosa").get(f"/for/{cast.ana_patient}/export/").status_code == 404, "who only helps"
    assert db.scalars(select(TakeOut)).all() == []


def test_who_keeps_it_no_more_gets_nothing(app, visit, cast):
    rosa, path = visit("rosa"), kept(cast) + "export/"
    rosa.post(f"{path}take-outs")
    db.execute(update(Grant).values(keeps=False))
    db.commit()
    assert works(app) == [False]
    db.execute(update(TakeOut).values(made_at=NOW))
    db.commit()
    assert rosa.get(f"{path}file").status_code == rosa.get(path).status_code == 404


def test_each_diary_has_a_file_of_its_own(app, visit, cast):
    rosa, path = visit("rosa"), kept(cast) + "export/"
    other = keep.start(db.get_one(Account, cast.rosa), "Mia Morel", None, "Europe/Berlin", NOW)
    db.commit()
    for _tap in range(2):
        for whose in (path, f"/for/{other.patient_id}/export/", "/export/"):
            rosa.post(f"{whose}take-outs")
    rows = db.execute(select(TakeOut.account_id, TakeOut.patient_id).order_by(TakeOut.patient_id)).all()
    (leo,) = (patient.id for patient in db.scalars(select(Patient)) if patient.name == "Leo Morel")
    assert {*rows} == {(cast.rosa, None), (cast.rosa, leo), (cast.rosa, other.patient_id)} and len(rows) == 3
