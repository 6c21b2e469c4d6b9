"""`companion`: demo | serve | clock | worker | migrate | user | backup | keys | check."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click
import dramatiq
from sqlalchemy.exc import OperationalError

from companion import clock as time
from companion import queue, seal, store
from companion.app import create_app
from companion.audit import heads
from companion.audit.check import prove_all
from companion.backup import NotCopied, copy
from companion.colleagues import let_in, with_new_password
from companion.demo.start import fill_it, told
from companion.identity import staff
from companion.identity.noted import noted
from companion.identity.signin import account_of
from companion.rekey import rekey
from companion.reminders.keys import keys as push_keys
from companion.serve import Server, beat, declare
from companion.settings import Settings, SettingsError
from companion.signin import factors

#: named, not imported: alembic takes 11 MB, which nobody needs once the database has its shape
_SHAPE = "companion.migrate"


class Refused(click.ClickException):
    """The command cannot do what was asked; one sentence says why and what to do instead."""

    exit_code = 2


class House(click.Group):
    """The commands; what a wrong setting or a database out of reach ends them with is a sentence, not a trace."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, readable to nobody else in whatever files it makes."""
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except (SettingsError, NotCopied, heads.NoHead, staff.Refused) as problem:
            raise Refused(str(problem)) from problem
        except OperationalError as problem:
            raise Refused(f"The database cannot be used: {str(problem.orig).splitlines()[0]}.") from problem


@click.group(cls=House)
def main() -> None:
    """A pain diary and care companion. Settings are read from the environment; README lists them."""


def _settings() -> Settings:
    """The settings, and the home that they name."""
    settings = Settings.read(os.environ)
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Refused(f"COMPANION_HOME {settings.home} cannot be made: {problem.strerror}.") from problem
    seal.connect(settings.key_file)
    return settings


def _migrated(keyed: bool = False) -> Settings:
    """The settings, for a command that works on a database which is there; `keyed`: and on keys that are."""
    settings = Settings.read(os.environ)
    if not import_module(_SHAPE).is_newest(settings.database):
        place = "" if settings.database_url else f" in {settings.home.resolve()}"
        raise Refused(f"The database{place} is not there, or has an older shape. Run `companion migrate` first.")
    if keyed and not settings.key_file.exists():
        raise Refused(f"The keys are not at {settings.key_file.resolve()}. Without them what is sealed stays sealed.")
    store.connect(settings.database)
    seal.connect(settings.key_file)
    return settings


def _can_push(settings: Settings) -> None:
    """Refuse to start what would send pushes that no service takes."""
    if settings.secure and not settings.contact:
        raise Refused("COMPANION_CONTACT is empty. Write mailto:someone@your-clinic.org; push services ask for it.")
    push_keys(settings)


@main.command()
def demo() -> None:
    """An invented clinic to try everything with, on this machine only."""
    settings = _settings()
    if settings.database_url:
        raise Refused("The demo keeps its own SQLite file. Unset COMPANION_DATABASE_URL.")
    settings = replace(settings, demo=True, contact=settings.contact or "mailto:demo@companion.example")
    _in_a_child(main, ["migrate"])
    click.echo("Filling an invented clinic, if it is not there yet. This takes a few seconds.")
    _in_a_child(fill_it, settings)
    click.echo(told(settings))
    sys.stdout.flush()
    Server(settings, processes=1, clock=True, worker=True).run()


def _in_a_child(step: Callable[..., object], *args: object) -> None:
    """Take a step in a process of its own, so that its memory goes with it; where it ends badly, so do we."""
    child = multiprocessing.get_context("fork").Process(target=step, args=args)
    child.start()
    child.join()
    if child.exitcode:
        sys.exit(child.exitcode)


@main.command()
@click.option(
    "--processes", default=1, type=click.IntRange(1, 64), help="Web processes; more than one needs PostgreSQL."
)
@click.option("--clock/--no-clock", default=True, help="Look for due reminders in this process.")
@click.option("--worker/--no-worker", default=True, help="Send reminders from this process.")
def serve(processes: int, clock: bool, worker: bool) -> None:
    """The web, and with it the clock and a worker unless they run on their own. Migrates the database first."""
    settings = _settings()
    if processes > 1 and not settings.database_url:
        raise Refused("SQLite is for one web process. Set COMPANION_DATABASE_URL to a PostgreSQL for more.")
    if not worker and not settings.broker_url and clock:
        raise Refused("Without a worker here, COMPANION_BROKER_URL must say where the workers listen.")
    _can_push(settings)
    _in_a_child(main, ["migrate"])
    if not clock and not settings.broker_url:
        click.echo("No reminder rings from here: that takes the clock and a worker, or COMPANION_BROKER_URL.")
    Server(settings, processes, clock, worker, _say_where).run()


def _say_where(settings: Settings) -> None:
    click.echo(f"Companion is at {settings.origin} and listens on {settings.bind}:{settings.port}. Ctrl-C ends it.")


@main.command()
def clock() -> None:
    """Only look for what is due and hand it to the workers. Several may run."""
    settings, broker = _apart("clock")
    heart = beat(settings, declare(broker, settings, create_app(settings)))
    click.echo("The clock is running.")
    _until_told()
    heart.shutdown(wait=False)


