"""Who works at a clinic, as the operator says with `companion user`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from companion.audit.write import note
from companion.identity.model import Account, Clinic, Membership
from companion.identity.names import folded
from companion.identity.passwords import sign_out_everywhere
from companion.identity.signin import memberships, new_account
from companion.store import db


class Refused(Exception):
    """This cannot be meant; the text says why, and what to write instead."""


def clinic_called(name: str, phone: str, new: bool, now: datetime) -> tuple[Clinic, bool]:
    """The clinic of that name, in whatever case and accents, and whether it was made just now.

    It is made only if it is the first one, or if `new` asks for it: a slip of the finger makes none. Raises Refused.
    """
    known = list(db.scalars(select(Clinic).order_by(Clinic.id)))
    alike = [clinic for clinic in known if folded(clinic.name) == folded(name)]
    if alike:
        clinic = next((clinic for clinic in alike if clinic.name == name), alike[0])
        if new or phone:
            raise Refused(f"{clinic.name} is here already. Leave out --new-clinic and --phone.")
        return clinic, False
    if known and not new:
        names = ", ".join(clinic.name for clinic in known)
        raise Refused(f"No clinic here is called {name}. There is: {names}. Add --new-clinic to make another.")
    clinic = Clinic(name=name, phone=phone, created_at=now)
    db.add(clinic)
    db.flush()
    return clinic, True


def newcomer(email: str, name: str, now: datetime) -> Account:
    """An account without a password and without a record, for somebody who has none; raises signin.Taken."""
    return new_account(email, name, now)


def join(account: Account, clinic: Clinic, role: str) -> None:
    """`account` works at `clinic` from now on; raises Refused if it does already."""
    if any(seat.clinic_id == clinic.id for seat in memberships(account)):
        raise Refused(f"{account.email} works at {clinic.name} already.")
    db.add(Membership(clinic_id=clinic.id, account_id=account.id, role=role))


def leave(account: Account, now: datetime) -> list[str]:
    """`account` works nowhere any more and is signed out everywhere; what it wrote stays. The clinics' names.

    Raises Refused if it worked nowhere.
    """
    seats = memberships(account)
    if not seats:
        raise Refused(f"{account.email} works at no clinic.")
    names = [seat.clinic.name for seat in seats]
    for seat in seats:
        db.delete(seat)
        note(seat.clinic_id, "staff_left", None, None, now, thing=f"account {account.id}")
    sign_out_everywhere(account)
    return names
