"""Who works at a clinic, and as what. A clinic always has an administrator, or nobody could let anybody in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from companion.audit.write import note
from companion.identity.model import Account, Membership
from companion.store import db


class LastAdministrator(Exception):
    """The clinic would be without an administrator."""


def change(seat: Membership, role: str, by: Account, now: datetime) -> None:
    """The colleague works as `role` from the next request on; raises LastAdministrator. A second tap changes nothing."""
    if seat.role == role:
        return
    _keep_one(seat)
    seat.role = role
    note(seat.clinic_id, "staff_changed", by.id, None, now, thing=f"account {seat.account_id}")


def let_go(seat: Membership, by: Account, now: datetime) -> None:
    """The colleague works here no more, from the next request on; account and words stay. Raises LastAdministrator."""
    _keep_one(seat)
    db.delete(seat)
    db.flush()
    note(seat.clinic_id, "staff_left", by.id, None, now, thing=f"account {seat.account_id}")


def _keep_one(seat: Membership) -> None:
    """Raise unless another administrator stays; two who let each other go at once come one by one."""
    admins = select(Membership.id).where(Membership.clinic_id == seat.clinic_id, Membership.role == "admin")
    if db.scalars(admins.order_by(Membership.id).with_for_update()).all() == [seat.id]:
        raise LastAdministrator
