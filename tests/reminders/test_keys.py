"""The key is made once, for its owner only, whoever starts first."""

import stat
import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from companion.reminders.keys import _read, keys
from companion.settings import Settings, SettingsError

ASK = "import sys; from pathlib import Path; from companion.reminders.keys import keys; from companion.settings import Settings; print(keys(Settings(home=Path(sys.argv[1]))).public)"


def test_it_makes_a_key_once(tmp_path):
    settings = Settings(home=tmp_path / "new")
    public = keys(settings).public
    _read.cache_clear()
    assert keys(settings).public == public
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["vapid.pem"]


def test_it_gives_the_public_key_as_browsers_want_it(tmp_path):
    public = keys(Settings(home=tmp_path)).public
    point = urlsafe_b64decode(public + "=")
    assert len(point) == 65
    assert point[0] == 4
    assert "=" not in public


def test_it_keeps_the_key_from_others(tmp_path):
    keys(Settings(home=tmp_path))
    assert stat.S_IMODE((tmp_path / "vapid.pem").stat().st_mode) == 0o600


def test_it_takes_the_file_that_is_set(tmp_path):
    shared = tmp_path / "shared" / "key.pem"
    public = keys(Settings(home=tmp_path / "one", push_key=str(shared))).public
    assert keys(Settings(home=tmp_path / "two", push_key=str(shared))).public == public
    assert not (tmp_path / "one").exists()


def test_processes_that_start_at_once_end_with_the_same_key(tmp_path):
    started = [
        subprocess.Popen([sys.executable, "-c", ASK, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {process.communicate(timeout=30)[0].strip() for process in started}
    assert said == {keys(Settings(home=tmp_path)).public}
    assert [path.name for path in tmp_path.iterdir()] == ["vapid.pem"]


def test_one_that_is_late_keeps_the_key_of_the_first(tmp_path, monkeypatch):
    first = keys(Settings(home=tmp_path)).public
    _read.cache_clear()
    monkeypatch.setattr(Path, "exists", lambda self: False)  # it looked before the first had written
    assert keys(Settings(home=tmp_path)).public == first


@pytest.mark.parametrize("text", ["nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_it_refuses_a_file_without_a_key(tmp_path, text):
    (tmp_path / "vapid.pem").write_text(text)
    with pytest.raises(SettingsError, match=r"vapid\.pem"):
        keys(Settings(home=tmp_path))
