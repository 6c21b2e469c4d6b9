"""What starts says where it is, or in one sentence why it does not start."""

import os
import signal
import stat
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from companion import migrate
from companion.settings import ROOT, Settings
from tests.servers.process import Server, free_port

ANY_BROKER = "redis://127.0.0.1:1/0"


def test_serve_says_where_it_is_and_what_it_makes_is_for_its_owner_only(tmp_path):
    home, port = tmp_path / "home", free_port()
    env = {**os.environ, "COMPANION_HOME": str(home), "PORT": str(port)}
    command = [Path(sys.executable).with_name("companion"), "serve", "--no-clock", "--no-worker"]
    with Server(command, env) as server:
        said = server.wait_for_line("listens on", timeout=30)
        assert f"http://localhost:{port}" in said
        assert "No reminder rings from here" in server.output
        server.wait_for_port(port)
        asked = Request(f"http://localhost:{port}/signin/", headers={"Cookie": "companion=nobody"})
        assert urlopen(asked, timeout=20).status == 200
        made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
        assert {"companion.sqlite3", "companion.sqlite3-wal", "vapid.pem"} <= set(made)
        assert set(made.values()) == {0o600} and stat.S_IMODE(home.stat().st_mode) == 0o700
        assert server.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("name", ["clock", "worker"])
def test_alone_it_would_ring_nothing(refused, home, name):
    assert "COMPANION_BROKER_URL" in refused(name)
    assert not home.exists()


def test_a_clock_without_a_worker_would_ring_nothing(refused):
    assert "COMPANION_BROKER_URL" in refused("serve", "--no-worker")


@pytest.mark.parametrize("name", ["clock", "worker"])
def test_a_database_of_another_shape_is_told(refused, companion, home, name):
    assert "`companion migrate`" in refused(name, COMPANION_BROKER_URL=ANY_BROKER)
    assert not home.exists()
    companion("migrate", "20261124_first")
    assert "`companion migrate`" in refused(name, COMPANION_BROKER_URL=ANY_BROKER)


def test_a_migrated_database_is_the_newest(database_url):
    assert migrate.is_newest(database_url)


def test_an_older_one_is_not(sqlite_url):
    migrate.downgrade(sqlite_url, "-1")
    assert not migrate.is_newest(sqlite_url)


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_pushes_over_tls_need_a_contact(refused, companion, name):
    companion("migrate")
    settings = {"COMPANION_ORIGIN": "https://diary.example.org", "COMPANION_BROKER_URL": ANY_BROKER}
    assert "COMPANION_CONTACT" in refused(name, **settings)


def test_a_key_file_without_a_key_stops_the_start(refused, tmp_path):
    (tmp_path / "vapid.pem").write_text("nothing")
    assert "vapid.pem" in refused("serve", COMPANION_PUSH_KEY=str(tmp_path / "vapid.pem"))


def test_a_database_out_of_reach_is_a_sentence(refused, tmp_path):
    assert "database" in refused("migrate", COMPANION_DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/none")
    (tmp_path / "file").touch()
    assert "COMPANION_HOME" in refused("migrate", COMPANION_HOME=str(tmp_path / "file" / "home"))


def test_a_wrong_setting_or_revision_is_a_sentence(refused):
    assert "PORT" in refused("serve", PORT="99999")
    assert "nonsense" in refused("migrate", "nonsense")
    assert "`base`" in refused("migrate", "--down")


def test_the_home_is_the_same_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Settings.read({}).home == ROOT / "instance"
