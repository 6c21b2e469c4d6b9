"""How work reaches a worker: Dramatiq over Redis or RabbitMQ, or inside this process.

The queue is transport only. Losing all of it loses nothing, since the database knows what is due.
"""

from __future__ import annotations

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker


def connect(url: str) -> dramatiq.Broker:
    """The broker at `url`: redis://, rediss:// or amqp://, or one inside this process for an empty text."""
    broker: dramatiq.Broker
    if not url:
        broker = StubBroker()
    elif url.startswith(("redis://", "rediss://")):
        broker = RedisBroker(url=url)
    elif url.startswith(("amqp://", "amqps://")):
        broker = RabbitmqBroker(url=url)
    else:
        raise ValueError("COMPANION_BROKER_URL starts with redis:// or amqp://")
    dramatiq.set_broker(broker)
    return broker


def start_worker(broker: dramatiq.Broker, threads: int = 2) -> dramatiq.Worker:
    """A worker in this process for everything declared on `broker`; end it with `.stop(timeout=ms)`."""
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=200)
    worker.start()
    return worker
