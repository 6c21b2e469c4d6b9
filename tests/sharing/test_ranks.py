"""A clinic's list is in order of names that no index can read."""

from random import Random

from sqlalchemy import select, update

from companion.identity.model import Patient
from companion.identity.names import folded
from companion.sharing import ranks
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW


def share(cast, name, flush=True):
    patient = Patient(name=name, zone="UTC")
    grant = Grant(patient=patient, clinic_id=cast.northmoor, parts=["pain"], granted_at=NOW)
    db.add(grant)
    if flush:
        db.flush()
    return grant


def listed(cast):
    query = select(Grant).where(Grant.clinic_id == cast.northmoor, Grant.stopped_at.is_(None))
    return [row.patient.name for row in db.scalars(query.order_by(Grant.list_rank, Grant.patient_id))]


def test_each_finds_their_place(app, cast):
    random = Random(5)
    names = ["Ana", *(f"{random.choice('áBcÉ')}{random.randrange(10**6)}" for _ in range(40))]
    for n, name in enumerate(names[1:]):
        share(cast, name, flush=n % 3 == 0)  # some come in together
    db.commit()
    assert listed(cast) == sorted(names, key=folded)


def test_where_no_number_is_left_all_are_written_anew(sqlite_app, cast):
    share(cast, "Az")
    for n in range(40):
        # always right behind Ana: 32 halves, then no room
        share(cast, f"Ap{99 - n}")
    db.commit()
    assert listed(cast) == ["Ana", *(f"Ap{n}" for n in range(60, 100)), "Az"]
    found = db.scalars(select(Grant.list_rank).where(Grant.clinic_id == cast.northmoor)).all()
    assert len({*found}) == len(found)


def test_a_new_name_takes_another_place(app, cast):
    for name in ("Bela", "Cleo"):
        share(cast, name)
    db.get_one(Patient, cast.ana_patient).name = "Bo"
    db.commit()
    assert listed(cast) == ["Bela", "Bo", "Cleo"]


def test_a_caregiver_and_who_has_left_take_none(app, cast):
    gone = share(cast, "Gone")
    gone.stopped_at = NOW
    db.flush()
    gone.patient.name = "Aa"
    db.commit()
    assert listed(cast) == ["Ana"]
    assert db.scalars(select(Grant.list_rank).where(Grant.account_id.is_not(None))).all() == [None]


def test_the_rank_says_nothing_of_the_letters(app, cast):
    """Whoever is first stands at 0, whatever the name."""
    db.execute(update(Grant).where(Grant.clinic_id == cast.northmoor).values(stopped_at=NOW))
    assert share(cast, "Zoe").list_rank == 0
    assert share(cast, "Abel").list_rank < 0
    db.rollback()


def test_all_can_be_ranked_at_once(app, cast):
    for name in ("Cleo", "Bela"):
        share(cast, name)
    db.execute(update(Grant).values(list_rank=None))
    ranks.write_anew(db.connection(), cast.northmoor)
    db.commit()
    assert listed(cast) == ["Ana", "Bela", "Cleo"]
