"""What is refused at the door, before anything is looked up: another host, a body we do not read, too many fields.

And who is at the door: forwarded headers are believed from the proxies that the settings name, and from nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, abort, request

from companion.web.errors import refusal
from companion.words import lazy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: a check-in with a long note takes 20 KB, a questionnaire that a clinic loads 200 KB
LARGEST_REQUEST = 256 * 1024
#: the longest form has a field for each place of the body, some seventy
MOST_FIELDS = 500
LONGEST_NAME = 100
#: what a phone tells about itself has two
MOST_BRACKETS = 50
#: what a body may be; a page of ours sends the first, the others are for scripts
_TYPES = {"", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"}
_ELSEWHERE = lazy("This is another address")
_COME_HERE = lazy("Companion is at %(origin)s. Please open it there.")


def init(app: Flask, origin: str) -> None:
    """Refuse what does not belong at `origin`, before any other guard of `app` spends time on it."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST, MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST, MAX_FORM_PARTS=MOST_FIELDS
    )
    ours = (urlsplit(origin).hostname or "").encode("idna").decode()

    @app.before_request
    def refuse_at_the_door() -> None:
        # the page that says so has a style too
        if not _is_ours(ours) and request.blueprint != "assets":
            abort(refusal(400, _ELSEWHERE, _COME_HERE % {"origin": origin}, at=origin))
        # unpacked, a small body could be one that fills the memory
        if request.headers.get("Content-Encoding", "identity") != "identity" or request.mimetype not in _TYPES:
            abort(415)
        _count_fields()
        # Python's reader of JSON climbs into each bracket
        if request.mimetype == "application/json" and sum(map(request.get_data().count, (b"[", b"{"))) > MOST_BRACKETS:
            abort(400)


def _is_ours(ours: str) -> bool:
    host = _host()
    # from this machine itself: a check that it is up, or the demo under another name of it
    return host == ours or (_is_this_machine(host) and _came_straight())


def _host() -> str:
    # Werkzeug leaves an empty text of one with signs that no host has
    host = request.host.lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _came_straight() -> bool:
    return "X-Forwarded-For" not in request.headers and _is_this_machine(request.remote_addr or "localhost")


def _count_fields() -> None:
    """413 for more fields than any page has, 400 for a name that no page has."""
    if request.method not in {"GET", "HEAD"}:
        request.get_data(parse_form_data=True)
    names = [name for sent in (request.args, request.form, request.files) for name, _ in sent.items(multi=True)]
    if len(names) > MOST_FIELDS:
        abort(413)
    if any(len(name) > LONGEST_NAME for name in names):
        abort(400)


class Forwarded:
    """Who really asks, when `hops` proxies in front say so: from the nearest one outwards, as far as each is in `known`.

    Somebody who goes around the proxies is not in `known`, so whatever such a request says about itself is left unread.
    """

    def __init__(self, app: WSGIApplication, hops: int, known: Sequence[IPv4Network | IPv6Network]) -> None:
        self.app, self.hops, self.known = app, hops, known

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        asker = environ.get("REMOTE_ADDR", "")
        schemes = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")
        if self._is_known(asker) and schemes[-1].strip() in {"http", "https"}:
            environ["wsgi.url_scheme"] = schemes[-1].strip()
        for _ in range(self.hops):
            if not (self._is_known(asker) and told and _address(told[-1])):
                break
            asker = told.pop()
        environ["REMOTE_ADDR"] = asker
        return self.app(environ, start_response)

    def _is_known(self, asker: str) -> bool:
        # one without an address came through a socket of this machine
        address = _address(asker)
        return not asker or (address is not None and any(address in network for network in self.known))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
