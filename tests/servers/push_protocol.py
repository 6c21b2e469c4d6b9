"""What a push service demands of a message: RFC 8030 (headers), 8188 and 8291 (encryption), 8292 (VAPID).

Stricter than the RFCs where the house is: Urgency is a must, and `sub` must reach a person, as Apple wants it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LARGEST_BODY = 4096
LONGEST_VAPID = 24 * 60 * 60
URGENCIES = ("very-low", "low", "normal", "high")
NOBODY = ("", "localhost", "127.0.0.1", "::1", "[::1]")


class ProtocolError(Exception):
    """The request broke the protocol; `status` is what the push service answers."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def check_headers(headers: Mapping[str, str], body: bytes) -> None:
    """Refuse a request whose headers or size no push service would take."""
    ttl = headers.get("TTL")
    if ttl is None:
        raise ProtocolError("TTL is missing")
    if not re.fullmatch(r"\d+", ttl, re.ASCII):
        raise ProtocolError(f"TTL is not a whole number of seconds: {ttl}")
    urgency = headers.get("Urgency")
    if urgency is None:
        raise ProtocolError("Urgency is missing")
    if urgency not in URGENCIES:
        raise ProtocolError(f"Urgency is not one of {', '.join(URGENCIES)}: {urgency}")
    topic = headers.get("Topic")
    if topic is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topic):
        raise ProtocolError(f"Topic is not 1 to 32 characters of base64url: {topic}")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise ProtocolError(f"Content-Encoding is not aes128gcm: {headers.get('Content-Encoding')}")
    if len(body) > LARGEST_BODY:
        raise ProtocolError(f"body is {len(body)} bytes, more than {LARGEST_BODY}", status=413)


def check_vapid(authorization: str | None, origin: str, now: float) -> str:
    """The sender's public key, once its signature and claims hold at `now` for this `origin`."""
    if not authorization:
        raise ProtocolError("VAPID is missing", status=403)
    key, claims = _signed(authorization)
    audience, expires = claims.get("aud"), claims.get("exp")
    if audience != origin:
        raise ProtocolError(f"VAPID aud is {audience}, not {origin}", status=403)
    if not isinstance(expires, int | float) or expires <= now:
        raise ProtocolError(f"VAPID exp is in the past: {expires}", status=403)
    if expires > now + LONGEST_VAPID:
        raise ProtocolError(f"VAPID exp is more than 24 h ahead: {expires}", status=403)
    _check_subject(claims.get("sub"))
    return key


@lru_cache(maxsize=256)  # one header serves a whole origin for hours, so a load test pays for each only once
def _signed(authorization: str) -> tuple[str, dict[str, Any]]:
    """Public key and claims of a VAPID header whose signature is good."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or not {"t", "k"} <= parts.keys():
        raise ProtocolError("VAPID is not of the form 'vapid t=..., k=...'", status=403)
    try:
        signed, _, signature = parts["t"].rpartition(".")
        header, claims = (json.loads(decode(part)) for part in signed.split("."))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
        r, s = (int.from_bytes(half, "big") for half in _halves(decode(signature)))
        key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ProtocolError("VAPID signature does not verify over k", status=403) from error
    except (ValueError, binascii.Error) as error:
        raise ProtocolError(f"VAPID cannot be read: {error}", status=403) from error
    if not isinstance(header, dict) or header.get("alg") != "ES256" or not isinstance(claims, dict):
        raise ProtocolError("VAPID is not an ES256 token", status=403)
    return parts["k"], claims


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    if len(signature) != 64:
        raise ValueError(f"signature is {len(signature)} bytes, not 64")
    return signature[:32], signature[32:]


def _check_subject(subject: object) -> None:
    """Refuse a `sub` that reaches nobody."""
    parts = urlsplit(subject) if isinstance(subject, str) else urlsplit("")
    if parts.scheme == "mailto":
        host = parts.path.rpartition("@")[2]
    elif parts.scheme == "https":
        host = parts.hostname or ""
    else:
        raise ProtocolError(f"VAPID sub is neither mailto: nor https: {subject}", status=403)
    if host.lower() in NOBODY or host.lower().endswith(".localhost"):
        raise ProtocolError(f"VAPID sub is at localhost: {subject}", status=403)


def open_payload(body: bytes, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> dict[str, Any]:
    """The JSON object inside an encrypted body."""
    if len(body) < 21:
        raise ProtocolError("body is too short to be aes128gcm")
    size, key_length = struct.unpack("!LB", body[16:21])
    if len(body) - 21 - key_length > size:
        raise ProtocolError("body is more than a single record")
    try:
        text = http_ece.decrypt(body, private_key=private_key, auth_secret=auth, version="aes128gcm")
    except (http_ece.ECEException, ValueError) as error:
        raise ProtocolError(f"body cannot be decrypted: {error}") from error
    try:
        payload = json.loads(text)
    except ValueError as error:
        raise ProtocolError("payload is not JSON") from error
    if not isinstance(payload, dict):
        raise ProtocolError("payload is not a JSON object")
    return payload


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Bytes of a base64url text, padded or not."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
