"""Every route states its gate, and every route is tried by the whole cast and a stranger.

The test walks the URL map, so a new route cannot be forgotten. Each address names things of Ana's; `THINGS` makes one of
each kind. What is expected follows from the gate alone.
"""

from __future__ import annotations

import shutil
from datetime import date, time, timedelta

import pytest
from flask import Flask
from werkzeug.routing import Rule

from companion import seal, store
from companion.app import create_app
from companion.diary.model import Entry, Site
from companion.flares.model import Flare, FlareStep, FlareTick
from companion.identity.gate import anyone, check
from companion.identity.model import Membership, Patient, SignIn
from companion.measures.model import Answer, Form, Plan, Signal
from companion.medication.model import Dose, Medicine
from companion.procedures.model import Procedure
from companion.reminders.model import Address, Delivery, Device, columns_of
from companion.schedule.model import Schedule
from companion.seen.model import Seen, SeenVersion
from companion.settings import Settings
from companion.sharing.consent import CURRENT
from companion.sharing.model import Glass, Grant, Invitation
from companion.signin.model import Passkey
from companion.store import db
from companion.therapy.model import Programme, Session
from companion.visit.model import VisitLink
from tests.cast import NOW, Cast, gather
from tests.conftest import ORIGIN, Browser

ROSAS = "0f8fad5b-d9cb-469f-a165-70867728950e"
UUID = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
KEY = "delivery-key-of-ana"
TODAY = date(2026, 3, 10)
CAST = ("ana", "rosa", "ben", "carl", "dora", "abe")


