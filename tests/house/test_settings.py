"""Settings are told in the README and fail loudly."""

from dataclasses import fields

import pytest

from companion.settings import Settings, SettingsError
from tests.house.test_floors import PACKAGE, ROOT


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [field.metadata["env"] for field in fields(Settings) if f"`{field.metadata['env']}`" not in readme]
    assert not missing


def test_only_settings_and_the_entry_points_read_the_environment():
    readers = [path.name for path in PACKAGE.rglob("*.py") if "environ" in path.read_text(encoding="utf-8")]
    assert set(readers) <= {"settings.py", "app.py", "cli.py"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight"),
        ("COMPANION_ORIGIN", "diary.example.org"),
        ("COMPANION_ORIGIN", "https://example.org/path"),
        ("COMPANION_CONTACT", "mailto:me@localhost"),
        ("COMPANION_OPEN_SIGNUP", "perhaps"),
        ("COMPANION_DAY_STARTS", "25:00"),
        ("COMPANION_IDLE_DAYS", "-1"),
    ],
)
def test_it_refuses_a_value_that_does_not_fit(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: value})


def test_the_origin_follows_the_port():
    assert Settings.read({"PORT": "8123"}).origin == "http://localhost:8123"
    assert Settings.read({"PORT": "8123", "COMPANION_ORIGIN": "https://d.example"}).origin == "https://d.example"
