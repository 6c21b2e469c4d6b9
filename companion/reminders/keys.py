"""The key that signs our pushes (VAPID): made at the first start and kept, since every phone is bound to it."""

from __future__ import annotations

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

from companion.seal import write_new
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
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_new(path, pem)