def things(cast: Cast) -> dict[str, object]:
    """One of each kind, all Ana's; the value for each blank of an address."""
    mine = {"patient_id": cast.ana_patient}
    by = {"author_id": cast.ana, "uuid": UUID, "digest": "", "recorded_at": NOW, "day": TODAY}
    medicine = Medicine(**mine, name="Gabapentin", strength="300 mg", amount="1 capsule", note="With food", added_by=cast.ana, started_on=TODAY)  # fmt: skip
    programme = Programme(
        **mine, kind="pt", title="Back", planned_by=cast.ben, clinic_id=cast.northmoor, starts_on=TODAY
    )
    own = Programme(**mine, kind="cbt", title="Rest", planned_by=cast.ana, starts_on=TODAY)
    schedule = Schedule(**mine, kind="diary", thing_id=0, wall=time(20), starts_on=TODAY)
    procedure = Procedure(
        **mine, clinic_id=cast.northmoor, author_id=cast.ben, kind="esi", done_on=TODAY, recorded_at=NOW
    )
    device = Device(
        account_id=cast.ana,
        **columns_of(Address("https://push.example/1", "", ""), cast.ana),
        created_at=NOW,
        confirmed_at=NOW,
    )
    db.add_all([medicine, programme, own, schedule, procedure, device])
    db.flush()
    rosas = {**by, "uuid": ROSAS, "author_id": cast.rosa}
    for written in (by, rosas):
        db.add(Entry(**mine, **written, felt_at=NOW, zone="Europe/Berlin", pain=4, impact=5, sleep=3, mood=6, note="Sat too long.",
                     sites=[Site(region="back-neck"), Site(region="front-knee-l", intensity=0, spreads=True)]))  # fmt: skip
    db.add(Dose(**mine, **by, medicine_id=medicine.id, status="taken", taken_at=NOW))
    db.add(Dose(**mine, **rosas, medicine_id=medicine.id, status="taken", taken_at=NOW))
    db.add(Session(**mine, **by, programme_id=programme.id, status="done", done_at=NOW, pain_before=5, pain_after=3))
    db.add(Session(**mine, **rosas, programme_id=programme.id, status="skipped", done_at=NOW))
    peg = Plan(**mine, instrument="peg", every_days=7, since_on=TODAY, added_by=cast.ana, added_at=NOW)
    form = Form(clinic_id=cast.northmoor, code="own-1", version=1, added_by=cast.ben, added_at=NOW, content={
        "name": "own", "title": "Walking", "part": "pain", "every_days": 7, "scoring": "none", "licence": "", "source": "",
        "item": [{"code": "1", "kind": "boolean", "text": "Did you walk?"}]})  # fmt: skip
    db.add_all([peg, form])
    db.flush()
    for written in (by, rosas):
        told = {"75893-8": 4, "91145-3": 5, "91146-1": 6}
        answer = Answer(**mine, **written, plan_id=peg.id, instrument="peg", version=1, said=told, score=5.0, answered_at=NOW, zone="Europe/Berlin")  # fmt: skip
        db.add(answer)
    db.flush()
    signal = Signal(**mine, answer_id=answer.id, clinic_id=cast.northmoor, raised_at=NOW)
    db.add(signal)
    db.flush()
    step = happened(mine, by, rosas)
    delivery = Delivery(**mine, key=KEY, schedule_id=schedule.id, due_on=TODAY, due_at=NOW, try_at=NOW)
    invitations = {
        side: Invitation(
            code_hash=side,
            made_by=maker,
            note="Rosa",
            parts=["pain"],
            made_at=NOW,
            expires_at=NOW + timedelta(days=1),
            **whose,
        )
        for side, maker, whose in (("clinic", cast.ben, {"clinic_id": cast.northmoor}), ("ana", cast.ana, mine))
    }
    link = VisitLink(**mine, token_hash="link", made_by=cast.ana, name="Dr Okon", parts=["pain"], first_on=TODAY, last_on=TODAY,
                     made_at=NOW, expires_at=NOW + timedelta(days=1))  # fmt: skip
    db.add_all([delivery, link, *invitations.values()])
    db.flush()
    grants = {side: db.query(Grant).where(Grant.patient_id == cast.ana_patient, column.is_not(None)).one().id
              for side, column in (("clinic", Grant.clinic_id), ("caregiver", Grant.account_id))}  # fmt: skip
    db.get_one(Grant, grants["clinic"]).consent = CURRENT
    kept = Grant(
        patient=Patient(name="Leo", zone="Europe/Berlin"),
        account_id=cast.rosa,
        parts=["pain"],
        keeps=True,
        may_log=True,
        granted_at=NOW,
        consent=CURRENT,
    )
    db.add(kept)
    db.flush()
    kept_link = VisitLink(patient_id=kept.patient_id, token_hash="kept", made_by=cast.rosa, name="Dr Okon", parts=["pain"], first_on=TODAY,
                          last_on=TODAY, made_at=NOW, expires_at=NOW + timedelta(days=1))  # fmt: skip
    kept_code = Invitation(kind="owner", patient_id=kept.patient_id, code_hash="kept", made_by=cast.rosa, note="Leo", parts=[], made_at=NOW,
                           expires_at=NOW + timedelta(days=1))  # fmt: skip
    db.add_all([kept_link, kept_code])
    over = {"opened_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1), "reason": "Fell in the street"}
    glass = Glass(**mine, **over, account_id=cast.ben, clinic_id=cast.northmoor)
    passkey = Passkey(account_id=cast.ana, credential="key", public_key=b"", name="Phone", created_at=NOW)
    staff = Invitation(kind="staff", clinic_id=cast.northmoor, code_hash="staff", made_by=cast.abe, role="clinician", note="Eve",
                       parts=[], made_at=NOW, expires_at=NOW + timedelta(days=1))  # fmt: skip
    db.add_all([glass, passkey, staff])
    db.flush()
    seat = db.query(Membership).where(Membership.account_id == cast.ben).one()
    sign_in = db.query(SignIn).where(SignIn.account_id == cast.ana).one()
    db.commit()
    return {
        "patient_id": cast.ana_patient, "uuid": UUID, "rosas_uuid": ROSAS, "medicine_id": medicine.id, "programme_id": own.id, "key": KEY,
        "clinic_programme_id": programme.id, "procedure_id": procedure.id, "device_id": device.id,
        "invitation_id": invitations["ana"].id, "clinic_invitation_id": invitations["clinic"].id,
        "grant_id": grants["clinic"], "caregiver_grant_id": grants["caregiver"], "kept_grant_id": kept.id, "kept_patient_id": kept.patient_id, "sign_in_id": sign_in.id, "seat_id": seat.id,
        "step_id": step.id, "glass_id": glass.id, "passkey_id": passkey.id, "staff_invitation_id": staff.id, "link_id": link.id, "kept_link_id": kept_link.id, "kept_invitation_id": kept_code.id,
        "plan_id": peg.id, "form_id": form.id, "signal_id": signal.id,
        "digest": "0", "path": "icons/icon.svg", "name": "icons/icon.svg", "language": "en",
    }  # fmt: skip


def happened(mine: dict, by: dict, rosas: dict) -> FlareStep:
    """A flare of each with a step that was done, and what each saw, once corrected; a step of Rosa's, as Rosa may change it."""
    bare = {name: value for name, value in by.items() if name != "day"}
    for written in (by, rosas):
        uuid = written["uuid"]
        # Rosa's is over, since one goes on at a time
        ended = {} if written is by else {"ended_at": NOW, "ended_by": written["author_id"]}
        flare = Flare(**mine, **written, **ended, zone="Europe/Berlin", began_at=NOW, set_off=["stress"], flags={"weak": "yes", "face": "no"},
                      words="Garden work")  # fmt: skip
        row = Seen(**mine, **written, zone="Europe/Berlin", seen_at=NOW, signs=["limped"], note="Up the stairs")  # fmt: skip
        step = FlareStep(**mine, **bare | {"uuid": uuid, "author_id": written["author_id"]}, place=1, text="Lie down")  # fmt: skip
        db.add_all([flare, row, step])
        db.flush()
        said = {"seen_at": NOW.isoformat(), "signs": ["quiet"], "note": "Up the stair"}
        theirs = bare | {"uuid": uuid, "author_id": written["author_id"]}
        db.add(FlareTick(**mine, **theirs, flare_id=flare.id, step_id=step.id, done_at=NOW))
        db.add(SeenVersion(**mine, seen_id=row.id, version=1, said=said, replaced_at=NOW))
        row.version = 2
    return step


@pytest.fixture(scope="session")
def stage(empty_sqlite, tmp_path_factory):
    """A database with the cast and Ana's things, to be copied for each route."""
    path = tmp_path_factory.mktemp("gates") / "stage.sqlite3"
    shutil.copy(empty_sqlite, path)
    store.connect(f"sqlite:///{path}")
    seal.connect(path.with_name("keys"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("companion.clock.now", lambda: NOW)
        cast = gather()
        values = things(cast)
    store.disconnect()
    return path, cast, values


def copied(stage_path, home) -> str:
    """The stage with its keys in `home`; the address of the copy."""
    shutil.copy(stage_path, home / "copy.sqlite3")
    shutil.copy(stage_path.with_name("keys"), home / "keys")
    return f"sqlite:///{home / 'copy.sqlite3'}"


def routes() -> list[Rule]:
    app = create_app(Settings(database_url="sqlite://", demo=True))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "demo.enter"]
    store.disconnect()
    return sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))


