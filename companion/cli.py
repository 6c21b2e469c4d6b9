"""`companion`: demo | serve | clock | worker | migrate | user | backup."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from companion import clock as time
from companion import migrate as shape
from companion import queue, store
from companion.demo import addresses
from companion.demo.fill import fill
from companion.identity.model import Account, Clinic, Membership
from companion.identity.passwords import hashed
from companion.identity.signin import account_of
from companion.reminders.deliver import register
from companion.reminders.tick import start_clock
from companion.serve import Server
from companion.settings import Settings, SettingsError


@click.group()
def main() -> None:
    """A pain diary and care companion. Settings are read from the environment; README lists them."""


def _settings() -> Settings:
    try:
        settings = Settings.read(os.environ)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings


@main.command()
def demo() -> None:
    """An invented clinic to try everything with, on this machine only."""
    settings = _settings()
    if settings.database_url:
        raise click.ClickException("The demo keeps its own SQLite file. Unset COMPANION_DATABASE_URL.")
    settings = replace(settings, demo=True, contact=settings.contact or "mailto:demo@companion.example")
    shape.upgrade(settings.database)
    if not addresses.read(settings.home):
        click.echo("Filling an invented clinic. This takes a few seconds.")
        # in a process of its own, so that its memory goes with it
        filling = multiprocessing.get_context("fork").Process(target=_fill, args=(settings,))
        filling.start()
        filling.join()
        if filling.exitcode:
            raise click.ClickException("The invented clinic could not be filled.")
    _say_addresses(settings)
    Server(settings, processes=1, clock=True, worker=True).run()


def _fill(settings: Settings) -> None:
    store.connect(settings.database)
    with store.work():
        ids = {part: account.id for part, account in fill(time.now()).items()}
    addresses.make(settings.home, ids)


def _say_addresses(settings: Settings) -> None:
    store.connect(settings.database)
    with store.work() as db:
        names = {account.id: account.name for account in db.query(Account)}
    store.disconnect()
    click.echo(f"\nCompanion is at {settings.origin}. Everyone here is invented. Sign in as:\n")
    for key, member in addresses.read(settings.home).items():
        click.echo(f"  {member['part']:<16} {names[int(member['account'])]:<6} {settings.origin}/demo/{key}")
    click.echo("\nCtrl-C ends it. The data stays.")
    sys.stdout.flush()


@main.command()
@click.option("--processes", default=1, help="Web processes; more than one needs PostgreSQL.")
@click.option("--clock/--no-clock", default=True, help="Look for due reminders in this process.")
@click.option("--worker/--no-worker", default=True, help="Send reminders from this process.")
def serve(processes: int, clock: bool, worker: bool) -> None:
    """The web, and with it the clock and a worker unless they run on their own."""
    settings = _settings()
    if processes > 1 and not settings.database_url:
        raise click.ClickException(
            "SQLite is for one web process. Set COMPANION_DATABASE_URL to a PostgreSQL for more."
        )
    if not worker and not settings.broker_url and clock:
        raise click.ClickException("Without a worker here, COMPANION_BROKER_URL must say where the workers listen.")
    if settings.secure and not settings.contact:
        raise click.ClickException(
            "COMPANION_CONTACT is empty. Write mailto:someone@your-clinic.org; push services ask for it."
        )
    shape.upgrade(settings.database)
    Server(settings, processes, clock, worker).run()


@main.command()
def clock() -> None:
    """Only look for due reminders and hand them to the workers. Several may run."""
    settings = _settings()
    store.connect(settings.database)
    actor = register(queue.connect(settings.broker_url), settings)
    heart = start_clock(settings, actor.send)
    click.echo("The clock is running.")
    _until_told()
    heart.shutdown(wait=False)


@main.command()
@click.option("--threads", default=2, help="Batches sent at once.")
def worker(threads: int) -> None:
    """Only send reminders. Any number may run, on any number of machines."""
    settings = _settings()
    store.connect(settings.database)
    broker = queue.connect(settings.broker_url)
    register(broker, settings)
    running = queue.start_worker(broker, threads)
    click.echo("The worker is listening.")
    _until_told()
    running.stop(timeout=1500)


def _until_told() -> None:
    sys.stdout.flush()
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()


@main.command()
@click.argument("revision", default="head")
@click.option("--down", is_flag=True, help="Go back to the revision instead.")
def migrate(revision: str, down: bool) -> None:
    """Bring the database to the newest shape, or to a named one."""
    settings = _settings()
    (shape.downgrade if down else shape.upgrade)(settings.database, revision)


@main.command()
@click.argument("email")
@click.option("--name", required=True, help="What colleagues and patients read.")
@click.option("--clinic", required=True, help="Name of the clinic; made if it is new.")
@click.option("--role", type=click.Choice(["clinician", "admin"]), default="clinician")
@click.option("--phone", default="", help="The clinic's telephone, for a new clinic.")
def user(email: str, name: str, clinic: str, role: str, phone: str) -> None:
    """Add somebody who works at a clinic; prints a password to be changed."""
    store.connect(_settings().database)
    password = secrets.token_urlsafe(12)
    with store.work() as db:
        if account_of(email) is not None:
            raise click.ClickException(f"{email} has an account.")
        place = db.query(Clinic).where(Clinic.name == clinic).first() or Clinic(
            name=clinic, phone=phone, created_at=time.now()
        )
        account = Account(email=email.lower(), name=name, password_hash=hashed(password), created_at=time.now())
        db.add_all([place, account])
        db.flush()
        db.add(Membership(clinic_id=place.id, account_id=account.id, role=role))
    click.echo(f"{name} signs in with {email.lower()} and the password {password}")


@main.command()
@click.argument("target", type=click.Path(path_type=Path, exists=False))
def backup(target: Path) -> None:
    """Copy the SQLite database into a new file while it is in use. For PostgreSQL use pg_dump."""
    settings = _settings()
    if settings.database_url:
        raise click.ClickException("This database is PostgreSQL: use pg_dump.")
    if target.exists():
        raise click.ClickException(f"{target} exists. Name a new file.")
    with (
        closing(sqlite3.connect(settings.home / "companion.sqlite3")) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    click.echo(f"Copied to {target}")
