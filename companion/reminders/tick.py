"""The heartbeat: whatever is due becomes a message for a worker.

APScheduler only beats, in UTC and in memory; it knows no reminder. Its own store must not be shared by two processes
and its cron triggers slip at daylight saving, while the claim in the database makes any number of clocks harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from companion import clock
from companion.reminders.due import claim, lease
from companion.settings import Settings

log = logging.getLogger("companion.reminders")
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

    def beat() -> None:
        try:
            tick(clock.now(), enqueue)
        except Exception as problem:  # noqa: BLE001 a store or queue that is away now is back at a later beat
            log.error("a tick failed: %s", type(problem).__name__)

    scheduler = BackgroundScheduler(timezone=UTC)
    calm: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(beat, **calm)  # what became due while nobody was here does not wait
    scheduler.add_job(beat, "interval", seconds=settings.tick_seconds, **calm)
    scheduler.start()
    return scheduler