#: whose things an address names, where it is not the patient's own side
SIDES = {
    "clinic.": {"programme_id": "clinic_programme_id", "invitation_id": "clinic_invitation_id"},
    "office.": {"invitation_id": "staff_invitation_id"},
    # a caregiver changes only what they wrote
    "for_diary.": {"uuid": "rosas_uuid"},
    "for_medication.": {"uuid": "rosas_uuid"},
    "for_therapy.": {"uuid": "rosas_uuid"},
    "for_measures.": {"uuid": "rosas_uuid"},
    "for_flares.": {"uuid": "rosas_uuid"},
    "for_seen.": {"uuid": "rosas_uuid"},
    "caring.end": {"grant_id": "caregiver_grant_id"},
    "caring.hand_over": {"grant_id": "kept_grant_id"},
}


def address(app: Flask, rule: Rule, values: dict[str, object]) -> str:
    unknown = sorted(rule.arguments - values.keys())
    assert not unknown, (
        f"No test knows what stands for {unknown} in {rule.rule}: make one of Ana's in things() of test_gates.py"
    )
    blanks = {name: values[name] for name in rule.arguments}
    for start, instead in SIDES.items():
        if rule.endpoint.startswith(start):
            blanks |= {name: values[other] for name, other in instead.items() if name in blanks}
    with app.test_request_context(base_url=ORIGIN):
        return app.url_map.bind("localhost").build(
            rule.endpoint, blanks, method=next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        )


