"""The whole chain of a reminder: subscription, due time, encrypted push, the real service worker, notification, Done, record."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from companion import clock, store
from companion.reminders.model import Delivery, Device, Receipt
from companion.schedule.model import Schedule
from companion.therapy.model import Session
from tests.journeys.conftest import ready_for_no_network, until
from tests.servers.browser import click_notification, deliver_push, notifications

pytestmark = pytest.mark.journey
BERLIN = ZoneInfo("Europe/Berlin")


def listen(page):
    """Ana turns reminders on."""
    page.goto("/reminders/")
    page.get_by_role("button", name="Turn on reminders").click()
    expect(page.get_by_text("Reminders are on for this phone.")).to_be_visible()


def plan(page, title="Back and hip exercises"):
    """Ana plans something for every day."""
    page.goto("/therapy/new")
    page.get_by_label("Name", exact=True).fill(title)
    for box in page.locator("input[name=weekdays]").all():
        box.check(force=True)
    local = (clock.now() + timedelta(minutes=3)).astimezone(BERLIN).strftime("%H:%M")
    page.locator("input[type=time]").first.fill(local)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Planned.")).to_be_visible()


def shown_on(page, payload):
    """The push on the phone. A browser that has just started now and then drops one: it comes again, and the tag makes it one."""
    shown = []

    def comes():
        deliver_push(page, page.evaluate("location.origin"), payload)
        try:
            shown[:] = notifications(page, at_least=1, timeout=4)
        except AssertionError:
            return False
        return True

    until(comes, "no notification", seconds=25)
    assert len(shown) == 1
    return shown[0]


def due_now(store_of):
    """The hand of the clock reaches what is planned."""
    now = clock.now()
    store.db.execute(
        update(Schedule)
        .where(Schedule.kind == "therapy")
        .values(next_due_at=now, next_due_on=now.astimezone(BERLIN).date())
    )
    store.db.commit()
    store.db.remove()


def test_a_reminder_rings_says_nothing_and_done_records_the_session(phone, push_service, store_of):
    subscription = push_service.subscribe()
    page = phone("ana", subscription=subscription)
    listen(page)
    ready_for_no_network(page)
    hashed = sha256(subscription.endpoint.encode()).hexdigest()
    assert store_of(select(Device.endpoint_hash)) == [(hashed,)]
    plan(page)
    due_now(store_of)
    # The push arrives at the push service, signed, and can be read by this phone only
    message = push_service.wait_for(1, subscription=subscription)[0]
    assert not push_service.refusals
    assert message.urgency == "high" and message.ttl > 0
    assert message.payload["web_push"] == 8030
    shown = message.payload["notification"]
    assert "exercise" not in str(message.payload).lower() and "back" not in shown["body"].lower()
    # The real service worker shows it
    ring = shown_on(page, message.payload)
    assert ring["title"] == shown["title"]
    assert [action["action"] for action in ring["actions"]] == ["done", "later"]
    # Done, from the notification
    click_notification(page.context, "done", ring["tag"])
    page.goto("/plan/")
    expect(page.locator("#thread")).to_contain_text("Back and hip exercises")
    assert [status for (status,) in store_of(select(Session.status))] == ["done"]
    kinds = {kind for (kind,) in store_of(select(Receipt.kind))}
    assert "shown" in kinds and "done" in kinds
    # The page that Done leads to takes the pain before and after
    uuid = store_of(select(Session.uuid))[0][0]
    page.goto(f"/therapy/sessions/{uuid}")
    page.locator("[name=pain_before][value='5']").check(force=True)
    page.locator("[name=pain_after][value='3']").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    assert store_of(select(Session.pain_before, Session.pain_after)) == [(5, 3)]


def test_what_is_done_already_does_not_ring(phone, push_service, store_of):
    subscription = push_service.subscribe()
    page = phone("ana", subscription=subscription)
    listen(page)
    plan(page)
    page.goto("/plan/")
    page.locator("#thread").get_by_role("link", name="Start").first.click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Saved.").first).to_be_visible()
    due_now(store_of)
    until(lambda: store_of(select(Delivery.why).where(Delivery.state == "over")) == [("done",)])
    assert push_service.messages(subscription) == []


def test_later_without_a_network_reaches_us_afterwards(phone, push_service, store_of):
    subscription = push_service.subscribe()
    page = phone("ana", subscription=subscription)
    listen(page)
    ready_for_no_network(page)
    plan(page)
    due_now(store_of)
    message = push_service.wait_for(1, subscription=subscription)[0]
    tag = shown_on(page, message.payload)["tag"]
    page.context.set_offline(True)
    click_notification(page.context, "later", tag)
    # What waits is named as she read it
    page.goto("/offline")
    expect(page.get_by_role("heading", name="A gentle reminder: Later")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/plan/")
    until(lambda: ("later",) in store_of(select(Receipt.kind)))


def test_a_phone_that_is_gone_is_said(phone, push_service, store_of):
    subscription = push_service.subscribe()
    page = phone("ana", subscription=subscription)
    listen(page)
    plan(page)
    push_service.answer(subscription, 410)
    due_now(store_of)
    until(lambda: store_of(select(Device.ended_why)) == [("gone",)])
    page.goto("/reminders/")
    expect(page.get_by_text("This phone stopped getting reminders.")).to_be_visible()
