"""The key that signs our pushes (VAPID): made at the first start and kept, since every phone is bound to it."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from companion.settings import Settings, SettingsError


class Keys(NamedTuple):
    """The private key, and the public one as browsers want it: 65 bytes in base64url without padding."""

    private: EllipticCurvePrivateKey
    public: str


def keys(settings: Settings) -> Keys:
    """The keys of this installation, made on first use; raises SettingsError for a file that holds no P-256 key."""
    return _read(Path(settings.push_key) if settings.push_key else settings.home / "vapid.pem")


@lru_cache(maxsize=8)
def _read(path: Path) -> Keys:
    if not path.exists():
        _make(path)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as problem:
        raise SettingsError(f"{path} holds no key without a password") from problem
    if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
        raise SettingsError(f"{path} holds no P-256 key")
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Keys(private, urlsafe_b64encode(point).rstrip(b"=").decode())


def _make(path: Path) -> None:
    """Write a new key beside `path`, whole and for its owner only, then give it its name unless another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was quicker: its key is the key
    finally:
        draft.unlink()
