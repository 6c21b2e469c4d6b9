"""What the clock does for this room: hand out take-outs at every beat; each hour, drop what is old and erase what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from companion.beat import repeat
from companion.export.ask import drop_old
from companion.export.erase import erase_due, wash
from companion.export.make import claim
from companion.settings import Settings
from companion.store import work


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
    """Do both with the clock from now on."""
    repeat(heart, "handing out take-outs", lambda now: hand_out(now, enqueue), settings.tick_seconds)
    repeat(heart, "tidying up", tidy, 3600)
