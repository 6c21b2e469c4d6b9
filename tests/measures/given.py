"""What the tests of questionnaires begin with."""

from uuid import uuid4

from companion.identity.model import Account, Clinic, Patient
from companion.measures.definition import newest
from companion.measures.switch import name_reader, switch_on
from companion.store import db
from tests.cast import NOW


def put_on(cast, code, every=7, now=NOW):
    """Switch it on for Ana at Ben's clinic; the plan's id."""
    patient, ben, clinic = (
        db.get_one(Patient, cast.ana_patient),
        db.get_one(Account, cast.ben),
        db.get_one(Clinic, cast.northmoor),
    )
    plan = switch_on(patient, ben, clinic, newest()[code], every, now)
    db.commit()
    return plan.id


def read_there(cast):
    """Somebody at Ben's clinic reads answers that ask for help."""
    name_reader(
        db.get_one(Clinic, cast.northmoor),
        db.get_one(Account, cast.abe),
        "Nurse Ines",
        "Monday to Friday, 9 to 17",
        NOW,
    )
    db.commit()


def sent(*answers, **more):
    """The form of a questionnaire, its answers in order."""
    told = {f"q{n}": str(given) for n, given in enumerate(answers)}
    return {"uuid": str(uuid4()), "version": "1", "at": "", **told, **more}
