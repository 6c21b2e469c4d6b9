"""Narrow or end what somebody sees. The gate asks for every request, so it holds from the very next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from companion.sharing.model import PARTS, Grant


def stop(grant: Grant, now: datetime) -> None:
    """Nothing is open any more; a grant that was stopped keeps its first end."""
    grant.stopped_at = grant.stopped_at or now


def change(grant: Grant, parts: Sequence[str], may_log: bool) -> None:
    """Other parts from now on; only a caregiver may log."""
    grant.parts = [part for part in PARTS if part in parts]
    grant.may_log = may_log and grant.account_id is not None
