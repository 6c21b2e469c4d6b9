"""Earlier days come below the newer ones, thirty days at a time."""

import re

import pytest

from tests.diary.sheets import filled


def log(browser, when, pain):
    """Check in as of a local time."""
    assert browser.post("/diary/entries", filled(when=when, pain=str(pain))).status_code == 303


def scores(answer):
    assert answer.status_code == 200
    return [int(score) for score in re.findall(r'class="disc p(\d+)"', answer.text)]


def test_a_page_has_thirty_days(app, visit, cast):
    ana = visit("ana")
    # today is Mar 10, so the first of thirty days is Feb 9, which begins at 04:00
    for pain, when in enumerate(("2026-02-09T04:00", "2026-02-09T03:59", "2026-01-10T04:00", "2026-01-10T03:59"), 1):
        log(ana, when, pain)
    assert scores(ana.get("/diary/")) == [1]
    assert 'href="/diary/?until=2026-02-08"' in ana.get("/diary/").text
    assert scores(ana.get("/diary/?until=2026-02-08")) == [2, 3]


def test_earlier_days_are_added_in_place(sqlite_app, visit, cast):
    ana = visit("ana")
    for pain, when in enumerate(("2026-03-10T09:00", "2026-01-05T12:00", "2025-11-05T12:00"), 1):
        log(ana, when, pain)
    page = ana.get("/diary/")
    (link,) = re.findall(r'<p id="earlier"><a ([^>]*)>', page.text)
    for attribute in ('href="/diary/?until=2026-01-05"', 'data-hx-get="/diary/?until=2026-01-05"'):
        assert attribute in link
    for attribute in ('target="#earlier"', 'swap="outerHTML"', 'replace-url="true"'):
        assert f"data-hx-{attribute}" in link
    assert 'data-behaviour="focus"' not in page.text
    part = ana.get("/diary/?until=2026-01-05", headers={"HX-Request": "true"})
    assert scores(part) == [2] and "<html" not in part.text and "<h1" not in part.text
    assert "HX-Request" in part.headers["Vary"]
    # the next link, and the focus on what has come
    assert part.text.count('id="earlier"') == 1 and "until=2025-11-05" in part.text
    assert '<h2 id="day-2026-01-05" tabindex="-1" data-behaviour="focus">Mon, Jan 5</h2>' in part.text
    part = ana.get("/diary/?until=2025-11-05", headers={"HX-Request": "true"})
    assert scores(part) == [3] and "earlier" not in part.text


@pytest.mark.parametrize("until", ["0001-01-01", "0001-01-30", "1900-01-01"])
def test_no_page_is_before_all(sqlite_app, visit, cast, until):
    log(visit("ana"), "2026-03-10T09:00", 4)
    page = visit("ana").get(f"/diary/?until={until}")
    assert scores(page) == [] and "Nothing was written down in these days." in page.text


@pytest.mark.parametrize("until", ["2026-03-10", "2026-03-11", "9999-12-31"])
def test_no_page_is_to_come(sqlite_app, visit, cast, until):
    log(visit("ana"), "2026-03-10T09:00", 4)
    assert scores(visit("ana").get(f"/diary/?until={until}")) == [4]
