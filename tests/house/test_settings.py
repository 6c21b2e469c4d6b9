"""Settings are told in the README and fail loudly."""

import re
from dataclasses import fields

import pytest

from companion.settings import Settings, SettingsError
from tests.house.test_floors import PACKAGE, ROOT


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [field.metadata["env"] for field in fields(Settings) if f"`{field.metadata['env']}`" not in readme]
    assert not missing


def test_only_settings_and_the_entry_points_read_the_environment():
    readers = [path.name for path in PACKAGE.rglob("*.py") if "os.environ" in path.read_text(encoding="utf-8")]
    assert set(readers) <= {"settings.py", "app.py", "cli.py"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight"),
        ("COMPANION_ORIGIN", "diary.example.org"),
        ("COMPANION_ORIGIN", "https://example.org/path"),
        ("COMPANION_CONTACT", "mailto:me@localhost"),
        ("COMPANION_OPEN_SIGNUP", "perhaps"),
        ("PORT", "0"),
        ("PORT", "99999"),
        ("PORT", "٨٠"),
        ("COMPANION_IDLE_DAYS", "-1"),
        ("COMPANION_IDLE_DAYS", "0"),
        ("COMPANION_LIFETIME_DAYS", "0"),
        ("COMPANION_LIFETIME_DAYS", "99999999999"),
        ("COMPANION_THREADS", "0"),
        ("COMPANION_TICK_SECONDS", "0"),
        ("COMPANION_SECOND_PROMPT", "half an hour"),
        ("COMPANION_PROXIES", "-1"),
        ("COMPANION_EMERGENCY", ""),
        ("COMPANION_EMERGENCY", "the nurse"),
        ("COMPANION_BROKER_URL", "http://x"),
        ("COMPANION_BROKER_URL", "redis://"),
        ("COMPANION_BROKER_URL", "redis://host:99999"),
        ("COMPANION_DATABASE_URL", "mysql://host/companion"),
        ("COMPANION_PUSH_KEY", "/there/is/no/such/key.pem"),
        ("COMPANION_HOME", ""),
        ("COMPANION_BIND", ""),
        ("COMPANION_BIND", "300.1.1.1"),
    ],
)
def test_it_refuses_a_value_that_does_not_fit(name, value):
    with pytest.raises(SettingsError, match=f"^{name} does not fit: .+\\.$") as refused:
        Settings.read({name: value})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORT", "65535", 65535),
        ("COMPANION_SECOND_PROMPT", "0", 0),
        ("COMPANION_PROXIES", "0", 0),
        ("COMPANION_EMERGENCY", " 112 ", "112"),
        ("COMPANION_EMERGENCY", "+44 800 555-0100", "+44 800 555-0100"),
        ("COMPANION_BROKER_URL", "amqps://user:pw@host:5671/", "amqps://user:pw@host:5671/"),
        ("COMPANION_BROKER_URL", "", ""),
        ("COMPANION_DATABASE_URL", "postgresql:///companion?host=/run/pg", "postgresql:///companion?host=/run/pg"),
        ("COMPANION_BIND", "::", "[::]"),
        ("COMPANION_BIND", "localhost", "localhost"),
    ],
)
def test_it_takes_a_value_that_fits(name, value, read):
    assert read in vars(Settings.read({name: value})).values()


def test_a_refusal_does_not_say_a_password():
    with pytest.raises(SettingsError) as refused:
        Settings.read({"COMPANION_DATABASE_URL": "mysql://companion:lichen@host/x"})
    assert "lichen" not in str(refused.value)


def test_every_setting_is_read_somewhere():
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "settings.py"]
    sources += [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    told = "\n".join([*sources, (PACKAGE / "settings.py").read_text(encoding="utf-8")])
    unread = [
        field.name
        for field in fields(Settings)
        if not re.search(rf'(settings|self|"SETTINGS"\])\.{field.name}\b', told)
    ]
    assert not unread


def test_the_origin_follows_the_port():
    assert Settings.read({"PORT": "8123"}).origin == "http://localhost:8123"
    assert Settings.read({"PORT": "8123", "COMPANION_ORIGIN": "https://d.example"}).origin == "https://d.example"
