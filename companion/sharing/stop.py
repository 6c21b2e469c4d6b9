"""Change or end what somebody sees. The gate asks for every request, so it holds from the very next one.

Each change leaves a Version behind: what was open from then on, and who said so.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from companion import clock
from companion.audit.write import note
from companion.identity.model import Account
from companion.sharing.model import PARTS, Grant, Version
from companion.sharing.terms import Terms
from companion.store import db

_MIDNIGHT = time(0)


def begin(grant: Grant, terms: Terms, by: Account, now: datetime) -> None:
    """Write a new grant of `grant.patient` down: it opens what the terms say from `now` on."""
    grant.granted_at = now
    _agree(grant, terms)
    db.add(grant)
    _keep(grant, by, now, "grant_made")


def change(grant: Grant, terms: Terms, by: Account, now: datetime) -> None:
    """Other terms from now on; only a caregiver may log, or is told. The same terms again are no change."""
    if terms != terms_of(grant):
        _agree(grant, terms)
        _keep(grant, by, now, "grant_changed")


def stop(grant: Grant, by: Account, now: datetime) -> None:
    """Nothing is open any more; a grant that was stopped keeps its first end."""
    if grant.stopped_at is None:
        grant.stopped_at = now
        _keep(grant, by, now, "grant_stopped")


def terms_of(grant: Grant) -> Terms:
    """What the grant says."""
    return Terms(tuple(grant.parts), grant.may_log, grant.period, grant.ends_on, grant.told_missed)


def _agree(grant: Grant, terms: Terms) -> None:
    grant.parts = [part for part in PARTS if part in terms.parts]
    grant.may_log = terms.may_log and grant.clinic is None
    grant.told_missed = terms.told_missed and grant.clinic is None
    grant.since_on, grant.until_on = terms.period
    day = terms.ends_on
    grant.ends_at = clock.at(day + timedelta(days=1), _MIDNIGHT, grant.patient.zone) if day else None


def _keep(grant: Grant, by: Account, now: datetime, act: str) -> None:
    said = {"parts": grant.parts, "may_log": grant.may_log, "told_missed": grant.told_missed}
    said |= {"since_on": grant.since_on, "until_on": grant.until_on}
    stopped = grant.stopped_at is not None
    db.add(Version(grant=grant, changed_at=now, changed_by=by.id, ends_at=grant.ends_at, stopped=stopped, **said))
    db.flush()
    note(grant.clinic_id or 0, act, by.id, grant.patient_id, now, thing=f"grant {grant.id}")
