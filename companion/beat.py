"""What the clock does again and again: every job is joined to it here, and none that fails stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from companion import clock

log = logging.getLogger("companion")


def repeat(heart: BackgroundScheduler, what: str, job: Callable[[datetime], object], seconds: int) -> None:
    """Do `job` now, since nobody may have been here for a while, and then every so many seconds, once at a time.

    A failure is logged under `what`, by its kind only: its text may hold what a person wrote.
    """

    def beat() -> None:
        try:
            job(clock.now())
        except Exception as problem:  # noqa: BLE001 a store, disk or queue that is away now is back at a later beat
            log.error("%s failed: %s", what, type(problem).__name__)

    for trigger in ({}, {"trigger": "interval", "seconds": seconds}):
        heart.add_job(beat, **trigger, misfire_grace_time=None, coalesce=True, max_instances=1)
