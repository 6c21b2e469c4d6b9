"""How work reaches a worker: Dramatiq over Redis or RabbitMQ, or inside this process.

The queue is transport only. Losing all of it loses nothing, since the database knows what is due.
"""

from __future__ import annotations

from importlib import import_module

import dramatiq
from dramatiq.brokers.stub import StubBroker

#: the broker for an address; its client takes 7 MB of memory, so one that is not used is not loaded
_BROKERS = {
    "redis": ("dramatiq.brokers.redis", "RedisBroker"),
    "rediss": ("dramatiq.brokers.redis", "RedisBroker"),
    "amqp": ("dramatiq.brokers.rabbitmq", "RabbitmqBroker"),
    "amqps": ("dramatiq.brokers.rabbitmq", "RabbitmqBroker"),
}


def connect(url: str) -> dramatiq.Broker:
    """The broker at `url`: redis://, rediss:// or amqp://, or one inside this process for an empty text."""
    broker: dramatiq.Broker = _broker(url) if url else StubBroker()
    dramatiq.set_broker(broker)
    return broker


def _broker(url: str) -> dramatiq.Broker:
    scheme = url.partition(":")[0]
    if scheme not in _BROKERS:
        raise ValueError("COMPANION_BROKER_URL starts with redis:// or amqp://")
    module, name = _BROKERS[scheme]
    made: dramatiq.Broker = getattr(import_module(module), name)(url=url)
    return made


def start_worker(broker: dramatiq.Broker, threads: int = 2) -> dramatiq.Worker:
    """A worker in this process for everything declared on `broker`; end it with `.stop(timeout=ms)`."""
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=200)
    worker.start()
    return worker