#: gates that look at no more than who it is
SEATS = {"anyone": CAST, "admin": ("abe",), "clinician": ("ben", "carl")}


def may(gate: str, rule: Rule, name: str) -> bool:
    """Whether the gate lets this member of the cast through to Ana's things."""
    for_ana = rule.rule.startswith("/for/")
    if gate in SEATS:
        return name in SEATS[gate] and name == OWNER.get(rule.endpoint, name)
    if gate == "person":
        owned = bool(rule.arguments) or "patient's own" in OWN.get(rule.endpoint, "")
        return name == OWNER.get(rule.endpoint, "ana") if owned else True
    if gate == "staff":
        return name in ("ben", "abe") if rule.arguments else name in ("ben", "carl", "abe")
    kind, part, *_ = gate.split(":")
    if kind == "care":
        return name == "ben"
    if for_ana:
        return name == "rosa" and part in {"any", "pain", "medicines", "therapy"}
    return "others" not in gate and (name == "ana" or (name == "dora" and not rule.arguments))


#: routes for any person that only a patient has a use for
OWN: dict[str, str] = {}
#: addresses with a thing that is not Ana's
OWNER = {"caring.end": "rosa", "caring.hand_over": "rosa", "clinic.take_away": "ben"}


@pytest.mark.parametrize(
    "rule", routes(), ids=lambda rule: f"{rule.rule} {'/'.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}"
)
def test_the_gate_holds(rule, stage, tmp_path, monkeypatch):
    monkeypatch.setattr("companion.clock.now", lambda: NOW)
    path, cast, values = stage
    for name in (None, *CAST):
        app = create_app(
            Settings(
                home=tmp_path,
                database_url=copied(path, tmp_path),
                origin=ORIGIN,
                contact="mailto:a@b.org",
            )
        )
        monkeypatch.setattr("companion.identity.signin._SEEN_EVERY", timedelta(days=999))
        browser = Browser(app, cast.tokens[name] if name else None)
        method = "GET" if "GET" in rule.methods else "POST"
        target = address(app, rule, values)
        answer = browser.get(target) if method == "GET" else browser.post(target, data={})
        gate = app.view_functions[rule.endpoint].gate
        judge(gate, rule, name, method, answer)
        store.disconnect()


def judge(gate: str, rule: Rule, name: str | None, method: str, answer) -> None:
    told = f"{name} {method} {rule.rule} ({gate}): {answer.status}"
    assert answer.status_code != 500, told
    if gate == "anyone":
        assert answer.status_code not in {401, 403}, told
    elif name is None:
        assert answer.status_code == (303 if method == "GET" else 401), told
        if method == "GET":
            assert answer.location.startswith("/signin/"), told
    elif may(gate, rule, name):
        assert answer.status_code in {200, 201, 204, 302, 303, 400, 409, 422}, told
    else:
        assert answer.status_code == 404, told
    if not rule.endpoint.startswith(("assets.", "phone.")):
        assert "no-store" in answer.headers["Cache-Control"], told


def test_an_app_with_a_silent_route_does_not_start(sqlite_app):
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/", "silent", lambda: "")
    with pytest.raises(RuntimeError, match="silent"):
        check(app)
    app.view_functions["silent"] = anyone(app.view_functions["silent"])
    check(app)


def test_a_get_changes_nothing(stage, tmp_path, monkeypatch):
    """The engine refuses writes in a request that only looks, but for the Look, a denial and the time of last use."""
    monkeypatch.setattr("companion.clock.now", lambda: NOW)
    path, cast, values = stage
    app = create_app(Settings(home=tmp_path, database_url=copied(path, tmp_path), origin=ORIGIN))
    monkeypatch.setattr("companion.identity.signin._SEEN_EVERY", timedelta(days=999))
    before = dump()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            for name in CAST:
                Browser(app, cast.tokens[name]).get(address(app, rule, values))
    after = dump()
    store.disconnect()
    assert {table for table in before if before[table] != after[table]} <= {"audit_event", "bucket", "look", "receipt"}


def dump() -> dict[str, list]:
    rows = {
        table.name: sorted(map(repr, db.execute(table.select()).all())) for table in store.Base.metadata.sorted_tables
    }
    db.remove()
    return rows
