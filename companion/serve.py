"""gunicorn around the app, with the clock and a worker inside the same process unless they run elsewhere."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, NamedTuple

import dramatiq
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from gunicorn.app.base import BaseApplication

from companion import queue
from companion.app import create_app
from companion.audit import heads
from companion.export import make, sweep
from companion.reminders import deliver
from companion.reminders.tick import start_clock
from companion.settings import Settings


class Actors(NamedTuple):
    """What a worker does; a message goes to one by its `send`."""

    ring: dramatiq.Actor[[str, list[int]], None]
    take_out: dramatiq.Actor[[int, str], None]


def declare(broker: dramatiq.Broker, settings: Settings, app: Flask) -> Actors:
    """Declare every actor on `broker`, before a worker of it starts; `app` has the templates."""

    def draw(name: str, **values: object) -> str:
        return app.jinja_env.get_template(name).render(values)

    return Actors(deliver.register(broker, settings), make.register(broker, settings, draw))


def beat(settings: Settings, actors: Actors) -> BackgroundScheduler:
    """Start the clock with all that it does; end it with `.shutdown()`."""
    heart = start_clock(settings, actors.ring.send)
    sweep.join_clock(heart, settings, actors.take_out.send)
    heads.join_clock(heart, settings.home)
    return heart


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
        # web.edges reads what proxies forward; gunicorn would let anybody behind one here name another path
        self.cfg.set("forwarded_allow_ips", "")
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
        actors = declare(broker, self.settings, self.wsgi())
        self.running = [queue.start_worker(broker)] if self.worker else []
        self.heart = beat(self.settings, actors) if self.clock else None

    def end(self) -> None:
        """Stop it again, within a second."""
        if self.heart is not None:
            self.heart.shutdown(wait=False)
        for worker in self.running:
            worker.stop(timeout=800)
