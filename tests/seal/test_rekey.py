"""Keys change while everybody works."""

from base64 import b64encode

import pyotp
import pytest
from sqlalchemy import LargeBinary

from companion import seal
from companion.identity.model import Account
from companion.rekey import every, rekey
from companion.reminders.devices import listen
from companion.reminders.model import Address, Device
from companion.settings import Settings
from companion.signin import totp
from companion.signin.model import Totp
from companion.store import Base, db
from tests.cast import NOW

#: bytes that are no sealed words of a person, or go by themselves
OTHER = {"passkey.public_key", "audit_event.mac", "take_out_piece.sealed"}
#: e-mail and name of six accounts, names of two patients, 300 phones, a codes app
ALL = 12 + 2 + 300 + 1


@pytest.fixture
def sealed(app, cast):
    """300 phones and a codes app of Ana's."""
    ana = db.get_one(Account, cast.ana)
    for number in range(300):
        listen(ana, Address(f"https://push.example/{number}", "point", "secret"), label="Phone", now=NOW)
    totp.begin(ana, NOW)
    db.commit()
    return ana, totp.waiting(ana)


def keys_used():
    used = {seal.key_of(value) for sealed in every() for (value,) in db.query(sealed.column) if value is not None}
    db.remove()
    return used


def test_everything_is_sealed_anew_and_says_the_same(sealed):
    ana, told = sealed
    db.remove()
    assert (seal.add(), keys_used()) == (2, {1})
    assert rekey() == (ALL, [])
    assert keys_used() == {2}
    assert rekey() == (0, [])
    assert totp.waiting(ana) == told
    assert {account.name for account in db.query(Account)} == {"Ana", "Rosa", "Ben", "Carl", "Dora", "Abe"}
    assert {device.address.endpoint for device in db.query(Device)} == {f"https://push.example/{n}" for n in range(300)}
    db.remove()


def test_a_process_that_runs_learns_of_a_new_key(app, tmp_path):
    path = Settings(home=tmp_path).key_file
    seal.newest()
    path.write_text(path.read_text() + f"2 {b64encode(bytes(32)).decode()}\n")
    assert len(seal.secret("anything", 2)) == 32


def test_a_lost_key_is_said_and_stops_nothing(sealed, tmp_path):
    db.remove()
    path = Settings(home=tmp_path).key_file
    path.write_text(f"7 {b64encode(bytes(32)).decode()}\n")
    seal.connect(path)
    done, lost = rekey()
    assert (done, len(lost)) == (0, ALL)
    assert lost[0] == "account 1: Key 1 is not here."


def test_every_sealed_column_is_known():
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found - OTHER == {f"{sealed.model.__tablename__}.{sealed.key}" for sealed in every()}


def test_a_codes_app_works_on_after_its_secret_was_sealed_anew(sealed):
    ana, (typed, _address) = sealed
    db.remove()
    seal.add()
    rekey()
    code = pyotp.TOTP(typed.replace(" ", "")).at(NOW)
    assert totp.confirm(db.get_one(Account, ana.id), code, NOW)
    assert db.get_one(Totp, ana.id).confirmed_at == NOW
    db.rollback()
