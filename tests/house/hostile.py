"""What a hostile page may send: the forms of our own pages, with values that they never meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from hypothesis import strategies as st

from tests.house.test_floors import PACKAGE

#: markup that must never come back as such, and sums that a template would work out
MARKUP = "\"'><zz-hostile zz-attr=1><script>zz()</script>"
SUM, WORKED_OUT = "191*7919", "1512529"
UUID = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
#: a cookie that every browser of the tests has, so that the forms of strangers count as ours
TOKEN = "token-of-this-browser"
#: numbers, dates, times, zones, ids, addresses, words: all at the edge of what they are, or beyond
VALUES: list[bytes] = [value if isinstance(value, bytes) else value.encode() for value in (
    "", " ", "0", "-1", "-0", "+5", "1,5", "1e309", "NaN", "0x10", "٣", "½", "²", "１２", "2147483648", "9223372036854775808",
    "9" * 400, "1" * 4400, "0000-01-01", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30", "2026-W11-2", "20260310",
    "2026-03-29T02:30", "0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-10T09:00:00Z",
    "24:00", "23:59:60", "25:61", "08:30+25:00", "08:30:00.000001", "T08", "Europe/Berlin", "../../etc/passwd", "/etc/passwd",
    "posixrules", "UTC\0", UUID, UUID.upper(), f"{{{UUID}}}", f"urn:uuid:{UUID}", UUID[:-1], "//evil.example", "/\\evil.example",
    "javascript:alert(1)", "a@b\r\nBcc: c@d.example", "@", "a@" + "b" * 300 + ".example", "\r\nSet-Cookie: a=b", "\0", "a\0b",
    "\u202eevil", "\u200b", "\ufeff", "\u1160", "İ", "ß" * 90, "e" + "\u0301" * 500, "👩\u200d👩\u200d👧", b"\xed\xa0\x80", b"\xff\xfe", b"%",
    MARKUP, f"{{{{{SUM}}}}}", f"${{{SUM}}}", f"<%= {SUM} %>", "{% raise %}", "%(name)s", "%s%n%d", "{0.__class__}", "'; DROP TABLE entry; --",
    "' OR '1'='1", "=1+1", "x" * 5000, "x" * 100_000, "[]", "{}", "null", "[" * 50_000, '{"a":' * 9000, '{"id": 1, "response": []}', "true", "on", "y", "a" * 41, "admin", "../" * 40,
)]  # fmt: skip
NAMES = ["uuid[]", "parts[0]", "__proto__", "csrf", "at", "next", "said", "kept", "whose", "x" * 99]
#: bodies that are no form
JSON = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b'{"endpoint": {"a": []}}',
    b"[" * 60_000,
    b'{"a":' * 20_000,
    b"\xff",
    b'{"n": 1e999}',
    b"1" * 5000,
]
HEADERS: list[dict[str, str]] = [
    {}, {}, {}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Current-URL": "//evil.example/\\x"},
    {"HX-Request": "true", "HX-Current-URL": "http://[half"}, {"HX-Current-URL": "x" * 4000, "HX-Request": "true"}, {"X-Outbox": "1"},
    {"X-Outbox": "x"}, {"Referer": "http://[half"}, {"Referer": "http://localhost/plan/?said=saved"}, {"Accept-Language": "x" * 3000},
    {"Accept-Language": "es;q=nan, *;q=-1"}, {"Accept-Encoding": "gzip;q=0"}, {"User-Agent": "é" * 900}, {"User-Agent": ""},
    {"Cookie": "companion=\xff; language=../../x; code=\x00; form=; whose=x; invited='"}, {"Range": "bytes=0-,5-1"},
    {"If-None-Match": "*"}, {"Cookie": "language=xx; code=0000-0000-0000; whose=99999999999999999999"},
]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A form as a page gives it: where to, how, and what a person would have sent with it."""

    path: str
    fields: tuple[tuple[str, str], ...]


def forms(html: str, here: str) -> Iterator[tuple[str, Sent]]:
    """(method, form) for each form of a page, and for each element that sends something by itself."""
    page = html5lib.parse(html, namespaceHTMLElements=False)
    apart = [field for field in page.iter() if field.get("form")]
    for form in page.iter("form"):
        fields = [*form.iter(), *(field for field in apart if field.get("form") == form.get("id"))]
        to = urlsplit(form.get("action") or here)
        yield form.get("method", "get"), Sent(to.path, tuple(_filled(fields)))
    for element in page.iter():
        for method in ("get", "post"):
            if address := element.get(f"data-hx-{method}"):
                yield method, Sent(urlsplit(address).path, tuple(_filled([element])))


def _filled(fields: list[Element]) -> Iterator[tuple[str, str]]:
    """What would be sent, each name at least once."""
    seen = set()
    for field in fields:
        name, kind = field.get("name"), field.get("type", field.tag)
        if not name or field.tag not in {"input", "textarea", "select", "button"}:
            continue
        if kind in {"radio", "checkbox"} and name in seen and field.get("checked") is None:
            continue
        seen.add(name)
        yield name, _value(field, kind)


def _value(field: Element, kind: str) -> str:
    if kind == "select":
        chosen = [option.get("value", "") for option in field.iter("option")]
        return next(filter(None, chosen), "")
    plausible = {"date": "2026-03-09", "time": "08:30", "email": "eve@example.org", "number": "5", "textarea": "Heather on the hill",
                 "text": "Heather", "password": "lichen and heather", "datetime-local": "2026-03-10T08:00"}  # fmt: skip
    return field.get("value") or plausible.get(kind, "on" if kind in {"radio", "checkbox"} else "")


def query_names() -> list[str]:
    """Every name that the code reads from an address, and every field of the forms that it fills from one."""
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    names = {name for source in sources.values() for name in re.findall(r'request\.args\.get\("(\w+)"', source)}
    for path, source in sources.items():
        for form in re.findall(r"(\w+)\(request\.args", source):
            beside = "".join(sources[other] for other in path.parent.glob("*.py"))
            fields = re.search(rf"class {form}\(.*?(?=\nclass |\Z)", beside, re.S)
            names |= {*re.findall(r"^    (\w+) = \w+\(", fields[0], re.M)} if fields else set()
    return sorted(names)


VALUE = st.one_of(st.sampled_from(VALUES), st.text(max_size=40).map(lambda text: text.encode(errors="replace")))


@st.composite
def filled(draw: Any, known: tuple[tuple[str, str], ...], others: list[str]) -> bytes:
    """An encoded form: mostly what a person sends, with some of it hostile, missing, or there twice."""
    sent = [(name, value.encode()) for name, value in known]
    for _ in range(draw(st.integers(0, 4)) if sent else 0):
        at, way = (
            draw(st.integers(0, len(sent) - 1)),
            draw(st.sampled_from(["hostile", "hostile", "hostile", "missing", "twice"])),
        )
        name = sent[at][0]
        if way == "hostile":
            sent[at] = (name, draw(VALUE))
        elif way == "twice":
            sent.append((name, draw(VALUE)))
        elif len(sent) > 1:
            del sent[at]
    for name in draw(st.lists(st.sampled_from(others), max_size=2)):
        sent.append((name, draw(VALUE)))
    return encoded(sent)


def encoded(sent: list[tuple[str, bytes]]) -> bytes:
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in sent).encode()
