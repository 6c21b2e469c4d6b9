"""gunicorn around the app, with the clock and a worker inside the same process unless they run elsewhere."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import dramatiq
from apscheduler.schedulers.background import BackgroundScheduler
from gunicorn.app.base import BaseApplication

from companion import queue
from companion.app import create_app
from companion.reminders.deliver import register
from companion.reminders.tick import start_clock
from companion.settings import Settings


def _settle() -> None:
    gc.collect()
    gc.freeze()


class Server(BaseApplication):
    """One arbiter and `processes` web processes; the first worker process also keeps the clock, if asked to.

    With SQLite there is one web process with threads; with PostgreSQL there may be several. `ready` is called once it
    listens.
    """

    def __init__(
        self,
        settings: Settings,
        processes: int,
        clock: bool,
        worker: bool,
        ready: Callable[[Settings], object] = lambda _settings: None,
    ) -> None:
        self.settings, self.processes, self.clock, self.worker, self.ready = settings, processes, clock, worker, ready
        self.heart: BackgroundScheduler | None = None
        self.running: list[dramatiq.Worker] = []
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"{self.settings.bind}:{self.settings.port}")
        self.cfg.set("workers", self.processes)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", self.settings.threads)
        self.cfg.set("graceful_timeout", 1)
        self.cfg.set("timeout", 30)
        self.cfg.set("keepalive", 5)
        self.cfg.set("loglevel", "warning")
        # the arbiter's memory stays shared with its children: loaded once, and left alone by the collector
        self.cfg.set("preload_app", True)
        self.cfg.set("when_ready", lambda _server: self.ready(self.settings))
        self.cfg.set("pre_fork", lambda _server, _worker: _settle())
        self.cfg.set("post_worker_init", lambda _worker: self.begin())
        self.cfg.set("worker_exit", lambda _server, _worker: self.end())

    def load(self) -> Any:
        return create_app(self.settings)

    def begin(self) -> None:
        """Start what runs beside the web in this process."""
        broker = queue.connect(self.settings.broker_url)
        actor = register(broker, self.settings)
        self.running = [queue.start_worker(broker)] if self.worker else []
        self.heart = start_clock(self.settings, actor.send) if self.clock else None

    def end(self) -> None:
        """Stop it again, within a second."""
        if self.heart is not None:
            self.heart.shutdown(wait=False)
        for worker in self.running:
            worker.stop(timeout=800)
