"""Switch reminders on for a phone, see the phones, try one, put one away."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from companion import store
from companion.identity.model import Account
from companion.reminders import devices as devices_of
from companion.reminders.devices import EVENING
from companion.reminders.model import Device
from companion.schedule.model import Schedule
from companion.store import db
from tests.cast import NOW

CHROME = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
}


def sent(subscription):
    return {"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth}


def devices():
    store.begin_reading()
    found = db.query(Device).order_by(Device.id).all()
    db.remove()
    return found


def evenings():
    store.begin_reading()
    found = [(row.wall, row.weekdays, row.rings, row.next_due_at) for row in db.query(Schedule).filter_by(kind="diary")]
    db.remove()
    return found


def test_it_switches_a_phone_on(app, visit, cast, service, settings):
    phone = service.subscribe()
    answer = visit("ana").post("/reminders/devices", sent(phone), headers=CHROME)
    assert answer.status_code == 201
    [device] = devices()
    assert answer.json == {"device": device.id}
    assert (device.account_id, *device.address) == (
        cast.ana,
        phone.endpoint,
        phone.p256dh,
        phone.auth,
    )
    assert (device.label, device.created_at, device.confirmed_at, device.ended_at) == (
        "Chrome · Android",
        NOW,
        NOW,
        None,
    )


def test_it_takes_what_a_browser_gives_as_json(sqlite_app, visit, service, settings):
    phone = service.subscribe()
    answer = visit("ana").post("/reminders/devices", json={**phone.info, "expirationTime": None})
    assert answer.status_code == 201
    assert devices()[0].address.auth == phone.auth


def test_saying_so_again_confirms_it(app, visit, service, settings, set_clock):
    ana, phone = visit("ana"), service.subscribe()
    ana.post("/reminders/devices", sent(phone))
    later = NOW + timedelta(days=3)
    set_clock(later)
    assert ana.post("/reminders/devices", sent(phone)).status_code == 201
    [device] = devices()
    assert (device.created_at, device.confirmed_at) == (NOW, later)


def test_a_phone_that_had_stopped_is_on_again(app, visit, service, settings):
    ana, phone = visit("ana"), service.subscribe()
    ana.post("/reminders/devices", sent(phone))
    with store.work():
        device = db.query(Device).one()
        device.ended_at, device.ended_why = NOW, "gone"
    ana.post("/reminders/devices", sent(phone))
    [device] = devices()
    assert (device.ended_at, device.ended_why) == (None, "")


def test_a_phone_that_changes_hands_rings_for_its_new_owner_only(app, visit, cast, service, settings):
    phone = service.subscribe()
    visit("ana").post("/reminders/devices", sent(phone))
    visit("dora").post("/reminders/devices", sent(phone))
    assert [device.account_id for device in devices()] == [cast.dora]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"endpoint": "https://evil.example/push"}, "We cannot send reminders to this browser"),
        ({"endpoint": "http://127.0.0.1:1/push"}, "We cannot send reminders to this browser"),
        ({"endpoint": ""}, "Please fill this in"),
        ({"endpoint": "https://fcm.googleapis.com/" + "x" * 2000}, "too long"),
        ({"p256dh": "AAAA"}, "did not give us what we need"),
        ({"auth": "AAAA"}, "did not give us what we need"),
        ({"auth": ""}, "Please fill this in"),
    ],
)
def test_it_refuses_what_it_cannot_send_to(sqlite_app, visit, service, settings, change, said):
    answer = visit("ana").post("/reminders/devices", {**sent(service.subscribe()), **change})
    assert answer.status_code == 422
    assert said in answer.json["problem"]
    assert devices() == []
    assert evenings() == []


@pytest.mark.parametrize("body", ["[]", "null", "{", '{"keys": 3}', '{"endpoint": 7}'])
def test_it_refuses_json_that_is_no_subscription(sqlite_app, visit, settings, body):
    assert visit("ana").post("/reminders/devices", body, content_type="application/json").status_code == 422


def test_it_refuses_every_phone_where_reminders_are_not_set_up(sqlite_app, visit, service, settings):
    sqlite_app.config["SETTINGS"] = replace(settings, contact="")
    answer = visit("ana").post("/reminders/devices", sent(service.subscribe()))
    assert (answer.status_code, answer.json["problem"]) == (422, "Reminders are not set up here yet.")
    assert "Reminders are not set up here yet." in visit("ana").get("/reminders/").text


def test_the_first_phone_brings_an_evening_check_in(app, visit, service, settings):
    ana = visit("ana")
    ana.post("/reminders/devices", sent(service.subscribe()))
    assert evenings() == [(EVENING, "1234567", True, NOW + timedelta(hours=10))]


def test_two_first_phones_at_once_bring_one_check_in(app, visit, cast, service, settings, monkeypatch):
    both, real = Barrier(2), devices_of.had_device

    def asked(account):
        found = real(account)
        if not found and app_is_postgresql():
            # the other one waits before it asks; without the wait both would have asked by now
            with suppress(BrokenBarrierError):
                both.wait(0.5)
        return found

    monkeypatch.setattr(devices_of, "had_device", asked)
    phones = [service.subscribe(), service.subscribe()]

    def switch_on(phone):
        try:
            return visit("ana").post("/reminders/devices", sent(phone)).status_code
        finally:
            db.remove()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(switch_on, phones)) == [201, 201]
    assert len(evenings()) == 1
    assert len(devices()) == 2


def app_is_postgresql():
    return store.engine().dialect.name == "postgresql"


def test_a_check_in_that_was_switched_off_stays_off(app, visit, service, settings):
    ana, phone = visit("ana"), service.subscribe()
    ana.post("/reminders/devices", sent(phone))
    ana.post("/reminders/evening", {"off": "yes"})
    ana.post("/reminders/devices/removal", {"endpoint": phone.endpoint})
    ana.post("/reminders/devices", sent(phone))
    assert [due for *_, due in evenings()] == [None]


def test_a_check_in_that_has_a_time_keeps_it(sqlite_app, visit, service, settings, plan):
    plan("diary", time(21, 15))
    visit("ana").post("/reminders/devices", sent(service.subscribe()))
    assert [wall for wall, *_ in evenings()] == [time(21, 15)]


def test_the_page_tells_the_script_what_it_needs(sqlite_app, visit, settings):
    page = visit("ana").get("/reminders/").text
    assert 'data-behaviour="push"' in page
    assert re.search(r'data-key="[A-Za-z0-9_-]{87}"', page)
    assert 'data-url="/reminders/devices"' in page
    assert 'data-end-url="/reminders/devices/removal"' in page
    for state in ("turn-on", "turn-off", "on", "off", "denied", "home-screen", "unsupported", "failed"):
        assert re.search(rf'data-{state}="[A-Z]', page), state
    assert "No phone gets reminders yet." in page


def test_the_page_shows_what_the_lock_screen_will_say(sqlite_app, visit, settings):
    page = visit("ana").get("/reminders/").text
    assert "A gentle reminder" in page
    assert "Something is planned for 10:00." in page


def test_the_page_lists_my_phones_and_says_which_one_stopped(app, visit, service, settings, phone, plan, ring):
    lost = phone()
    visit("ana").post("/reminders/devices", sent(service.subscribe()), headers=CHROME)
    phone("dora")
    service.answer(lost, 410)
    plan("diary", time(10, 30))
    ring(NOW + timedelta(minutes=30))
    page = visit("ana").get("/reminders/").text
    assert page.count("Send a test") == 1
    assert "Chrome · Android" in page
    assert "Last heard of on Tue, Mar 10" in page
    assert page.count("This phone stopped getting reminders.") == 1


def test_it_puts_a_phone_away(app, visit, phone, service):
    phone()
    ana = visit("ana")
    [device] = devices()
    answer = ana.post(f"/reminders/devices/{device.id}/removal")
    assert (answer.status_code, answer.location) == (303, "/reminders/?said=stopped")
    [device] = devices()
    assert (device.ended_at, device.ended_why) == (NOW, "removed")
    assert "No phone gets reminders yet." in ana.get("/reminders/").text


def test_a_phone_that_was_put_away_elsewhere_stays_so_until_it_is_wanted(app, visit, service, settings):
    ana, phone = visit("ana"), service.subscribe()
    ana.post("/reminders/devices", sent(phone))
    [device] = devices()
    ana.post(f"/reminders/devices/{device.id}/removal")
    assert ana.post("/reminders/devices", sent(phone)).status_code == 410
    assert devices()[0].ended_why == "removed"
    assert ana.post("/reminders/devices", {**sent(phone), "wanted": "y"}).status_code == 201
    assert devices()[0].ended_at is None


def test_a_phone_puts_itself_away(app, visit, phone):
    own, other = phone(), phone()
    ana = visit("ana")
    for _ in range(2):
        assert ana.post("/reminders/devices/removal", {"endpoint": own.endpoint}).status_code == 204
    assert [device.ended_why for device in devices()] == ["removed", ""]
    assert visit("dora").post("/reminders/devices/removal", {"endpoint": other.endpoint}).status_code == 204
    assert [device.ended_why for device in devices()] == ["removed", ""]


def test_it_rings_a_phone_to_try_it(app, visit, phone, service):
    mine = phone()
    phone()
    answer = visit("ana").post(f"/reminders/devices/{devices()[0].id}/test")
    assert (answer.status_code, answer.location) == (303, "/reminders/?tested=sent")
    [message] = service.messages()
    assert message.subscription == mine
    assert message.payload["notification"]["body"] == "This phone gets your reminders."
    assert devices()[0].sent_at == NOW
    assert "The test is on its way." in visit("ana").get(answer.location).text


def test_a_test_finds_out_that_a_phone_is_gone(app, visit, phone, service):
    service.answer(phone(), 410)
    ana = visit("ana")
    answer = ana.post(f"/reminders/devices/{devices()[0].id}/test")
    assert "This phone stopped getting reminders." in ana.get(answer.location).text
    assert devices()[0].ended_why == "gone"
    assert ana.post(f"/reminders/devices/{devices()[0].id}/test").location == "/reminders/?tested=gone"
    assert len(service.attempts()) == 1


def test_a_test_that_did_not_go_out_says_so(sqlite_app, visit, phone, service):
    service.answer(phone(), 500)
    ana = visit("ana")
    answer = ana.post(f"/reminders/devices/{devices()[0].id}/test")
    assert "did not go out. Please try again in some minutes." in ana.get(answer.location).text


def test_a_test_goes_to_allowed_push_services_only(sqlite_app, visit, phone, service, settings):
    phone()
    sqlite_app.config["SETTINGS"] = replace(settings, push_hosts=())
    assert visit("ana").post(f"/reminders/devices/{devices()[0].id}/test").location == "/reminders/?tested=refused"
    assert service.attempts() == []


def test_tests_are_counted(app, visit, phone, service):
    phone()
    ana, address = visit("ana"), f"/reminders/devices/{devices()[0].id}/test"
    assert [ana.post(address).status_code for _ in range(7)] == [303] * 6 + [429]


def test_a_test_holds_no_transaction(app, visit, cast, phone, service, monkeypatch):
    phone()
    seen = []

    def look(*_):
        seen.append(store.engine().pool.checkedout())
        raise RuntimeError

    monkeypatch.setattr("companion.reminders.push.Sender.send", look)
    visit("ana").post(f"/reminders/devices/{devices()[0].id}/test")
    assert seen == [0]


@pytest.mark.parametrize("what", ["removal", "test"])
def test_it_refuses_another_patients_phone(app, visit, phone, service, what):
    phone()
    address = f"/reminders/devices/{devices()[0].id}/{what}"
    assert visit("dora").post(address).status_code == 404
    assert visit("ana").post(f"/reminders/devices/999/{what}").status_code == 404
    assert visit("rosa").post(address).status_code == 404
    assert visit("ben").post(address).status_code == 404
    assert visit(None).post(address).status_code == 401
    assert service.attempts() == []
    assert devices()[0].ended_at is None


def test_who_keeps_no_diary_has_phones_and_no_times(app, visit, cast, service, settings):
    phone, rosa = sent(service.subscribe()), visit("rosa")
    page = rosa.get("/reminders/").text
    assert "A reminder of Ana was not answered." in page and 'data-behaviour="push"' in page
    assert "/reminders/evening" not in page and "/reminders/zone" not in page
    assert rosa.post("/reminders/devices", phone).status_code == 201
    assert [device.account_id for device in devices()] == [cast.rosa] and evenings() == []
    assert rosa.post("/reminders/devices/removal", phone).status_code == 204
    assert devices()[0].ended_why == "removed"
    for path in ("evening", "zone"):
        assert rosa.post(f"/reminders/{path}").status_code == 404


def test_a_stranger_has_no_phones(app, visit, service, settings):
    phone = sent(service.subscribe())
    assert visit(None).get("/reminders/").location.startswith("/signin/")
    assert visit(None).post("/reminders/devices", phone).status_code == 401
    assert devices() == []


def test_it_refuses_a_post_from_another_site(sqlite_app, visit, service, settings):
    answer = visit("ana").post(
        "/reminders/devices", sent(service.subscribe()), headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert devices() == []


def test_the_page_speaks_spanish(sqlite_app, visit, cast, settings):
    with store.work():
        db.get_one(Account, cast.ana).language = "es"
    assert '<html lang="es"' in visit("ana").get("/reminders/").text


def test_a_new_phone_at_night_plans_the_check_in_from_tomorrow(sqlite_app, visit, service, settings, set_clock):
    set_clock(NOW + timedelta(hours=13))  # 23:00 in Berlin
    visit("ana").post("/reminders/devices", sent(service.subscribe()))
    store.begin_reading()
    starts_on = db.query(Schedule).one().starts_on
    db.remove()
    assert starts_on == date(2026, 3, 11)
