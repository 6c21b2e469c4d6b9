"""How often a wrong code may be tried.

There are 30^8 = 6.6e11 codes. One address may be wrong 40 times in 15 minutes, 3,840 times a day; with 100 codes open at
once it finds one on a day with a chance of 3,840 * 100 / 6.6e11 = 6e-7, once in 4,700 years, and a thousand addresses
together once in almost five years of not being noticed. A code ends after 2 days, or 14 for a clinic's.
A right code takes no try, so the Wi-Fi of a clinic with many patients is never locked out.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from companion.identity.model import Account, Patient
from companion.sharing import code
from companion.sharing.accept import WRONG, Refused, find_for
from companion.sharing.model import Invitation
from companion.web.errors import SENTENCES
from companion.web.limit import allow, is_spent, network

_MINUTES = 15
_OF_ADDRESS = 40
#: of one account, or of one browser that says which it is: whoever mistypes leaves the rest to the others on the Wi-Fi
_OF_PERSON = 10


class TooMany(Refused):
    """No try is left for now, whatever the code is."""

    status = 429


class Trier(NamedTuple):
    """Who types a code: an account with its own record, if they are signed in, else a browser."""

    account: Account | None
    patient: Patient | None
    #: an empty text if it does not say which it is
    browser: str
    address: str | None

    @property
    def buckets(self) -> list[tuple[str, str, int]]:
        """Name, key and size of what a wrong code takes from."""
        who = f"account {self.account.id}" if self.account else self.browser
        whose = [("code-by", who, _OF_PERSON)] if who else []
        return [("code-from", network(self.address), _OF_ADDRESS), *whose]


def look_up(typed: str, trier: Trier, now: datetime) -> Invitation:
    """The open invitation of the code, if it is one for them; raises Refused. Only a wrong code takes a try."""
    if any(is_spent(*bucket, _MINUTES, now) for bucket in trier.buckets):
        raise TooMany(SENTENCES[429][1])
    try:
        return find_for(typed, trier.account, trier.patient, now)
    except Refused as refused:
        # what cannot be a code is no guess
        if refused.reason is WRONG and code.read(typed):
            for bucket in trier.buckets:
                allow(*bucket, _MINUTES, now)
        raise
