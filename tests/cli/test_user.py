"""Who works at a clinic: let in, given a new password, let go."""

import re
from datetime import UTC, datetime

import pytest

from companion import seal, store
from companion.identity.model import Account, Clinic, Membership, SignIn
from companion.identity.signin import account_of, check_password, start
from companion.signin import recovery, totp
from companion.signin.model import Passkey, RecoveryCode, Totp
from companion.store import db

BEN = ("user", "ben@example.org", "--name", "Dr Ben Hartley", "--clinic", "Northmoor Pain Clinic")


@pytest.fixture
def there(request, database_url, companion, tmp_path):
    """`there(...)`: the command on a migrated database of either kind; `there.refused` expects that it is refused."""
    where = {"COMPANION_HOME": str(tmp_path)}
    if not database_url.startswith("sqlite"):
        where["COMPANION_DATABASE_URL"] = database_url
    refused = request.getfixturevalue("refused")

    def run(*words):
        result = companion(*words, **where)
        assert result.exit_code == 0, result.output
        store.connect(database_url)
        return result.stdout

    def run_refused(*words):
        said = refused(*words, **where)
        store.connect(database_url)
        return said

    run.refused = run_refused
    store.connect(database_url)
    seal.connect(tmp_path / "keys")
    return run


def password_in(said):
    return re.search(r"and the password (\S+)", said)[1]


def sign_in(email="ben@example.org"):
    with store.work():
        start(account_of(email), "Phone", datetime.now(UTC))


def seats():
    return sorted((seat.account.email, seat.clinic.name, seat.role) for seat in db.query(Membership))


def test_somebody_new_signs_in_with_what_is_printed(there):
    said = there("user", " Ben@Example.org", *BEN[2:])
    assert "Northmoor Pain Clinic, a new clinic," in said
    assert check_password("ben@example.org", password_in(said)).name == "Dr Ben Hartley"
    assert seats() == [("ben@example.org", "Northmoor Pain Clinic", "clinician")]


@pytest.mark.parametrize("name", ["Northmoor Pain Clinic", "northmoor pain clinic", "Nórthmoor  PAIN clinic"])
def test_the_clinic_is_found_in_any_case_and_accents(there, name):
    there(*BEN)
    said = there("user", "abe@example.org", "--name", "Abe", "--clinic", name, "--role", "admin")
    assert "works at Northmoor Pain Clinic as admin" in said and "new clinic" not in said
    assert db.query(Clinic).count() == 1


def test_another_clinic_is_made_only_when_asked_for(there):
    there(*BEN)
    carl = ("user", "carl@example.org", "--name", "Carl", "--clinic", "Southfell Clinic")
    said = there.refused(*carl)
    assert "Northmoor Pain Clinic" in said and "--new-clinic" in said
    assert db.query(Account).count() == db.query(Clinic).count() == 1
    assert "Southfell Clinic, a new clinic," in there(*carl, "--new-clinic", "--phone", "555-0100")
    assert [clinic.phone for clinic in db.query(Clinic).order_by(Clinic.id)] == ["", "555-0100"]
    assert "is here already" in there.refused("user", "d@example.org", *carl[2:], "--new-clinic")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user", "notanemail", "--name", "Ben", "--clinic", "Northmoor"), ["EMAIL"]),
        (("user", "ben@example.org", "--name", " ", "--clinic", ""), ["--name", "--clinic"]),
        (("user", "ben@example.org", "--name", "B" * 81, "--clinic", "C" * 121), ["--name", "--clinic"]),
        (("user", "ben@example.org", "--new-password"), ["no account"]),
        (("user", "ben@example.org", "--remove"), ["no account"]),
        (("user", "ben@example.org", "--lost-phone"), ["--lost-phone goes with --new-password"]),
        (("user", "ben@example.org", "--remove", "--clinic", "Northmoor"), ["--remove stands alone"]),
    ],
)
def test_what_cannot_be_meant_is_refused(there, words, told):
    said = there.refused(*words)
    assert all(each in said for each in told)
    assert not db.query(Account).count() and not db.query(Clinic).count()


def test_a_new_password_ends_the_old_one_and_every_sign_in(there):
    old = password_in(there(*BEN))
    sign_in()
    new = password_in(there("user", "BEN@example.org", "--new-password"))
    assert check_password("ben@example.org", old) is None
    assert check_password("ben@example.org", new) is not None
    assert db.query(SignIn).count() == 0
    assert len(seats()) == 1


def test_who_lost_their_phone_begins_again_with_a_password(there):
    there(*BEN)
    with store.work():
        ben, now = db.query(Account).one(), datetime.now(UTC)
        db.add(Passkey(account_id=ben.id, credential="key", public_key=b"", name="Phone", created_at=now))
        totp.begin(ben, now)
        recovery.make(ben)
    there("user", "ben@example.org", "--new-password")
    had = (db.query(Passkey).count(), db.query(Totp).count(), db.query(RecoveryCode).count())
    db.remove()
    there("user", "ben@example.org", "--new-password", "--lost-phone")
    assert had == (1, 1, 10)
    assert (db.query(Passkey).count(), db.query(Totp).count(), db.query(RecoveryCode).count()) == (0, 0, 0)


def test_who_is_let_go_works_nowhere_is_signed_out_and_can_come_back(there):
    there(*BEN)
    sign_in()
    said = there("user", "ben@example.org", "--remove")
    assert "Northmoor Pain Clinic" in said
    assert seats() == [] and db.query(SignIn).count() == 0 and db.query(Account).count() == 1
    assert "works at no clinic" in there.refused("user", "ben@example.org", "--remove")
    again = ("user", "ben@example.org", "--clinic", "northmoor pain clinic")
    assert "--new-password" in there.refused(*again)
    assert check_password("ben@example.org", password_in(there(*again, "--new-password"))) is not None
    assert len(seats()) == 1
    assert "already" in there.refused(*again, "--new-password")


def test_an_account_that_signed_up_before_is_not_let_in_as_it_is(there):
    with store.work():
        db.add(Account(email="ben@example.org", name="Somebody", created_at=datetime.now(UTC)))
    assert "has an account" in there.refused(*BEN)
    assert seats() == []


def test_a_database_that_is_not_migrated_is_told(refused, home):
    assert "`companion migrate`" in refused(*BEN)
    assert not home.exists()
