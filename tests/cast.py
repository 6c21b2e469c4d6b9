"""The people of every test.

Ana is a patient who lets Ben's clinic and her caregiver Rosa in. Ben is her clinician. Carl is a clinician of another
clinic, without a grant. Dora is another patient. Abe administers Ben's clinic. All are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from companion.identity.model import Account, Clinic, Membership, Patient
from companion.identity.passwords import hashed
from companion.identity.signin import start
from companion.sharing.model import PARTS, Grant
from companion.store import db

PASSWORD = "lichen and heather"
#: a Tuesday, 10:00 in Berlin
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
_HASH = hashed(PASSWORD)


@dataclass(frozen=True)
class Cast:
    """Ids of the cast, and a sign-in token for each member by name."""

    ana: int
    rosa: int
    ben: int
    carl: int
    dora: int
    abe: int
    #: patient ids
    ana_patient: int
    dora_patient: int
    #: clinic ids
    northmoor: int
    southfell: int
    tokens: dict[str, str]


def gather() -> Cast:
    """Write the cast into the open database and sign everyone in."""
    people = {name: _account(name) for name in ("ana", "rosa", "ben", "carl", "dora", "abe")}
    ana = Patient(account=people["ana"], name="Ana", zone=ZONE)
    dora = Patient(account=people["dora"], name="Dora", zone="America/New_York")
    northmoor, southfell = (
        Clinic(name=name, phone="555-0100", created_at=NOW) for name in ("Northmoor Pain Clinic", "Southfell Clinic")
    )
    db.add_all([*people.values(), ana, dora, northmoor, southfell])
    db.flush()
    for name, clinic, role in (
        ("ben", northmoor, "clinician"),
        ("carl", southfell, "clinician"),
        ("abe", northmoor, "admin"),
    ):
        db.add(Membership(clinic_id=clinic.id, account_id=people[name].id, role=role))
    db.add(Grant(patient_id=ana.id, clinic_id=northmoor.id, parts=list(PARTS), granted_at=NOW))
    db.add(
        Grant(
            patient_id=ana.id,
            account_id=people["rosa"].id,
            parts=["pain", "medicines", "therapy"],
            may_log=True,
            granted_at=NOW,
        )
    )
    tokens = {name: start(account, "Test", datetime.now(UTC), strong=True) for name, account in people.items()}
    db.commit()
    ids = {name: account.id for name, account in people.items()}
    return Cast(
        **ids, ana_patient=ana.id, dora_patient=dora.id, northmoor=northmoor.id, southfell=southfell.id, tokens=tokens
    )


def _account(name: str) -> Account:
    return Account(
        email=f"{name}@example.org", name=name.capitalize(), password_hash=_HASH, language="en", created_at=NOW
    )
