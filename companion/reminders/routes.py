"""Times and reminders: the phones that ring, when they do, and the answers that come back from them.

Whoever keeps no diary has phones too: they may be told what somebody whom they help did not answer.
"""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, jsonify, request
from werkzeug.datastructures import MultiDict

from companion import clock
from companion.identity.device import name_of
from companion.identity.gate import anyone, person
from companion.identity.model import Account, Patient
from companion.identity.signin import Who
from companion.plan.item import looks_back
from companion.reminders import answer, devices, forms, queries
from companion.reminders.deliver import contact, note, ring_once
from companion.reminders.keys import keys
from companion.reminders.message import trial
from companion.reminders.model import Delivery
from companion.schedule import times
from companion.schedule.model import EVERY_DAY, Schedule
from companion.settings import Settings
from companion.sharing.access import record
from companion.store import at_once, db, open_records
from companion.web.limit import allow
from companion.web.pages import go, show
from companion.words import lazy

bp = Blueprint("reminders", __name__)
#: what became of a test, by the outcome's kind
TESTED = {
    "sent": lazy("The test is on its way. It can take a minute."),
    "gone": lazy("This phone stopped getting reminders. Open Companion on it and turn them on again."),
    "later": lazy("The test did not go out. Please try again in some minutes."),
    "refused": lazy("The test did not go out. Please turn reminders off and on again on that phone."),
}


@bp.get("/")
@person
def reminders(who: Who) -> Response:
    """This phone, the other phones; for a diary of one's own also the evening check-in and the time zone."""
    return _page(who.account, who.patient)


@bp.post("/devices")
@person
def listen(who: Who) -> Response:
    """This browser wants reminders, or says that it still listens; for its script, so the answer is JSON."""
    settings, now = _settings(), clock.now()
    form = forms.DeviceForm(_sent(), settings.push_hosts)
    if not contact(settings) or not form.validate():
        problem = form.problems[0][1] if form.problems else str(lazy("Reminders are not set up here yet."))
        return _json({"problem": problem}, 422)
    if who.patient is not None:
        devices.first_evening(who.account, who.patient, now)
    label, wanted = name_of(request.user_agent.string), form.wanted.data
    device = devices.listen(who.account, form.address, label=label, now=now, wanted=wanted)
    db.commit()
    return _json({"device": device.id}, 201) if device else _json({}, 410)


@bp.post("/devices/removal")
@person
def end_this(who: Who) -> Response:
    """This browser wants no more reminders; it names itself by its endpoint."""
    device = devices.of_endpoint(who.account, _sent().get("endpoint", ""))
    if device is not None:
        devices.put_away(device, clock.now())
        db.commit()
    return Response(status=204)


@bp.post("/devices/<int:device_id>/removal")
@person
def remove(who: Who, device_id: int) -> Response:
    """No more reminders on one of my phones."""
    device = queries.device(who.account, device_id) or abort(404)
    devices.put_away(device, clock.now())
    db.commit()
    return go("reminders.reminders", said="stopped")


@bp.post("/devices/<int:device_id>/test")
@person
def test(who: Who, device_id: int) -> Response:
    """Ring one of my phones now."""
    device, now, settings = queries.device(who.account, device_id) or abort(404), clock.now(), _settings()
    if device.ended_at is not None:
        return go("reminders.reminders", tested="gone")
    if not allow("test-push", str(who.account.id), 6, 10, now):
        abort(429)
    db.commit()  # the network is never inside a transaction
    outcome = ring_once(device, trial(who.account.language, settings.origin), settings)
    note(device, outcome, now)
    db.commit()
    return go("reminders.reminders", tested=outcome.kind)


@bp.post("/evening")
@record("any", write=True)
def evening(patient: Patient) -> Response:
    """When the check-in rings, or that it does not."""
    form, now = forms.EveningForm(request.form), clock.now()
    if not form.validate():
        return _page(g.author, patient, evening_form=form, status=422)
    walls = [] if request.form.get("off") else form.wall.data
    times.set_times(patient, queries.CHECK_IN, 0, walls, EVERY_DAY, now, rings=True)
    db.commit()
    return go("reminders.reminders", said="saved" if walls else "stopped")


