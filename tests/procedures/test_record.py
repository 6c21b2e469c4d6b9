"""What the clinic writes down about a procedure."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from companion.identity.model import Account, Clinic, Patient
from companion.procedures.forms import ProcedureForm
from companion.procedures.kinds import AFTERCARE, KINDS, SHORT, name, short
from companion.procedures.model import Procedure
from companion.procedures.queries import procedure, procedures
from companion.procedures.record import record, remove
from companion.sharing.model import Grant
from companion.store import db
from companion.words import speaking
from tests.cast import NOW

TODAY = date(2026, 3, 10)


def _write(cast, kind="esi", level="L4-5", side="left", done_on=TODAY, note="", patient="ana"):
    owner = db.get_one(Patient, getattr(cast, f"{patient}_patient"))
    clinic, ben = db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.ben)
    found = record(owner, clinic, ben, kind, level, side, done_on, note, NOW)
    db.commit()
    return found


def _form(cast, **values):
    ana = db.get_one(Patient, cast.ana_patient)
    return ProcedureForm(MultiDict({"kind": "esi", "done_on": "2026-03-10", **values}), ana, NOW)


def test_it_writes_a_procedure_down(app, cast):
    number = _write(cast, note="Went well.").id
    db.remove()
    row = db.get_one(Procedure, number)
    assert (row.patient_id, row.clinic_id, row.author_id) == (cast.ana_patient, cast.northmoor, cast.ben)
    assert (row.kind, row.level, row.side, row.done_on, row.note) == ("esi", "L4-5", "left", TODAY, "Went well.")
    assert row.patient.procedures_at == NOW


def test_it_lists_them_newest_first_within_days(app, cast):
    old, new = _write(cast, done_on=TODAY - timedelta(days=9)), _write(cast)
    _write(cast, patient="dora")
    ana = db.get_one(Patient, cast.ana_patient)
    assert procedures(ana) == [new, old]
    assert procedures(ana, first=TODAY - timedelta(days=8)) == [new]
    assert procedures(ana, last=TODAY - timedelta(days=1)) == [old]
    assert procedures(ana, first=TODAY, last=TODAY) == [new]


def test_it_takes_one_back(app, cast):
    row, ana = _write(cast), db.get_one(Patient, cast.ana_patient)
    remove(row, db.get_one(Account, cast.ben), NOW + timedelta(hours=1))
    db.commit()
    assert procedures(ana) == []
    assert procedure(ana, row.id) is None
    assert (row.removed_at, row.removed_by) == (NOW + timedelta(hours=1), cast.ben)
    assert ana.procedures_at == NOW + timedelta(hours=1)


def test_it_refuses_another_patients_procedure(app, cast):
    row = _write(cast, patient="dora")
    assert procedure(db.get_one(Patient, cast.dora_patient), row.id) is row
    assert procedure(db.get_one(Patient, cast.ana_patient), row.id) is None


def test_it_names_a_procedure(sqlite_app, cast):
    row = _write(cast)
    with speaking("en"):
        assert (name(row), short(row)) == ("Epidural steroid injection, L4-5, left", "Epidural")
        row.kind, row.level, row.side = "scs-trial", "", "both"
        assert name(row) == "Spinal cord stimulator trial, both sides"
        row.kind, row.side = "gone", ""
        assert (name(row), short(row)) == ("Procedure", "Procedure")
    db.rollback()


def test_it_knows_kinds_with_a_short_name_each():
    assert len(KINDS) >= 15
    assert KINDS.keys() == SHORT.keys()
    assert all(0 < len(each.text) <= 18 for each in SHORT.values())
    assert [step["code"] for step in AFTERCARE] == ["now", "today"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kind", "spell", "Not a valid choice."),
        ("side", "up", "Not a valid choice."),
        ("level", "x" * 41, "This is too long. Please shorten it."),
        ("done_on", "", "Please choose the day."),
        ("done_on", "yesterday", "Please write a date such as 2026-03-10."),
        ("done_on", "2026-03-11", "This is still to come. Please check the date."),
        ("done_on", "1969-12-31", "This is before the date of birth. Please check the date."),
    ],
)
def test_it_refuses_what_cannot_be(sqlite_app, cast, field, value, sentence):
    db.get_one(Patient, cast.ana_patient).born_on = date(1970, 1, 1)
    form = _form(cast, **{field: value})
    assert not form.validate()
    assert str(form[field].errors[0]) == sentence
    db.rollback()


def test_it_takes_today_in_the_patients_zone(sqlite_app, cast):
    ana = db.get_one(Patient, cast.ana_patient)
    data = MultiDict({"kind": "esi", "done_on": "2026-03-11"})
    assert ProcedureForm(data, ana, NOW.replace(hour=23)).validate()
    assert not ProcedureForm(data, ana, NOW.replace(hour=22)).validate()


def test_it_shows_the_patient_what_was_done(app, visit, cast):
    _write(cast, note="Rest for two days.")
    page = visit("ana").get("/procedures/").text
    assert "Epidural steroid injection, L4-5, left" in page
    assert "March 10, 2026" in page
    assert "Northmoor Pain Clinic" in page
    assert "Rest for two days." in page
    assert "Call for emergency help now" in page


def test_it_helps_where_nothing_was_done(app, visit):
    assert "Nothing is written here yet." in visit("ana").get("/procedures/").text


def test_it_shows_no_other_patients_procedures(app, visit, cast):
    _write(cast, patient="dora")
    assert "Epidural" not in visit("ana").get("/procedures/").text


def test_it_refuses_strangers_and_caregivers_without_the_part(app, visit, cast):
    assert visit(None).get("/procedures/").location == "/identity/sign-in?next=/procedures/"
    assert visit("rosa").get(f"/for/{cast.ana_patient}/procedures/").status_code == 404
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    grant.parts = ["procedures"]
    db.commit()
    assert visit("rosa").get(f"/for/{cast.ana_patient}/procedures/").status_code == 200


def test_it_can_only_be_read_there(app, visit):
    assert visit("ana").post("/procedures/", {"kind": "esi", "done_on": "2026-03-10"}).status_code == 405