@main.command()
@click.option("--threads", default=2, type=click.IntRange(1, 64), help="Batches sent at once.")
def worker(threads: int) -> None:
    """Only send reminders and make take-outs. Any number may run, on any number of machines."""
    settings, broker = _apart("worker")
    _can_push(settings)
    declare(broker, settings, create_app(settings))
    running = queue.start_worker(broker, threads)
    click.echo("The worker is listening.")
    _until_told()
    running.stop(timeout=1500)


def _apart(name: str) -> tuple[Settings, dramatiq.Broker]:
    """For a process beside the web. A clock and a worker that each had a broker of their own would ring nothing."""
    if not Settings.read(os.environ).broker_url:
        raise Refused(
            f"COMPANION_BROKER_URL is empty, so nothing would ring from this {name}. Set it to a Redis, Valkey or "
            "RabbitMQ, or leave clock and worker to `companion serve`."
        )
    settings = _migrated()
    return settings, queue.connect(settings.broker_url)


def _until_told() -> None:
    sys.stdout.flush()
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()


@main.command()
@click.argument("revision", default="")
@click.option("--down", is_flag=True, help="Go back to the revision instead.")
def migrate(revision: str, down: bool) -> None:
    """Bring the database to the newest shape, or to a named one."""
    if down and not revision:
        raise Refused("Name the revision to go back to; `base` drops every table.")
    settings = _settings()
    shape = import_module(_SHAPE)
    try:
        (shape.downgrade if down else shape.upgrade)(settings.database, revision or "head")
    except ValueError as problem:
        raise Refused(str(problem)) from problem


@main.command()
@click.argument("email")
@click.option("--name", default="", help="What colleagues and patients read; needed for somebody new.")
@click.option("--clinic", default="", help="Name of the clinic; needed for somebody new.")
@click.option("--new-clinic", is_flag=True, help="Make this clinic beside those that are there.")
@click.option("--role", type=click.Choice(["clinician", "admin"]), default="clinician", show_default=True)
@click.option("--phone", default="", help="The clinic's telephone, for a new clinic.")
@click.option("--new-password", is_flag=True, help="Print a new password and end every sign-in; for any account.")
@click.option(
    "--lost-phone", is_flag=True, help="With --new-password: also forget passkeys, codes app and recovery codes."
)
@click.option("--remove", is_flag=True, help="Take away the clinics and end every sign-in; account and records stay.")
def user(
    email: str, name: str, clinic: str, new_clinic: bool, role: str, phone: str, new_password: bool, lost_phone: bool, remove: bool
) -> None:  # fmt: skip
    """Let somebody work at a clinic, give them a new password, or let them go.

    Somebody new gets a password that is printed here, to be changed under Settings. With --new-password and --clinic
    somebody who has an account already works at the clinic too.
    """
    typed = {"email": email.strip(), "name": name, "clinic": clinic, "phone": phone}
    if remove and (new_password or any([name, clinic, new_clinic, phone])):
        raise Refused("--remove stands alone with the EMAIL.")
    if lost_phone and not new_password:
        raise Refused("--lost-phone goes with --new-password.")
    _migrated()
    with store.work():
        account = account_of(typed["email"])
        if account is None and (remove or new_password):
            raise Refused(f"{email} has no account.")
        if account is not None and lost_phone:
            factors.forget(account)
            noted(account, "factor_removed", time.now())
        if account is not None and remove:
            told = f"{account.name} works no more at {' and '.join(staff.leave(account, time.now()))} and is signed out everywhere."
        elif account is not None and not any([name, clinic, new_clinic, phone]) and new_password:
            told = with_new_password(account) + " Every earlier sign-in is ended."
        else:
            told = let_in(account, typed, role, new_clinic, new_password)
    click.echo(told)


@main.command()
@click.argument("target", type=click.Path(path_type=Path, exists=False))
def backup(target: Path) -> None:
    """Copy the SQLite database into a new file while it is in use. For PostgreSQL use pg_dump."""
    settings = Settings.read(os.environ)
    if settings.database_url:
        raise Refused("This database is PostgreSQL: use pg_dump.")
    source = settings.home.resolve() / "companion.sqlite3"
    copy(source, target)
    click.echo(f"Copied {source} to {target}")


@main.group()
def keys() -> None:
    """The keys that seal names, e-mails, notes and secrets, and prove the audit log."""


@keys.command()
def new() -> None:
    """Add a key. What is sealed from now on is sealed with it; older ones still open."""
    settings = _migrated(keyed=True)
    number = seal.add()
    click.echo(
        f"Key {number} is in {settings.key_file.resolve()}. Copy the file to every machine, then run `companion keys rotate`."
    )


@keys.command()
def rotate() -> None:
    """Seal everything anew with the newest key while everybody works; ends with 1 if a key is lost."""
    _migrated(keyed=True)
    done, lost = rekey()
    click.echo(f"{done} sealed anew with key {seal.newest()}. Keep the older keys: the audit log is proved with them.")
    for said in lost:
        click.echo(f"Lost: {said}")
    if lost:
        sys.exit(1)


@main.group()
def check() -> None:
    """Prove that what is kept is whole."""


@check.command()
@click.option("--clinic", type=click.IntRange(0), help="Only the clinic of this number; 0: what is no clinic's.")
def audit(clinic: int | None) -> None:
    """Prove each chain of events and name the first broken one; ends with 1 then."""
    path = _migrated(keyed=True).home / heads.HEADS
    with store.work():
        proofs = prove_all(path, clinic)
    for proof in proofs:
        click.echo(proof.said)
    if any(proof.broken for proof in proofs):
        sys.exit(1)
