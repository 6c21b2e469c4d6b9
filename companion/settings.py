"""Every setting once: its name in the environment, its type, its default and the reason it exists.

A wrong value stops the start with a sentence that names the setting; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = (_PACKAGE.parent / "templates").is_dir()
#: The folder that holds templates/, static/ and migrations/: beside the package in a checkout, inside it in a wheel.
ROOT = _PACKAGE.parent if _CHECKOUT else _PACKAGE
#: the same folder wherever one stands, so that no command works on another database than the one that is served
_HOME = str(ROOT / "instance") if _CHECKOUT else "~/.local/share/companion"


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the text says which and what to write instead."""


def _yes_no(text: str) -> bool:
    if text.lower() in {"1", "yes", "true", "on"}:
        return True
    if text.lower() in {"0", "no", "false", "off", ""}:
        return False
    raise ValueError("write yes or no")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return parse


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("write the name of a folder")
    return Path(text).expanduser()


def _file_like(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and not Path(text).is_file():
            raise ValueError(f"there is no such file; copy {name} from the home of the first machine to it")
        return text

    return parse


def _address_of(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and not re.match(rf"({'|'.join(map(re.escape, schemes))})://.", text):
            raise ValueError(f"write an address such as {schemes[0]}://host/name, or leave it empty")
        _ = urlsplit(text).port  # raises ValueError for one that is none
        return text

    return parse


def _bind(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", text):
            return text
        raise ValueError("write an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them") from None
    return f"[{address}]" if address.version == 6 else str(address)


def _telephone(text: str) -> str:
    if not re.fullmatch(r"[+]?[0-9][0-9 -]*[0-9]", text):
        raise ValueError("write the number that people call in an emergency, such as 112")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ValueError("write an address such as https://diary.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _contact(text: str) -> str:
    if text and (not text.startswith(("mailto:", "https://")) or "localhost" in text):
        raise ValueError("write mailto:someone@your-clinic.org; push services refuse localhost")
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(map(ip_network, _words(text)))
    except ValueError:
        raise ValueError("write addresses or networks such as 127.0.0.1 10.0.4.0/24") from None


def _sender(text: str) -> str:
    if text and not re.fullmatch(r"(?:[^<>@\r\n]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)", text):
        raise ValueError("write an e-mail address, or a name and an address such as Our Clinic <hello@clinic.org>")
    return text


def _morning(text: str) -> time:
    if not re.fullmatch(r"(?:0[0-9]|1[01]):[0-5][0-9]", text):
        raise ValueError("write a time from 00:00 to 11:59, such as 04:00")
    return time.fromisoformat(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _setting(name: str, default: str, parse: Callable[[str], Any], why: str) -> Any:
    return field(
        default_factory=lambda: parse(default), metadata={"env": name, "default": default, "why": why, "parse": parse}
    )


@dataclass(frozen=True)
class Settings:
    """The whole configuration of one process."""

    home: Path = _setting("COMPANION_HOME", _HOME, _folder, "folder for the database file and the push keys")
    database_url: str = _setting(
        "COMPANION_DATABASE_URL",
        "",
        _address_of("postgresql", "postgres", "postgresql+psycopg"),
        "PostgreSQL address; empty: an SQLite file in the home",
    )
    broker_url: str = _setting(
        "COMPANION_BROKER_URL",
        "",
        _address_of("redis", "rediss", "amqp", "amqps"),
        "redis:// or amqp:// address; empty: inside the process",
    )
    bind: str = _setting("COMPANION_BIND", "127.0.0.1", _bind, "address to listen on")
    port: int = _setting("PORT", "8000", _number(1, 65535), "port to listen on")
    threads: int = _setting("COMPANION_THREADS", "8", _number(1, 256), "requests served at once by one process")
    origin: str = _setting("COMPANION_ORIGIN", "http://localhost:8000", _origin, "the address that people type")
    proxies: int = _setting(
        "COMPANION_PROXIES", "0", _number(0, 9), "trusted proxies in front; 0: forwarded headers are ignored"
    )
    proxy_addresses: tuple[IPv4Network | IPv6Network, ...] = _setting(
        "COMPANION_PROXY_ADDRESSES",
        "127.0.0.0/8 ::1",
        _networks,
        "where those proxies are: addresses or networks; what others forward is ignored",
    )
    contact: str = _setting("COMPANION_CONTACT", "", _contact, "who push services may write to; needed to send pushes")
    push_hosts: tuple[str, ...] = _setting(
        "COMPANION_PUSH_HOSTS",
        "fcm.googleapis.com *.push.services.mozilla.com *.push.apple.com *.notify.windows.com",
        _words,
        "push services a phone may name; http:// only for one on this machine",
    )
    push_key: str = _setting(
        "COMPANION_PUSH_KEY",
        "",
        _file_like("vapid.pem"),
        "VAPID key file shared by several machines; empty: in the home",
    )
    keys: str = _setting(
        "COMPANION_KEYS",
        "",
        _file_like("keys"),
        "file of the keys that seal; shared by several machines; empty: in the home",
    )
    mail_url: str = _setting(
        "COMPANION_MAIL_URL",
        "",
        _address_of("smtp", "smtps"),
        "smtp://user:password@host:port for codes by mail; empty: none are sent",
    )
    mail_from: str = _setting("COMPANION_MAIL_FROM", "", _sender, "the sender of those mails; needed to send them")
    open_signup: bool = _setting("COMPANION_OPEN_SIGNUP", "yes", _yes_no, "people may sign up without a clinic's code")
    tick_seconds: int = _setting(
        "COMPANION_TICK_SECONDS", "5", _number(1, 60), "how often due reminders are looked for"
    )
    second_prompt_minutes: int = _setting(
        "COMPANION_SECOND_PROMPT", "30", _number(0, 1440), "minutes to the one second prompt; 0: none"
    )
    day_starts: time = _setting(
        "COMPANION_DAY_STARTS",
        "04:00",
        _morning,
        "diary days begin then: a note at 01:00 belongs to the evening before",
    )
    emergency_number: str = _setting("COMPANION_EMERGENCY", "911", _telephone, "number shown on the emergency page")
    idle_days: int = _setting(
        "COMPANION_IDLE_DAYS", "30", _number(1, 3650), "a sign-in ends after so many days without use"
    )
    lifetime_days: int = _setting(
        "COMPANION_LIFETIME_DAYS", "180", _number(1, 3650), "a sign-in ends after so many days in any case"
    )
    places: bool = _setting(
        "COMPANION_PLACES", "no", _yes_no, "keep from which network, roughly, somebody signs in and acts"
    )
    lock_minutes: int = _setting(
        "COMPANION_LOCK_MINUTES", "15", _number(1, 1440), "the portal locks after so many minutes without use"
    )
    demo: bool = _setting(
        "COMPANION_DEMO", "no", _yes_no, "invented clinic with sign-in addresses; never with real people"
    )

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings in `environ`; raises SettingsError for a value that does not fit."""
        values = {}
        for each in fields(cls):
            text = environ.get(each.metadata["env"])
            if text is None:
                continue
            try:
                values[each.name] = each.metadata["parse"](text.strip())
            except ValueError as problem:
                # the value is not said, since an address may hold a password
                raise SettingsError(f"{each.metadata['env']} does not fit: {problem}.") from problem
        settings = cls(**values)
        if settings.mail_url and not settings.mail_from:
            raise SettingsError("COMPANION_MAIL_FROM does not fit: write the address that mails come from.")
        if "COMPANION_ORIGIN" not in environ and "PORT" in environ:
            settings = cls(**values, origin=f"http://localhost:{settings.port}")
        return settings

    @property
    def database(self) -> str:
        """The database address in SQLAlchemy's form."""
        if not self.database_url:
            return f"sqlite:///{self.home.resolve() / 'companion.sqlite3'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else self.database_url

    @property
    def key_file(self) -> Path:
        """The file of the keys that seal."""
        return Path(self.keys) if self.keys else self.home / "keys"

    @property
    def secure(self) -> bool:
        """Whether people reach the site over TLS; decides the cookie's prefix and HSTS."""
        return self.origin.startswith("https://")