@bp.post("/zone")
@record("any", write=True)
def zone(patient: Patient) -> Response:
    """My days are in another place from now on."""
    form, now = forms.ZoneForm(request.form), clock.now()
    if not form.validate():
        return _page(g.author, patient, zone_form=form, status=422)
    patient.zone = form.zone.data
    times.re_aim(patient, now)
    db.commit()
    return go("reminders.reminders", said="saved")


@bp.post("/deliveries/<key>/receipts")
@anyone
def receipt(key: str) -> Response:
    """A phone says what it did with a reminder. Its key is random, and says nothing to those who do not have it."""
    delivery, form = queries.any_delivery(key) or abort(404), forms.ReceiptForm(_sent())
    if not form.validate():
        abort(400)
    open_records([delivery.patient_id])
    answer.receive(delivery.id, form.kind.data, clock.now())
    db.commit()
    return Response(status=204)


@bp.post("/deliveries/<key>/done")
@record("any", write=True)
def done(patient: Patient, key: str) -> Response:
    """It is done: taken or trained; a check-in goes on to its form."""
    delivery, form = _answered(patient, key)
    answer.done(delivery, g.author, form.uuid.data, form.at.data or form.now, form.now)
    db.commit()
    asked = delivery.schedule
    return go(_check_in(asked)) if asked.kind == queries.CHECK_IN else go("plan.today", said="saved")


@bp.post("/deliveries/<key>/later")
@record("any", write=True)
def later(patient: Patient, key: str) -> Response:
    """Not now: ring again in a quarter of an hour."""
    delivery, form = _answered(patient, key)
    answer.later(delivery, form.at.data or form.now)
    db.commit()
    return go("plan.today", said="later")


@bp.get("/open/<key>")
@record("any")
def open_(patient: Patient, key: str) -> Response:
    """Where a tap on a reminder leads: to what it was about, for the one whose it is."""
    delivery = queries.delivery(patient, key) or abort(404)
    schedule, day = delivery.schedule, clock.day_of(delivery.due_at, patient.zone)
    with at_once() as session:
        answer.receive(delivery.id, "opened", clock.now(), session)
    if schedule.kind == "therapy":
        return go("therapy.session", programme_id=schedule.thing_id, wall=f"{schedule.wall:%H:%M}", day=day)
    return go(_check_in(schedule) if schedule.kind == queries.CHECK_IN else "plan.today")


def _check_in(schedule: Schedule) -> str:
    """The page that asks what the schedule rings for."""
    return "diary.evening" if looks_back(schedule.wall) else "diary.log"


def _page(
    account: Account,
    patient: Patient | None,
    evening_form: forms.EveningForm | None = None,
    zone_form: forms.ZoneForm | None = None,
    status: int = 200,
) -> Response:
    settings = _settings()
    mine, zone = queries.devices(account), patient.zone if patient else "UTC"
    rings = queries.evening(patient, clock.now().astimezone(ZoneInfo(zone)).date()) if patient else None
    return show(
        "reminders/reminders.html",
        status=status,
        patient=patient,
        ready=bool(contact(settings)),
        key=keys(settings).public,
        devices=mine,
        heard={device.id: clock.day_of(device.confirmed_at, zone) for device in mine},
        rings=rings,
        evening=evening_form or forms.EveningForm(wall=[rings.wall] if rings else []),
        zone=zone_form or forms.ZoneForm(zone=zone),
        zones=clock.zone_names(),
        tested=TESTED.get(request.args.get("tested", "")),
    )


def _answered(patient: Patient, key: str) -> tuple[Delivery, forms.AnswerForm]:
    delivery = queries.delivery(patient, key) or abort(404)
    sent = _sent()
    # the same reminder answered twice without a script is one answer
    sent.setdefault("uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, key)))
    form = forms.AnswerForm(sent, patient, clock.now())
    if not form.validate():
        abort(422)
    return delivery, form


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _sent() -> MultiDict[str, str]:
    """The form, or the same as flat JSON; a subscription's `keys` count as its fields."""
    if not request.is_json:
        return MultiDict(request.form)
    body: Any = request.get_json(silent=True)
    found = (
        {**body, **body.get("keys", {})} if isinstance(body, dict) and isinstance(body.get("keys", {}), dict) else {}
    )
    return MultiDict({name: value for name, value in found.items() if isinstance(value, str)})


def _json(body: dict[str, object], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
