"""Write the invented clinic into an empty database: the same people and numbers for the same day, by a seeded generator."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import insert

from companion import clock
from companion.demo.asked import ask
from companion.demo.beside import add_beside
from companion.demo.life import Life, live
from companion.demo.people import ANA, DORA, DOWN, OTHERS, Person
from companion.diary import rollup as diary
from companion.diary.model import Entry, Site
from companion.identity.model import Account, Clinic, Membership, Patient
from companion.identity.passwords import hashed
from companion.medication import rollup as medication
from companion.medication.model import Dose, Medicine
from companion.procedures.model import Procedure
from companion.schedule.model import EVERY_DAY, Schedule
from companion.sharing.model import PARTS, Grant, Look
from companion.store import db
from companion.therapy.model import Programme, Session

SEED = 20260310
#: everybody's, for when a page asks who they are
PASSWORD = "lichen and heather"  # noqa: S105 of invented people


def fill(now: datetime) -> dict[str, Account]:
    """Write everything; the accounts of the cast by their part in it. The caller commits."""
    random = Random(SEED)
    people = {part: _account(part, name, now) for part, name in _CAST.items()}
    secret = hashed(PASSWORD)
    for account in people.values():
        account.password_hash = secret
    northmoor = Clinic(name="Northmoor Pain Clinic", phone="555-0142", created_at=now)
    southfell = Clinic(name="Southfell Clinic", created_at=now)
    db.add_all([*people.values(), northmoor, southfell])
    db.flush()
    for part, clinic, role in (
        ("clinician", northmoor, "clinician"),
        ("other clinician", southfell, "clinician"),
        ("administrator", northmoor, "admin"),
    ):
        db.add(Membership(clinic_id=clinic.id, account_id=people[part].id, role=role))
    ana = _record(ANA, people["patient"], people["clinician"], northmoor, random, now)
    ask(ana, people["patient"], people["clinician"], northmoor, now)
    _record(DORA, people["other patient"], people["clinician"], northmoor, random, now)
    for number, person in enumerate(OTHERS):
        account = _account(f"patient{number}", person.name, now)
        db.add(account)
        db.flush()
        _record(person, account, people["clinician"], northmoor, random, now)
    _let_in(ana, people["caregiver"], people["clinician"], northmoor, now)
    add_beside(ana, people["caregiver"], now)
    db.flush()
    return people


def _let_in(ana: Patient, caregiver: Account, clinician: Account, clinic: Clinic, now: datetime) -> None:
    """Her caregiver may help, and her clinician has looked."""
    since, parts = now - timedelta(days=40), ["pain", "medicines", "therapy", "notes"]
    db.add(Grant(patient_id=ana.id, account_id=caregiver.id, parts=parts, may_log=True, granted_at=since))
    for hours in (20, 190, 530):
        look = {"account_id": clinician.id, "clinic_id": clinic.id, "looked_at": now - timedelta(hours=hours)}
        db.add_all(Look(patient_id=ana.id, part=part, **look) for part in PARTS)


_CAST = {
    "patient": "Ana Morel",
    "caregiver": "Rosa Morel",
    "clinician": "Ben Hartley",
    "other clinician": "Carl Voss",
    "other patient": "Dora Finch",
    "administrator": "Abe Sutter",
}


def _account(part: str, name: str, now: datetime) -> Account:
    first = name.split(maxsplit=1)[0]
    return Account(
        email=f"{first.lower()}.{part.split(maxsplit=1)[0]}@example.org", name=first, language="en", created_at=now
    )


def _record(
    person: Person, account: Account, clinician: Account, clinic: Clinic, random: Random, now: datetime
) -> Patient:
    patient = Patient(account_id=account.id, name=person.name, born_on=person.born_on, zone=person.zone)
    db.add(patient)
    db.flush()
    today = clock.day_of(now, person.zone)
    first = today - timedelta(days=person.days - 1)
    clinic_id = None
    if person.shares:
        clinic_id = clinic.id
        db.add(
            Grant(
                patient_id=patient.id,
                clinic_id=clinic.id,
                parts=list(PARTS),
                granted_at=now - timedelta(days=person.days),
            )
        )
        for treatment in person.treatments:
            done_on = today - timedelta(days=treatment.days_ago)
            db.add(Procedure(patient_id=patient.id, clinic_id=clinic.id, author_id=clinician.id, kind=treatment.kind, level=treatment.level,
                             side=treatment.side, done_on=done_on, recorded_at=now))  # fmt: skip
    medicines = _medicines(person, patient, account, first)
    programmes = _programmes(person, patient, clinician if person.shares else account, clinic_id, first)
    _aim(patient, now)
    _write(live(person, first, today, now, random), patient, account, medicines, programmes)
    return patient


def _medicines(person: Person, patient: Patient, account: Account, first: date) -> list[Medicine]:
    medicines = []
    for taken in person.medicines:
        medicine = Medicine(patient_id=patient.id, name=taken.name, strength=taken.strength, amount=taken.amount, note=taken.note,
                            as_needed=taken.needed_above is not None, added_by=account.id, started_on=first)  # fmt: skip
        db.add(medicine)
        db.flush()
        medicines.append(medicine)
        db.add_all(
            _schedule(patient, "medication", medicine.id, time.fromisoformat(wall), EVERY_DAY, first)
            for wall in taken.walls
        )
    return medicines


def _programmes(
    person: Person, patient: Patient, planner: Account, clinic_id: int | None, first: date
) -> list[Programme]:
    plans = [("pt", *person.exercises, "10:00", 20), *([("cbt", *person.mind, "18:30", 12)] if person.mind else [])]
    programmes = []
    for kind, title, weekdays, wall, minutes in plans:
        programme = Programme(
            patient_id=patient.id,
            kind=kind,
            title=title,
            minutes=minutes,
            planned_by=planner.id,
            clinic_id=clinic_id,
            starts_on=first,
        )
        db.add(programme)
        db.flush()
        programmes.append(programme)
        db.add(_schedule(patient, "therapy", programme.id, time.fromisoformat(wall), weekdays, first))
    db.add(_schedule(patient, "diary", 0, time(20), EVERY_DAY, first))
    return programmes


def _schedule(patient: Patient, kind: str, thing_id: int, wall: time, weekdays: str, first: date) -> Schedule:
    return Schedule(patient_id=patient.id, kind=kind, thing_id=thing_id, wall=wall, weekdays=weekdays, starts_on=first)


def _aim(patient: Patient, now: datetime) -> None:
    db.flush()
    for schedule in db.query(Schedule).where(Schedule.patient_id == patient.id):
        schedule.aim(now, patient.zone)


def _write(
    life: Life, patient: Patient, account: Account, medicines: list[Medicine], programmes: list[Programme]
) -> None:
    """Everything that was lived, in a few statements."""
    who = {"patient_id": patient.id, "author_id": account.id, "digest": ""}
    first_id = (db.query(Entry.id).order_by(Entry.id.desc()).limit(1).scalar() or 0) + 1
    entries = [
        {
            **who,
            **entry,
            **Entry.note.columns(note, patient.id, entry["uuid"]),
            "id": first_id + n,
            "zone": patient.zone,
        }
        for n, (entry, note) in enumerate(zip(life.entries, life.notes, strict=True))
    ]
    sites = [
        {"entry_id": entry["id"], "region": region, "intensity": max(0, entry["pain"] - n), "spreads": region in DOWN}
        for entry, regions in zip(entries, life.regions, strict=True)
        for n, region in enumerate(regions)
    ]
    doses = [{**who, **dose, "medicine_id": medicines[n].id} for n, dose in life.doses]
    sessions = [{**who, **session, "programme_id": programmes[n].id} for n, session in life.sessions]
    tables = (
        (Entry, entries),
        (Site, sites),
        (Dose, doses),
        (Session, sessions),
    )
    for table, rows in tables:
        if rows:
            db.execute(insert(table), rows)
    for rollup in (diary, medication):
        rollup.roll_up(patient.id, life.first, life.last)
