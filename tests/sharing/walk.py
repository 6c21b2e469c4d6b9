"""Ana's record in every room, and every page on which somebody else may read of it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from companion.diary import record
from companion.diary.model import Entry
from companion.identity.model import Account, Clinic, Patient
from companion.medication import add, take
from companion.medication.model import Dose, Medicine
from companion.procedures import record as procedures
from companion.procedures.model import Procedure
from companion.store import db
from companion.therapy import keep, plan_it
from companion.therapy.model import Programme, Session
from tests.cast import NOW, ZONE, Cast

TODAY = date(2026, 3, 10)
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def at(day: date, hour: int = 9) -> datetime:
    """An instant of Ana's day."""
    return datetime.combine(day, time(hour), ZoneInfo(ZONE))


def fill(cast: Cast, days: list[date], mark: str = "", pain: int = 3) -> None:
    """Something of every kind on each of the days; texts carry `mark`. Things that last begin on the first, end on the last."""
    ana, ben = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.ben)
    me, clinic, first, last = ana.account, db.get_one(Clinic, cast.northmoor), at(days[0]), at(days[-1], 12)
    medicine = add.add(ana, me, add.Taking(f"Pill{mark}", note=f"Why{mark}", as_needed=not mark), first)
    what = ("pt", f"Walk{mark}", f"Slowly{mark}", 15, [time(18)], "1234567")
    programme, _ = plan_it.plan(ana, ben, clinic, *what, first, str(uuid4()), "")
    for day in days:
        when = at(day)
        felt = {"impact": pain, "sleep": pain, "mood": pain, "note": f"Note{mark}", "regions": ["back-neck"]}
        for author in (me, db.get_one(Account, cast.rosa)):
            record.record(ana, author, str(uuid4()), "", when, pain, max(when, NOW), **felt)
        take.record(ana, me, medicine, str(uuid4()), "", "taken", when, max(when, NOW), reason=f"Reason{mark}")
        keep.record(ana, me, programme, str(uuid4()), "", "done", when, NOW, time(18), pain, pain, f"Said{mark}")
        procedures.record(ana, clinic, ben, str(uuid4()), "", "esi", f"Level{mark}", "left", day, f"Done{mark}", NOW)
    if mark:
        add.stop(medicine, me, last)
        plan_it.stop(programme, ben, last)
    db.commit()


def addresses(app: Flask, cast: Cast) -> list[str]:
    """Every GET address under /for/ and /clinic/ with each thing of Ana's, over each span."""
    things: dict[str, list[Any]] = {
        "patient_id": [cast.ana_patient],
        "medicine_id": list(db.scalars(select(Medicine.id))),
        "programme_id": list(db.scalars(select(Programme.id))),
        "procedure_id": list(db.scalars(select(Procedure.id))),
        "uuid": [uuid for model in (Entry, Dose, Session) for uuid in db.scalars(select(model.uuid))],
    }
    db.remove()
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or not rule.rule.startswith(("/for/", "/clinic/")):
                continue
            if not rule.arguments <= things.keys():
                continue
            blanks: list[dict[str, Any]] = [{}]
            for name in rule.arguments:
                blanks = [{**each, name: value} for each in blanks for value in things[name]]
            found += [adapter.build(rule.endpoint, each, method="GET") for each in blanks]
    spans = [f"?span={span}" for span in ("30", "365", "all")]
    more = ["?until=2023-01-05", "?until=2024-12-12", "?last=2023-01-05", "?last=2024-12-12", "?before=2023-01-05"]
    sorts = ["?sort=change", "?sort=entry"]
    return [address + query for address in sorted(found) for query in ("", *_fits(address, spans, more, sorts))]


def _fits(address: str, spans: list[str], more: list[str], sorts: list[str]) -> list[str]:
    if address == "/clinic/":
        return sorts
    if address.endswith("/trends/") or re.fullmatch(r"/clinic/patients/\d+", address):
        return spans
    return more if address.endswith(("/history", "/diary/")) else []


def pages(visit: Any, found: list[str]) -> dict[str, str]:
    """What Rosa and Ben read at each of the addresses, without what is random."""
    rosa, ben = visit("rosa"), visit("ben")
    told = {}
    for address in found:
        answer = (rosa if address.startswith("/for/") else ben).get(address)
        assert answer.status_code in {200, 303, 404}, (address, answer.status)
        told[address] = f"{answer.status_code} {_RANDOM.sub('-', answer.text)}"
    told["search"] = _RANDOM.sub("-", ben.post("/clinic/", {"q": "ana"}).text)
    return told


def days_from(day: date, *after: int) -> list[date]:
    """The day, and so many days after it."""
    return [day, *(day + timedelta(days=n) for n in after)]
