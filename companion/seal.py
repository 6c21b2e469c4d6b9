"""The keys of this installation: what they seal is read here only, and only in the place that it was written for.

A sealed value is the number of its key (4 bytes), a nonce (12 bytes) and AES-256-GCM over the text, bound to its place
such as "totp.secret:7". Each owner ("account:7", "patient:3") has a key of its own, derived from the installation's.
The newest key seals, older ones still open: that is how keys are changed while everybody works. `companion.sealed` seals
columns of rows with it: names, e-mails, and all that a person writes in words of their own. Whoever has the database, or
a backup of it, and not the keys, reads none of these; scores, times, days of birth, parts of the body and what a medicine,
a programme or a level of the spine is called stand there as they are, since they are counted, compared and looked for.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import b64decode, b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from companion.settings import SettingsError

_ID, _NONCE = 4, 12
_place: list[Path] = []


class LostKey(Exception):
    """A value was sealed with a key that is not here, or for another place; the text says which."""


def connect(path: Path) -> None:
    """Use the keys in `path` from their first use on: one a line ("1 base64"), newest last; one is made if there is none."""
    _place[:] = [path]
    _ring.cache_clear()
    _derived.cache_clear()


def newest() -> int:
    """The number of the key that seals; raises SettingsError for a file that holds anything else."""
    return next(reversed(_ring()))


def secret(purpose: str, key: int) -> bytes:
    """32 bytes for one purpose, from the key of that number; raises LostKey."""
    if key not in _ring():
        _ring.cache_clear()  # it may have been added while we run
    if key not in _ring():
        raise LostKey(f"Key {key} is not here.")
    return _derived(purpose, key)


def add() -> int:
    """Put a new key behind the others and return its number: what is sealed from now on, is sealed with it."""
    path, number = _place[0], newest() + 1
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_new(draft, path.read_bytes().rstrip() + b"\n" + _line(number))
    draft.replace(path)
    _ring.cache_clear()
    return number


def sealed(text: str, owner: str, place: str) -> bytes:
    """`text` sealed for `owner`, bound to `place`."""
    key, nonce = newest(), secrets.token_bytes(_NONCE)
    body = AESGCM(secret(f"seal {owner}", key)).encrypt(nonce, text.encode(), place.encode())
    return key.to_bytes(_ID) + nonce + body


def key_of(value: bytes) -> int:
    """The number of the key that a value was sealed with."""
    return int.from_bytes(value[:_ID])


def opened(value: bytes, owner: str, place: str) -> str:
    """The text in a sealed value; raises LostKey."""
    key = key_of(value)
    nonce, body = value[_ID : _ID + _NONCE], value[_ID + _NONCE :]
    try:
        return AESGCM(secret(f"seal {owner}", key)).decrypt(nonce, body, place.encode()).decode()
    except InvalidTag:
        raise LostKey(f"What stands at {place} was not sealed there by key {key}.") from None


def hashes(text: str, purpose: str) -> list[str]:
    """What stands for `text` in an index, made with each key, the newest last; without the keys it cannot be guessed.

    The keys are read anew: what was written with one that was added while we run must be found.
    """
    _ring.cache_clear()
    return [hmac.new(_derived(f"hash {purpose}", key), text.encode(), sha256).hexdigest() for key in _ring()]


def write_new(path: Path, content: bytes) -> None:
    """Write `path` whole, for its owner only, unless another process was quicker: then what that wrote stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other's is as good
    finally:
        draft.unlink()


@lru_cache(maxsize=1)
def _ring() -> dict[int, bytes]:
    path = _place[0]
    if not path.exists():
        write_new(path, _line(1))
    found = dict(_read(path, line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    if not found:
        raise SettingsError(f"{path} holds no key")
    return found


def _line(number: int) -> bytes:
    return f"{number} {b64encode(secrets.token_bytes(32)).decode()}\n".encode()


def _read(path: Path, line: str) -> tuple[int, bytes]:
    number, _, text = line.partition(" ")
    try:
        key = b64decode(text, validate=True)
        if len(key) != 32:
            raise ValueError
        return int(number), key
    except ValueError:
        raise SettingsError(f"{path} holds a line that is no key") from None


@lru_cache(maxsize=4096)
def _derived(purpose: str, key: int) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(_ring()[key])
