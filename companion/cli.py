"""`companion`: demo | serve | clock | worker | migrate | user | backup."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click
import dramatiq
from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from companion import clock as time
from companion import migrate as shape
from companion import queue, store
from companion.demo import addresses
from companion.demo.fill import fill
from companion.identity import passwords, staff
from companion.identity.forms import ColleagueForm
from companion.identity.model import Account
from companion.identity.signin import account_of
from companion.reminders.deliver import register
from companion.reminders.keys import keys
from companion.reminders.tick import start_clock
from companion.serve import Server
from companion.settings import Settings, SettingsError


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
        except (SettingsError, CommandError, staff.Refused) as problem:
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
    return settings


def _migrated() -> Settings:
    """The settings, for a command that works on a database which is there."""
    settings = Settings.read(os.environ)
    if not shape.is_newest(settings.database):
        place = "" if settings.database_url else f" in {settings.home.resolve()}"
        raise Refused(f"The database{place} is not there, or has an older shape. Run `companion migrate` first.")
    store.connect(settings.database)
    return settings


def _can_push(settings: Settings) -> None:
    """Refuse to start what would send pushes that no service takes."""
    if settings.secure and not settings.contact:
        raise Refused("COMPANION_CONTACT is empty. Write mailto:someone@your-clinic.org; push services ask for it.")
    keys(settings)


@main.command()
def demo() -> None:
    """An invented clinic to try everything with, on this machine only."""
    settings = _settings()
    if settings.database_url:
        raise Refused("The demo keeps its own SQLite file. Unset COMPANION_DATABASE_URL.")
    settings = replace(settings, demo=True, contact=settings.contact or "mailto:demo@companion.example")
    shape.upgrade(settings.database)
    if not addresses.read(settings.home):
        click.echo("Filling an invented clinic. This takes a few seconds.")
        # in a process of its own, so that its memory goes with it
        filling = multiprocessing.get_context("fork").Process(target=_fill, args=(settings,))
        filling.start()
        filling.join()
        if filling.exitcode:
            raise Refused("The invented clinic could not be filled.")
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
    shape.upgrade(settings.database)
    if not clock and not settings.broker_url:
        click.echo("No reminder rings from here: that takes the clock and a worker, or COMPANION_BROKER_URL.")
    Server(settings, processes, clock, worker, _say_where).run()


def _say_where(settings: Settings) -> None:
    click.echo(f"Companion is at {settings.origin} and listens on {settings.bind}:{settings.port}. Ctrl-C ends it.")


@main.command()
def clock() -> None:
    """Only look for due reminders and hand them to the workers. Several may run."""
    settings, broker = _apart("clock")
    actor = register(broker, settings)
    heart = start_clock(settings, actor.send)
    click.echo("The clock is running.")
    _until_told()
    heart.shutdown(wait=False)


@main.command()
@click.option("--threads", default=2, type=click.IntRange(1, 64), help="Batches sent at once.")
def worker(threads: int) -> None:
    """Only send reminders. Any number may run, on any number of machines."""
    settings, broker = _apart("worker")
    _can_push(settings)
    register(broker, settings)
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
    (shape.downgrade if down else shape.upgrade)(settings.database, revision or "head")


@main.command()
@click.argument("email")
@click.option("--name", default="", help="What colleagues and patients read; needed for somebody new.")
@click.option("--clinic", default="", help="Name of the clinic; needed for somebody new.")
@click.option("--new-clinic", is_flag=True, help="Make this clinic beside those that are there.")
@click.option("--role", type=click.Choice(["clinician", "admin"]), default="clinician", show_default=True)
@click.option("--phone", default="", help="The clinic's telephone, for a new clinic.")
@click.option("--new-password", is_flag=True, help="Print a new password and end every sign-in; for any account.")
@click.option("--remove", is_flag=True, help="Take away the clinics and end every sign-in; account and records stay.")
def user(
    email: str, name: str, clinic: str, new_clinic: bool, role: str, phone: str, new_password: bool, remove: bool
) -> None:
    """Let somebody work at a clinic, give them a new password, or let them go.

    Somebody new gets a password that is printed here, to be changed under Settings. With --new-password and --clinic
    somebody who has an account already works at the clinic too.
    """
    typed = {"email": email.strip(), "name": name, "clinic": clinic, "phone": phone}
    if remove and (new_password or any([name, clinic, new_clinic, phone])):
        raise Refused("--remove stands alone with the EMAIL.")
    _migrated()
    with store.work():
        account = account_of(typed["email"])
        if account is None and (remove or new_password):
            raise Refused(f"{email} has no account.")
        if account is not None and remove:
            told = f"{account.name} works no more at {' and '.join(staff.leave(account))} and is signed out everywhere."
        elif account is not None and not any([name, clinic, new_clinic, phone]) and new_password:
            told = _with_new_password(account) + " Every earlier sign-in is ended."
        else:
            told = _let_in(account, typed, role, new_clinic, new_password)
    click.echo(told)


def _with_new_password(account: Account) -> str:
    password = passwords.made_up()
    passwords.change(account, password)
    return f"{account.name} signs in with {account.email} and the password {password}\nSettings is where to change it."


def _let_in(account: Account | None, typed: dict[str, str], role: str, new_clinic: bool, may_renew: bool) -> str:
    """Somebody new, or with their consent to a new password somebody who has an account, works at a clinic."""
    if account is not None and not may_renew:
        raise Refused(f"{account.email} has an account. Add --new-password to let it work at the clinic too.")
    if account is not None and typed["name"]:
        raise Refused(f"{account.email} has an account and a name. Leave out --name.")
    form = ColleagueForm(MultiDict({**typed, "name": account.name if account else typed["name"]}))
    if not form.validate():
        raise Refused(" ".join(f"{field.label.text}: {text}" for field, text in form.problems))
    now = time.now()
    place, made = staff.clinic_called(form.clinic.data, form.phone.data, new_clinic, now)
    account = account or staff.newcomer(form.email.data, form.name.data, now)
    staff.join(account, place, role)
    where = f"{place.name}, a new clinic," if made else place.name
    return f"{account.name} works at {where} as {role}.\n{_with_new_password(account)}"


@main.command()
@click.argument("target", type=click.Path(path_type=Path, exists=False))
def backup(target: Path) -> None:
    """Copy the SQLite database into a new file while it is in use. For PostgreSQL use pg_dump."""
    settings = Settings.read(os.environ)
    if settings.database_url:
        raise Refused("This database is PostgreSQL: use pg_dump.")
    if target.exists():
        raise Refused(f"{target} exists. Name a new file.")
    source = settings.home.resolve() / "companion.sqlite3"
    try:
        with closing(_read_only(source)) as database, closing(_new(target)) as copy:
            database.backup(copy)
    except sqlite3.Error as problem:
        target.unlink(missing_ok=True)
        raise Refused(f"Nothing is backed up: {problem}.") from problem
    click.echo(f"Copied {source} to {target}")


def _read_only(path: Path) -> sqlite3.Connection:
    """The database in `path`, which is there and is one of ours; nothing is made or changed by looking."""
    if not path.is_file():
        raise Refused(f"There is no database at {path}. Set COMPANION_HOME as for `companion serve`.")
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    if not database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'account'").fetchone():
        raise Refused(f"The database at {path} is empty. Set COMPANION_HOME as for `companion serve`.")
    return database


def _new(path: Path) -> sqlite3.Connection:
    try:
        path.touch(exist_ok=False)
    except OSError as problem:
        raise Refused(f"{path} cannot be written: {problem.strerror}.") from problem
    return sqlite3.connect(path)
