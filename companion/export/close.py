"""A person has died: their clinic closes the record, and can take that back for a while."""

from __future__ import annotations

from datetime import date, datetime

from companion.audit.write import note
from companion.export import queries
from companion.export.model import Closing
from companion.identity.model import Membership, Patient
from companion.identity.passwords import sign_out_everywhere
from companion.store import db


class TooLate(Exception):
    """Another clinic closed it, or the time to take it back is over."""


def close(patient: Patient, member: Membership, died_on: date, reason: str, now: datetime) -> None:
    """Nobody signs in to it, nothing rings and nothing is written any more; who may read it, reads on.

    One that is closed already stays as it is.
    """
    if patient.closed_at is not None:
        return
    patient.closed_at = now
    row = Closing(patient_id=patient.id, clinic_id=member.clinic_id, closed_by=member.account_id, died_on=died_on)
    row.reason, row.closed_at = reason, now
    db.add(row)
    if patient.account is not None:
        sign_out_everywhere(patient.account)
    note(member.clinic_id, "record_closed", member.account_id, patient.id, now)


def reopen(patient: Patient, member: Membership, now: datetime) -> None:
    """It was a mistake: all is as before. A second tap changes nothing; raises TooLate."""
    row = queries.closing(patient)
    if row is None:
        return
    if not row.can_be_undone(member.clinic_id, now):
        raise TooLate
    row.undone_at, row.undone_by, patient.closed_at = now, member.account_id, None
    note(member.clinic_id, "record_opened_again", member.account_id, patient.id, now)
