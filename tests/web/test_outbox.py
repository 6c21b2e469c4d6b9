"""Many letters of an outbox in one request: each as if it had come alone, in order, and only as far as it gets."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from companion.diary.model import Entry
from companion.store import db
from tests.cast import NOW


def letter(pain=4, url="/diary/entries", **more):
    return {"url": url, "body": f"uuid={uuid4()}&at=&pain={pain}"} | more


def send(browser, owner, *letters, **more):
    sent = {"sent_at": NOW.isoformat(), "letters": letters} | more
    return browser.client.post(
        "/outbox",
        json=sent,
        base_url="http://localhost",
        headers={"Origin": "http://localhost", "X-Outbox": str(owner)},
    )


def statuses(answer):
    return [each["status"] for each in answer.json]


def kept():
    found = list(db.scalars(select(Entry.pain).order_by(Entry.id)))
    db.remove()
    return found


def test_each_letter_is_answered_and_kept_in_order(app, visit, cast):
    answer = send(visit("ana"), cast.ana, letter(3), letter(9), letter(1))
    assert statuses(answer) == [201, 201, 201]
    assert {each["location"] for each in answer.json} == {"/plan/?said=logged"}
    assert kept() == [3, 9, 1]


def test_a_batch_that_comes_twice_is_kept_once(app, visit, cast):
    letters = [letter(3), letter(9)]
    assert (
        statuses(send(visit("ana"), cast.ana, *letters))
        == statuses(send(visit("ana"), cast.ana, *letters))
        == [201] * 2
    )
    assert kept() == [3, 9]


def test_what_is_refused_says_why_and_holds_up_nothing(sqlite_app, visit, cast):
    known = letter(5)
    other = known | {"body": known["body"].replace("pain=5", "pain=6")}
    answer = send(visit("ana"), cast.ana, letter(11), known, other, letter(2, url="/nowhere"), letter(7))
    assert statuses(answer) == [422, 201, 409, 404, 201]
    assert answer.json[0]["problems"] == ["Pain: Please choose a number from 0 to 10."]
    assert answer.json[2]["problems"] == [
        "Something else was saved from this page before. Save once more to keep this as well."
    ]
    assert [each["html"] for each in answer.json] == [""] * 5
    assert kept() == [5, 7]


def test_who_waits_gets_the_page_or_the_part_of_it(sqlite_app, visit, cast):
    refused, whole = send(visit("ana"), cast.ana, letter(11, waits=True), letter(11)).json
    assert "<main" in refused["html"] and whole["html"] == ""


def test_nothing_behind_a_letter_that_needs_a_sign_in_is_tried(sqlite_app, visit, cast):
    assert statuses(send(visit(None), cast.ana, letter(3), letter(4))) == [401]
    # nor is what one person wrote saved as another's
    assert statuses(send(visit("dora"), cast.ana, letter(3), letter(4))) == [401]
    assert kept() == []


def test_a_helper_writes_into_the_record_that_they_may_write_in(sqlite_app, visit, cast):
    ana, dora = (letter(5, url=f"/for/{whose}/diary/entries") for whose in (cast.ana_patient, cast.dora_patient))
    assert statuses(send(visit("rosa"), cast.rosa, ana, dora)) == [201, 404]


@pytest.mark.parametrize(
    "url", ["https://example.org/", "//example.org/", "\\\\example.org", "diary/entries", "/ä", 7, None]
)
def test_a_letter_to_elsewhere_is_not_taken(sqlite_app, visit, cast, url):
    assert send(visit("ana"), cast.ana, letter(url=url)).status_code == 400


def test_what_is_no_outbox_is_not_taken(sqlite_app, visit, cast):
    ana = visit("ana")
    assert send(ana, cast.ana, *[letter()] * 41).status_code == 400
    assert send(ana, cast.ana, "letter").status_code == 400
    assert send(ana, cast.ana, letter(), sent_at=None).status_code == 400
    assert ana.post("/outbox", data={"letters": "x"}, headers={"X-Outbox": "1"}).status_code == 400
    assert kept() == []


def test_a_letter_in_a_letter_is_not_opened(sqlite_app, visit, cast):
    assert statuses(send(visit("ana"), cast.ana, letter(url="/outbox"))) == [400]


def test_another_site_cannot_send_letters(sqlite_app, visit, cast):
    answer = visit("ana").client.post(
        "/outbox",
        json={"sent_at": NOW.isoformat(), "letters": [letter()]},
        base_url="http://localhost",
        headers={"Origin": "https://example.org", "X-Outbox": str(cast.ana)},
    )
    assert answer.status_code == 403 and kept() == []
