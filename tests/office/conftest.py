"""What the tests of this room share."""

import pytest

from companion.identity.model import Account, Membership
from companion.identity.signin import start
from companion.store import db
from tests.cast import NOW


@pytest.fixture
def eve(cast):
    """Eve administers Southfell; the id of her account, and `eve` is a name for `visit`."""
    account = Account(email="eve@example.org", name="Eve", language="en", created_at=NOW)
    db.add(account)
    db.flush()
    db.add(Membership(clinic_id=cast.southfell, account_id=account.id, role="admin"))
    cast.tokens["eve"] = start(account, "Test", NOW, strong=True)
    db.commit()
    db.remove()
    return account.id


@pytest.fixture
def seats(cast):
    """Ids of seats by the name of who has it."""

    def found():
        db.remove()
        rows = db.query(Membership).all()
        return {row.account.name.lower(): row for row in rows}

    return found
