"""An authenticator in software: makes passkeys and signs with them, as a phone does; and can be made to misbehave."""

import json
from hashlib import sha256
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.conftest import ORIGIN

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """Holds one passkey for one site."""

    def __init__(self, origin=ORIGIN, verifies=True, counts=True):
        self.origin, self.verifies, self.counts = origin, verifies, counts
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential, self.uses, self.handle = token_bytes(32), 0, b""

    def make(self, options):
        """The answer to options of `signin.options` for `add`, as the form sends it."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential).to_bytes(2) + self.credential + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": said})

    def sign(self, options):
        """The answer to options of any other purpose."""
        self.uses += self.counts
        data, client = self._data(options["rpId"], 0), self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": self.handle}
        )

    def _data(self, site, more):
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return sha256(site.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response):
        name = bytes_to_base64url(self.credential)
        coded = {part: bytes_to_base64url(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": coded})


def asked(browser, purpose):
    """What the browser is asked for a purpose."""
    answer = browser.post("/signin/options", {"for": purpose})
    assert answer.status_code == 200, answer.text
    return answer.json


def add(browser, authenticator=None, **more):
    """Add a passkey to whoever is signed in; the authenticator that holds it."""
    authenticator = authenticator or Authenticator()
    answer = browser.post("/signin/passkeys", {"credential": authenticator.make(asked(browser, "add")), **more})
    assert answer.status_code == 303, answer.text
    return authenticator
