"""What the clinic writes down about a procedure."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from companion.identity.model import Account, Clinic, Patient
from companion.procedures import kinds
from companion.procedures.forms import ProcedureForm
from companion.procedures.kinds import KINDS, SHORT, aftercare, is_injection, is_treatment, name, short
from companion.procedures.model import Procedure
from companion.procedures.queries import procedure, procedures, removed
from companion.procedures.record import record, remove, restore
from companion.sharing.model import Grant
from companion.store import Conflict, db
from companion.words import speaking
from tests.cast import NOW

TODAY = date(2026, 3, 10)


def _write(cast, kind="esi", level="L4-5", side="left", done_on=TODAY, note="", patient="ana", uuid=None, digest=""):
    owner = db.get_one(Patient, getattr(cast, f"{patient}_patient"))
    clinic, ben = db.get_one(Clinic, cast.northmoor), db.get_one(Account, cast.ben)
    found, _new = record(owner, clinic, ben, uuid or str(uuid4()), digest, kind, level, side, done_on, note, NOW)
    db.commit()
    return found


def _form(cast, **values):
    ana = db.get_one(Patient, cast.ana_patient)
    return ProcedureForm(MultiDict({"uuid": str(uuid4()), "kind": "esi", "done_on": "2026-03-10", **values}), ana, NOW)


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


def test_it_is_kept_once(app, cast):
    uuid = str(uuid4())
    first = _write(cast, uuid=uuid, digest="a")
    moved = first.patient.procedures_at
    assert _write(cast, uuid=uuid, digest="a") is first
    with pytest.raises(Conflict):
        _write(cast, uuid=uuid, digest="b")
    db.rollback()
    assert _write(cast, uuid=uuid, digest="b", patient="dora") is not first
    assert db.query(Procedure).count() == 2
    assert first.patient.procedures_at == moved


def test_it_takes_one_back_and_brings_it_back(app, cast):
    row, ana, ben = _write(cast), db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ben)
    for hours in (1, 2):
        remove(row, ben, NOW + timedelta(hours=hours))
    db.commit()
    assert (procedures(ana), removed(ana, cast.northmoor), removed(ana, cast.southfell)) == ([], [row], [])
    assert (row.removed_at, row.removed_by) == (NOW + timedelta(hours=1), cast.ben)
    assert ana.procedures_at == NOW + timedelta(hours=1)
    for hours in (3, 4):
        restore(row, NOW + timedelta(hours=hours))
    db.commit()
    assert (procedures(ana), removed(ana, cast.northmoor)) == ([row], [])
    assert (row.removed_at, row.removed_by, ana.procedures_at) == (None, None, NOW + timedelta(hours=3))


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


def test_it_knows_what_may_be_compared():
    injections = {kind for kind in KINDS if is_injection(kind)}
    assert injections >= {"esi", "facet-injection", "si-joint-injection", "trigger-point-injections", "joint-injection"}
    assert not injections & {"scs-implant", "pump-refill", "radiofrequency-ablation"}
    passing = {kind for kind in KINDS if not is_treatment(kind)}
    assert passing == {"medial-branch-block", "scs-trial", "scs-revision", "pump-trial", "pump-refill"}
    assert is_treatment("gone") and not is_injection("gone")


def _signs(*done):
    """Code to all texts of that group."""
    return {group[0]["code"]: " ".join(text for step in group for text in step["text"]) for group in aftercare(done)}


def test_it_knows_when_to_ask_for_help():
    signs = _signs("esi")
    assert list(signs) == ["now", "today", "expected"]
    assert all(sign in signs["now"] for sign in ("cannot pee", "very bad pain in the back", "stiff neck", "swelling"))
    assert all(sign in signs["today"] for sign in ("38 °C", "lie flat", "numb", "sugar"))
    assert all(sign in signs["expected"] for sign in ("sore", "red, warm face", "heavy"))
    assert "alarm" not in signs["today"] and "tingling" not in signs["today"] and "sleepy" not in signs["now"]


def test_a_pump_and_a_stimulator_have_signs_of_their_own():
    for kind in ("pump-trial", "pump-implant", "pump-refill"):
        signs = _signs("esi", kind)
        assert all(sign in signs["now"] for sign in ("sleepy", "slow breathing", "stiff muscles", "two-tone"))
        assert all(sign in signs["today"] for sign in ("one tone", "old pain is back", "after a refill"))
    for kind in ("scs-trial", "scs-implant", "scs-revision"):
        assert all(sign in _signs(kind)["today"] for sign in ("lead", "box", "tingling"))
        assert "sleepy" not in _signs(kind)["now"]
    assert "sun" in _signs("radiofrequency-ablation")["expected"]


def test_every_step_has_its_source_and_names_kinds_that_are_there():
    steps = tomllib.loads((Path(kinds.__file__).parent / "aftercare.toml").read_text(encoding="utf-8"))["step"]
    assert all(step["source"] for step in steps)
    assert {kind for step in steps for kind in step.get("kinds", ())} <= KINDS.keys()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kind", "spell", "Please choose one of these."),
        ("side", "up", "Please choose one of these."),
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
    data = MultiDict({"uuid": str(uuid4()), "kind": "esi", "done_on": "2026-03-11"})
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
    assert 'href="tel:911"' in page
    assert 'href="tel:5550100">Call Northmoor Pain Clinic, 555-0100</a>' in page
    assert "If you have a pain pump" not in page
    _write(cast, kind="pump-refill")
    assert "If you have a pain pump" in visit("ana").get("/procedures/").text


def test_a_clinic_without_a_number_has_no_link(sqlite_app, visit, cast):
    db.get_one(Clinic, cast.northmoor).phone = ""
    _write(cast)
    page = visit("ana").get("/procedures/").text
    assert "Call your clinic today" in page
    assert page.count('href="tel:') == 1


def test_it_helps_where_nothing_was_done(app, visit):
    assert "Nothing is written here yet." in visit("ana").get("/procedures/").text


def test_it_shows_no_other_patients_procedures(app, visit, cast):
    _write(cast, patient="dora")
    assert "Epidural" not in visit("ana").get("/procedures/").text


def test_it_refuses_strangers_and_caregivers_without_the_part(app, visit, cast):
    assert visit(None).get("/procedures/").location == "/signin/?next=/procedures/"
    assert visit("rosa").get(f"/for/{cast.ana_patient}/procedures/").status_code == 404
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    grant.parts = ["procedures"]
    db.commit()
    assert visit("rosa").get(f"/for/{cast.ana_patient}/procedures/").status_code == 200


def test_it_can_only_be_read_there(app, visit):
    assert visit("ana").post("/procedures/", {"kind": "esi", "done_on": "2026-03-10"}).status_code == 405
