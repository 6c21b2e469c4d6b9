"""What the clock does for this room: hand out take-outs at every beat; each hour, drop what is old and erase what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from companion import clock
from companion.export.ask import drop_old
from companion.export.erase import erase_due, wash
from companion.export.make import claim
from companion.settings import Settings
from companion.store import work

log = logging.getLogger("companion.export")


def hand_out(now: datetime, enqueue: Callable[[int, str], object]) -> None:
    """Give every take-out that waits to a worker."""
    for take_out_id, lease in claim(now):
        enqueue(take_out_id, lease)


def tidy(now: datetime) -> None:
    """Drop take-outs that were kept long enough, and erase the accounts whose week is over."""
    with work():
        drop_old(now)
    erase_due(now)
    wash(now)


def join_clock(heart: BackgroundScheduler, settings: Settings, enqueue: Callable[[int, str], object]) -> None:
    """Do both with the clock from now on, also at once, since nobody may have been here for a while."""

    def beat(what: str, job: Callable[[datetime], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                job(clock.now())
            except Exception as problem:  # noqa: BLE001 a store or queue that is away now is back at a later beat
                log.error("%s failed: %s", what, type(problem).__name__)

        return run

    calm: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    often = beat("handing out take-outs", lambda now: hand_out(now, enqueue))
    hourly = beat("tidying up", tidy)
    for job, every in ((often, {"seconds": settings.tick_seconds}), (hourly, {"hours": 1})):
        heart.add_job(job, **calm)
        heart.add_job(job, "interval", **every, **calm)
