"""Letters: by SMTP where a clinic has set it. They are sent beside the requests, and nothing waits for them."""

from __future__ import annotations

import logging
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address
from smtplib import SMTP, SMTP_SSL, SMTPException
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

log = logging.getLogger("companion")
_SECONDS = 20
_postman = ThreadPoolExecutor(1, thread_name_prefix="mail")


class Letter(NamedTuple):
    """What is sent to one person."""

    to: str
    subject: str
    text: str


def post(letter: Letter | None, url: str, sender: str) -> Future[None]:
    """Hand the letter over to be sent by the server at `url` (smtp:// or smtps://); None takes as long, and sends nothing."""
    return _postman.submit(_send, letter, url, sender)


def _send(letter: Letter | None, url: str, sender: str) -> None:
    if letter is None:
        return
    try:
        _hand_over(_written(letter, sender), url)
    except (OSError, SMTPException, MessageError, ValueError, IndexError) as problem:
        # neither who it was for nor what it said
        log.error("a letter was not sent: %s", type(problem).__name__)


def _written(letter: Letter, sender: str) -> EmailMessage:
    """The letter with its headers; raises for an address that is none, so that it can name no second person."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, Address(addr_spec=letter.to), letter.subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _hand_over(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    host, safe = parts.hostname or "", parts.scheme == "smtps"
    context = ssl.create_default_context()
    if safe:
        server: SMTP = SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=context)
    else:
        server = SMTP(host, parts.port or 587, timeout=_SECONDS)
    with server:
        server.ehlo()
        if not safe and server.has_extn("starttls"):
            server.starttls(context=context)
            safe = True
        if not safe and not _is_here(host):
            raise ssl.SSLError("the server offers no TLS")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _is_here(host: str) -> bool:
    """Whether a mail server without TLS is on this machine, so that nobody listens on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
