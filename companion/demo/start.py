"""The first start of the demo: fill it, and say who is in it."""

from __future__ import annotations

from companion import clock, store
from companion.demo import addresses
from companion.demo.fill import PASSWORD, fill
from companion.identity.model import Account
from companion.settings import Settings


def fill_it(settings: Settings) -> None:
    """Write the invented clinic and an address for each of its people, unless that is done."""
    if addresses.read(settings.home):
        return
    store.connect(settings.database)
    with store.work():
        ids = {part: account.id for part, account in fill(clock.now()).items()}
    store.disconnect()
    addresses.make(settings.home, ids)


def told(settings: Settings) -> str:
    """Where it is, and the address with which each of its people signs in."""
    store.connect(settings.database)
    with store.work() as db:
        names = {account.id: account.name for account in db.query(Account)}
    store.disconnect()
    people = [
        f"  {member['part']:<16} {names[int(member['account'])]:<6} {settings.origin}/demo/{key}"
        for key, member in addresses.read(settings.home).items()
    ]
    lines = [f"\nCompanion is at {settings.origin}. Everyone here is invented. Sign in as:\n", *people]
    lines += [f"\nWhere a page asks who you are, the password is: {PASSWORD}", "Ctrl-C ends it. The data stays."]
    return "\n".join(lines)
