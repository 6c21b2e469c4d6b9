"""Passkeys by WebAuthn: always discoverable, and always opened by a face, a finger or a PIN.

`Site` says where they hold; a challenge is used once (`steps`), so a recorded answer opens nothing.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from cbor2 import CBORError
from sqlalchemy import select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from companion.identity.model import Account
from companion.signin.model import Passkey
from companion.store import db
from companion.words import Later, lazy

NAME_LENGTH = 60
#: so many bytes of an answer are read; the largest known takes 3 KB
_LONGEST = 16_000
#: what the library raises for an answer that is none; it reads what anybody may have written
_BROKEN = (WebAuthnException, CBORError, ValueError, LookupError, TypeError, AttributeError)
_NOT_DONE = lazy("That did not work. Please try once more.")
_UNKNOWN = lazy("We do not know this passkey. It may have been removed. Please sign in another way.")
_COPIED = lazy(
    "This passkey may have been copied, so it does not open anything. Please sign in another way and remove it."
)
_HERE_ALREADY = lazy("This passkey is on your list already.")


class Refused(Exception):
    """An answer that proves nothing; `reason` says why in plain words."""

    def __init__(self, reason: Later) -> None:
        self.reason = reason
        super().__init__(reason)


class Site(NamedTuple):
    """Where passkeys hold."""

    #: scheme, host and port that people see
    origin: str

    @property
    def id(self) -> str:
        """The host, which a passkey is bound to for ever."""
        return urlsplit(self.origin).hostname or ""


def of(account: Account) -> list[Passkey]:
    """The account's passkeys, oldest first."""
    return list(db.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def passkey(account: Account, passkey_id: int) -> Passkey | None:
    """One of the account's passkeys."""
    return db.scalars(select(Passkey).where(Passkey.account_id == account.id, Passkey.id == passkey_id)).first()


def to_make(account: Account, site: Site) -> tuple[str, str]:
    """What a browser is asked in order to make a passkey: the options as JSON, and their challenge."""
    options = generate_registration_options(
        rp_id=site.id,
        rp_name="Companion",
        user_id=str(account.id).encode(),
        user_name=account.email,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_named(of(account)),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def to_prove(account: Account | None, site: Site) -> tuple[str, str]:
    """What a browser is asked in order to prove who somebody is; None: whoever has a passkey for this site."""
    options = generate_authentication_options(
        rp_id=site.id,
        user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=_named(of(account)) if account else [],
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def add(account: Account, name: str, answer: str, challenge: str, site: Site, now: datetime) -> Passkey:
    """Keep the passkey that the browser has just made; raises Refused."""
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BROKEN:
        raise Refused(_NOT_DONE) from None
    credential = bytes_to_base64url(made.credential_id)
    if db.scalars(select(Passkey.id).where(Passkey.credential == credential)).first() is not None:
        raise Refused(_HERE_ALREADY)
    row = Passkey(account_id=account.id, credential=credential, public_key=made.credential_public_key, uses=made.sign_count,
                  name=name[:NAME_LENGTH], created_at=now)  # fmt: skip
    db.add(row)
    return row


def prove(answer: str, challenge: str, site: Site, now: datetime, account: Account | None = None) -> Account:
    """Whose passkey answered the challenge; with `account` it must be theirs. Raises Refused."""
    row = _named_in(answer)
    if row is None or (account is not None and row.account_id != account.id):
        raise Refused(_UNKNOWN)
    try:
        proof = verify_authentication_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=0,  # looked at below, so that it can be said
            require_user_verification=True,
        )
    except _BROKEN:
        raise Refused(_NOT_DONE) from None
    if (proof.new_sign_count or row.uses) and proof.new_sign_count <= row.uses:
        raise Refused(_COPIED)
    row.uses, row.used_at = proof.new_sign_count, now
    return db.get_one(Account, row.account_id)


def rename(row: Passkey, name: str) -> None:
    """Call it otherwise."""
    row.name = name


def _named(rows: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential)) for row in rows]


def _read(answer: str) -> dict[str, object]:
    if len(answer) > _LONGEST:
        raise ValueError("too long")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise TypeError("no object")
    return read


def _named_in(answer: str) -> Passkey | None:
    """The passkey that an answer names."""
    try:
        credential = bytes_to_base64url(base64url_to_bytes(str(_read(answer).get("rawId"))))
    except _BROKEN:
        return None
    return db.scalars(select(Passkey).where(Passkey.credential == credential)).first()
