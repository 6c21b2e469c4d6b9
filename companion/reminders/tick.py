"""The heartbeat: whatever is due becomes a message for a worker.

APScheduler only beats, in UTC and in memory; it knows no reminder. Its own store must not be shared by two processes
and its cron triggers slip at daylight saving, while the claim in the database makes any number of clocks harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from companion.beat import repeat
from companion.reminders.due import claim, lease
from companion.settings import Settings

Enqueue = Callable[[str, list[int]], object]
_CLAIMED_AT_ONCE = 1000


def tick(now: datetime, enqueue: Enqueue) -> int:
    """Claim everything due and hand every waiting delivery to `enqueue(lease, ids)`; how many were handed out."""
    while claim(now, _CLAIMED_AT_ONCE) == _CLAIMED_AT_ONCE:
        pass
    handed = 0
    while True:
        name, ids = lease(now)
        if not ids:
            return handed
        enqueue(name, ids)
        handed += len(ids)


def start_clock(settings: Settings, enqueue: Enqueue) -> BackgroundScheduler:
    """Tick every `settings.tick_seconds` in a thread, from now on; end it with `.shutdown()`."""
    scheduler = BackgroundScheduler(timezone=UTC)
    repeat(scheduler, "a tick", lambda now: tick(now, enqueue), settings.tick_seconds)
    scheduler.start()
    return scheduler
