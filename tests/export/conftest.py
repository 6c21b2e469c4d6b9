"""Ana's take-out as a file."""

import io
import json
import zipfile

import pytest

from companion.export.ask import ask, fetch
from companion.export.make import claim, make
from companion.export.model import TakeOut
from companion.identity.model import Account
from companion.store import db
from tests.cast import NOW


@pytest.fixture
def take_out(app, cast):
    """`take_out(account_id)`: the archive that is made for the account, opened."""

    def made(account_id):
        ask(db.get(Account, account_id), NOW)
        db.commit()
        db.remove()
        for take_out_id, lease in claim(NOW):
            assert make(take_out_id, lease, app.config["SETTINGS"], drawn(app))
        row = db.query(TakeOut).filter_by(account_id=account_id, patient_id=None).one()
        content = b"".join(fetch(row, None, NOW))
        assert len(content) == row.size
        return zipfile.ZipFile(io.BytesIO(content))

    return made


def drawn(app):
    """What renders a template of `app`."""
    return lambda name, **values: app.jinja_env.get_template(name).render(values)


def record(archive):
    """record.json, read."""
    return json.loads(archive.read("record.json"))
