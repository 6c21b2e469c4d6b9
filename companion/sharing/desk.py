"""A code for a new password that a clinic makes for a patient whom it knows. The patient is told."""

from __future__ import annotations

from datetime import datetime

from companion.audit.write import note
from companion.identity.model import Account, Membership, Patient
from companion.mail import Letter
from companion.sharing.model import CODE, Look
from companion.signin import reset
from companion.store import db
from companion.words import gettext as _
from companion.words import speaking


def make_code(patient: Patient, account: Account, member: Membership, now: datetime) -> tuple[str, Letter | None]:
    """The code to hand over, and the letter that tells `account` of it, if letters reach them. It stands among the looks."""
    told = reset.at_the_desk(account, member.account, now)
    by = {"account_id": member.account_id, "clinic_id": member.clinic_id}
    db.add(Look(patient_id=patient.id, **by, part=CODE, looked_at=now))
    note(member.clinic_id, "code_given", member.account_id, patient.id, now, thing=f"account {account.id}")
    return told, _letter(account) if account.confirmed_at else None


def _letter(account: Account) -> Letter:
    with speaking(account.language):
        text = _(
            "A code was made with which you can choose a new password for Companion.\n\nIf you asked for it, all is well. "
            "If not, sign in and look under Sharing to see who made it, and tell them."
        )
        return Letter(account.email, _("A code for a new password"), text)
