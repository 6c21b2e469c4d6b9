"""Web, clock and worker as processes of their own, over PostgreSQL and Valkey: one reminder is one push."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime, time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from companion import migrate, seal, store
from companion.identity.model import Account, Patient
from companion.identity.signin import start
from companion.reminders.model import Delivery, Receipt
from companion.schedule.model import Schedule
from companion.store import db
from companion.therapy.model import Programme
from tests.servers.postgres import drop_database, new_database
from tests.servers.process import Server, free_port
from tests.servers.valkey import valkey

COMPANION = Path(sys.executable).with_name("companion")


@pytest.fixture
def database(postgres_server, tmp_path):
    url = new_database(postgres_server)
    migrate.upgrade(url)
    store.connect(url)
    seal.connect(tmp_path / "keys")
    yield url
    store.disconnect()
    drop_database(postgres_server, url)


@pytest.fixture
def house(database, service, tmp_path):
    """The port of a house whose web, clock and worker are three processes."""
    port = free_port()
    with valkey() as broker, ExitStack() as running:
        env = {
            "COMPANION_HOME": str(tmp_path), "COMPANION_DATABASE_URL": database, "COMPANION_BROKER_URL": broker, "PORT": str(port),
            "COMPANION_ORIGIN": f"http://localhost:{port}", "COMPANION_CONTACT": "mailto:clinic@example.org",
            "COMPANION_PUSH_HOSTS": service.origin, "COMPANION_TICK_SECONDS": "1",
        }  # fmt: skip
        web = running.enter_context(Server([COMPANION, "serve", "--no-clock", "--no-worker"], env))
        others = [running.enter_context(Server([COMPANION, name], env)) for name in ("clock", "worker")]
        web.wait_for_port(port, timeout=30)
        for other, said in zip(others, ("running", "listening"), strict=True):
            other.wait_for_line(said, timeout=30)
        yield port


def person():
    """Somebody who is signed in, with exercises; the token of the sign-in."""
    now = datetime.now(UTC)
    with store.work():
        account = Account(email="ana@example.org", name="Ana", language="en", created_at=now)
        patient = Patient(account=account, name="Ana", zone="UTC")
        db.add_all([account, patient])
        db.flush()
        for title in ("Stretch", "Walk"):
            db.add(
                Programme(patient_id=patient.id, kind="pt", title=title, planned_by=account.id, starts_on=now.date())
            )
        return start(account, "Phone", now)


def make_due(programme):
    now = datetime.now(UTC)
    with store.work():
        thing = db.query(Programme).filter_by(title=programme).one()
        due = {"next_due_at": now, "next_due_on": now.date(), "starts_on": now.date()}
        db.add(Schedule(patient_id=thing.patient_id, kind="therapy", thing_id=thing.id, wall=time(12), **due))


def post(port, token, path, form):
    connection = HTTPConnection("localhost", port, timeout=20)
    headers = {
        "Origin": f"http://localhost:{port}",
        "Cookie": f"companion={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def kept(model):
    store.begin_reading()
    found = db.query(model).order_by(model.id).all()
    db.remove()
    return found


def test_one_reminder_is_one_push(database, house, service):
    token, phone = person(), service.subscribe()
    assert (
        post(
            house, token, "/reminders/devices", {"endpoint": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
        )
        == 201
    )
    make_due("Stretch")
    [message] = service.wait_for(1, timeout=20)
    assert message.payload["notification"]["body"] == "Something is planned for 12:00."
    key = message.payload["notification"]["data"]["key"]
    assert post(house, "", f"/reminders/deliveries/{key}/receipts", {"kind": "shown"}) == 204
    assert post(house, token, f"/reminders/deliveries/{key}/done", {}) == 303
    assert [receipt.kind for receipt in kept(Receipt)] == ["shown", "done"]

    make_due("Walk")  # the clock went on ticking, and nothing came twice
    assert len(service.wait_for(2, timeout=20)) == 2
    assert service.refusals == []
    assert len(service.vapid_keys) == 1
    first = [delivery for delivery in kept(Delivery) if delivery.key == key]
    assert [(delivery.state, delivery.why) for delivery in first] == [("over", "done")]
