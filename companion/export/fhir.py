"""fhir.json: an FHIR R4 Bundle of type collection, as clinical.md 2.4 maps our nouns.

A score is an Observation that its performer marks as the patient's own or another's word; a medicine is a
MedicationStatement, a dose a MedicationAdministration, a procedure a Procedure; a programme is a CarePlan and a session
a Procedure based on it. A flare is a Condition, with what was answered about signs that must not wait as an Observation;
what somebody who helps saw is an Observation of theirs. What was removed is `entered-in-error`, what was corrected `amended`. Ids are made from this
installation's address and ours, so they are the same each time and nowhere else.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

from companion.diary import chips, regions
from companion.diary.model import Entry
from companion.diary.regions import Marks
from companion.export import happened, queries
from companion.export.happened import OURS, SURVEY, Resource
from companion.export.person import Person
from companion.export.responses import response, score
from companion.identity.model import Account, Clinic, Patient
from companion.measures.model import Answer
from companion.measures.queries import definition
from companion.medication import catalogue
from companion.medication.model import Dose, Medicine
from companion.procedures import kinds
from companion.procedures.model import Procedure
from companion.therapy.model import KINDS, Programme, Session

_CODES = tomllib.loads((Path(__file__).parent / "codes.toml").read_text(encoding="utf-8"))["measure"]
#: how often the rows of a table of ours are passed over
PASSES = {
    "entry": 1,
    "flare": 1,
    "seen": 1,
    "medicine": 1,
    "dose": 1,
    "programme": 1,
    "therapy_session": 1,
    "procedure": 1,
    "measure_answer": 1,
}


def _measures() -> dict[str, Resource]:
    codes = {}
    for row in _CODES:
        known = [{"system": row["system"], "code": row["code"]}] if "code" in row else []
        codes[row["name"]] = {
            "coding": [*known, {"system": OURS + "measure", "code": row["name"], "display": row["display"]}],
            "text": row["display"],
        }
    return codes


_MEASURES = _measures()
#: what an entry may tell, in numbers
_ANSWERS = (
    "pain", "worst", "least", "impact", "enjoyment", "walked", "sleep_hours", "sleep", "mood", "fatigue", "stress",
)  # fmt: skip
_UNITS: dict[str, Resource] = {
    "sleep_hours": {"unit": "h", "system": "http://unitsofmeasure.org", "code": "h"},
}


def write(out: TextIO, person: Person, patient: Patient) -> None:
    """Write the bundle of `person`, whose record is `patient`."""
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": person.now}
    out.write(_said(head)[:-1] + ', "entry": [')
    for n, (url, resource) in enumerate(Bundle(person, patient).entries()):
        out.write(("," if n else "") + "\n" + _said({"fullUrl": url, "resource": resource}))
    out.write("\n]}\n")


def _said(value: Resource) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: date | datetime) -> str:
    return value.isoformat()


class Bundle:
    """The resources of one record; whoever is referred to comes before the first reference."""

    def __init__(self, person: Person, patient: Patient) -> None:
        self.person, self.patient = person, patient
        self.known: set[str] = set()
        self.subject = self.link("Patient", patient.id)

    def entries(self) -> Iterator[tuple[str, Resource]]:
        """Every resource with its address."""
        mine, born = {"name": [{"text": self.patient.name}]}, self.patient.born_on
        yield self.made("Patient", self.patient.id, **mine, **({"birthDate": born} if born else {}))
        steps: tuple[tuple[Callable[[int], Iterator[Any]], Callable[[Any], Iterator[tuple[str, Resource]]]], ...] = (
            (queries.entries, self.entry), (queries.flares, partial(happened.flare, self)), (queries.seen, partial(happened.seen, self)), (queries.medicines, self.medicine), (queries.doses, self.dose),
            (queries.programmes, self.programme), (queries.sessions, self.session), (queries.procedures, self.procedure),
            (queries.answers, self.answer),
        )  # fmt: skip
        for rows, turn in steps:
            for row in self.person.counted(rows(self.patient.id)):
                yield from turn(row)

    def entry(self, row: Entry) -> Iterator[tuple[str, Resource]]:
        """An Observation for each answer; the first one carries the places and the words."""
        by = yield from self.somebody(row.author)
        status = "entered-in-error" if row.removed_at else "amended" if row.version > 1 else "final"
        same: Resource = {
            "status": status,
            "effectiveDateTime": row.local,
            "issued": row.recorded_at,
            "performer": [by],
        }
        told = [f"{chips.KINDS[kind]} {chips.said(kind, chosen)}" for kind, chosen in row.words.items()]
        texts = [{"text": text} for text in (row.note, *told) if text]
        first: Resource = ({"bodySite": _places(row.marks)} if row.regions else {}) | ({"note": texts} if texts else {})
        values = {name: getattr(row, name) for name in _ANSWERS if getattr(row, name) is not None}
        for name, value in values.items() if values else {"words": row.note}.items():
            unit = row.walked_in if name == "walked" else ""
            yield self.score(name, f"entry/{row.id}/{name}", value, unit=unit, **same, **first)
            first = {}

    def medicine(self, row: Medicine) -> Iterator[tuple[str, Resource]]:
        """A MedicationStatement."""
        by = yield from self.somebody(row.adder)
        dosage: Resource = {"asNeededBoolean": row.as_needed}
        yield self.made(
            "MedicationStatement",
            row.id,
            status="stopped" if row.stopped_at else "active",
            medicationCodeableConcept=_medicine(row),
            subject=self.subject,
            effectivePeriod={"start": row.started_on, **({"end": row.stopped_at} if row.stopped_at else {})},
            informationSource=by,
            dosage=[dosage | ({"text": row.amount} if row.amount else {})],
            **({"note": [{"text": row.note}]} if row.note else {}),
        )

    def dose(self, row: Dose) -> Iterator[tuple[str, Resource]]:
        """A MedicationAdministration."""
        by = yield from self.somebody(row.author)
        done = "completed" if row.status == "taken" else "not-done"
        yield self.made(
            "MedicationAdministration",
            row.id,
            status="entered-in-error" if row.removed_at else done,
            medicationCodeableConcept=_medicine(row.medicine),
            subject=self.subject,
            effectiveDateTime=row.taken_at,
            performer=[{"actor": by}],
            **({"statusReason": [{"text": row.reason}]} if row.reason else {}),
        )

    def programme(self, row: Programme) -> Iterator[tuple[str, Resource]]:
        """A CarePlan."""
        by = yield from self.somebody(row.planner, at=row.clinic)
        yield self.made(
            "CarePlan",
            row.id,
            status="completed" if row.stopped_at else "active",
            intent="plan",
            title=row.title,
            category=[{"text": str(KINDS[row.kind])}],
            subject=self.subject,
            period={"start": row.starts_on, **({"end": row.stopped_at} if row.stopped_at else {})},
            author=by,
            **({"description": row.note} if row.note else {}),
        )

    def session(self, row: Session) -> Iterator[tuple[str, Resource]]:
        """A Procedure, and an Observation for the pain before and after it."""
        by = yield from self.somebody(row.author)
        done = "completed" if row.status == "done" else "not-done"
        yield self.made(
            "Procedure",
            f"session/{row.id}",
            status="entered-in-error" if row.removed_at else done,
            basedOn=[self.link("CarePlan", row.programme_id)],
            code={"text": row.programme.title},
            subject=self.subject,
            performedDateTime=row.done_at,
            performer=[{"actor": by}],
            **({"note": [{"text": row.note}]} if row.note else {}),
        )
        same: Resource = {"status": "entered-in-error" if row.removed_at else "final", "effectiveDateTime": row.done_at}
        part: Resource = {"performer": [by], "partOf": [self.link("Procedure", f"session/{row.id}")]}
        for name, value in (("pain-before", row.pain_before), ("pain-after", row.pain_after)):
            if value is not None:
                yield self.score(name, f"session/{row.id}/{name}", value, **same, **part)

    def procedure(self, row: Procedure) -> Iterator[tuple[str, Resource]]:
        """A Procedure."""
        by = yield from self.somebody(row.author, at=row.clinic)
        where = " ".join(part for part in (row.level, row.side) if part)
        yield self.made(
            "Procedure",
            row.id,
            status="entered-in-error" if row.removed_at else "completed",
            code={"coding": [{"system": OURS + "procedure", "code": row.kind}], "text": kinds.name(row)},
            subject=self.subject,
            performedDateTime=row.done_on,
            recorder=by,
            performer=[{"actor": self.link("Organization", row.clinic_id)}],
            **({"bodySite": [{"text": where}]} if where else {}),
            **({"note": [{"text": row.note}]} if row.note else {}),
        )

    def answer(self, row: Answer) -> Iterator[tuple[str, Resource]]:
        """A QuestionnaireResponse, and an Observation for its score."""
        asked = definition(row.instrument, row.version)
        if asked is None:
            return
        by = yield from self.somebody(row.author)
        key = f"answer/{row.id}"
        who = {"subject": self.subject, "author": by, "source": by}
        yield self.made("QuestionnaireResponse", key, **response(row, asked), **who)
        if row.score is not None:
            whose = {"category": [SURVEY], "subject": self.subject, "performer": [by]}
            whose["derivedFrom"] = [self.link("QuestionnaireResponse", key)]
            yield self.made("Observation", key, **score(row, asked), **whose)

    def somebody(self, account: Account, at: Clinic | None = None) -> Generator[tuple[str, Resource], None, Resource]:
        """Yields who wrote it, and where they work, if not met before; returns a reference to them."""
        if at is not None and self.new("Organization", at.id):
            yield self.made("Organization", at.id, name=at.name)
        if account.id == self.patient.account_id:
            return self.subject
        # who works at a clinic wrote as its staff; everybody else is somebody whom the patient knows
        if at is not None or account.memberships:
            if self.new("Practitioner", account.id):
                yield self.made("Practitioner", account.id, name=[{"text": account.name}])
            return self.link("Practitioner", account.id)
        if self.new("RelatedPerson", account.id):
            yield self.made("RelatedPerson", account.id, patient=self.subject, name=[{"text": account.name}])
        return self.link("RelatedPerson", account.id)

    def score(self, name: str, key: str, value: float | str, *, unit: str = "", **more: Any) -> tuple[str, Resource]:
        """An Observation of one measure: a whole number on a scale, an amount, or words."""
        said: Resource = {"valueQuantity": {"value": value, **(_UNITS.get(name) or ({"unit": unit} if unit else {}))}}
        if not isinstance(value, float):
            said = {"valueInteger": value} if isinstance(value, int) else {"valueString": value}
        same = {"category": [SURVEY], "code": _MEASURES[name], "subject": self.subject}
        return self.made("Observation", key, **same, **said, **more)

    def new(self, kind: str, key: object) -> bool:
        """Whether it is met for the first time."""
        url = self.url(kind, key)
        first = url not in self.known
        self.known.add(url)
        return first

    def url(self, kind: str, key: object) -> str:
        """The address of one thing of ours."""
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{self.person.origin}/{kind}/{key}')}"

    def link(self, kind: str, key: object) -> Resource:
        """A reference to it."""
        return {"reference": self.url(kind, key), "type": kind}

    def made(self, kind: str, key: object, **values: Any) -> tuple[str, Resource]:
        """The resource with its address."""
        url = self.url(kind, key)
        return url, {"resourceType": kind, "id": url.removeprefix("urn:uuid:"), **values}


def _medicine(row: Medicine) -> Resource:
    code = catalogue.rxnorm(row.code)
    known = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}]} if code else {}
    return {**known, "text": row.title}


def _places(marks: Marks) -> Resource:
    """Our own codes and words: FHIR has room for one place, so all of them stand in it."""
    codes = [{"system": OURS + "place", "code": code} for code in marks.regions]
    return {"coding": codes, "text": regions.said(*marks)}
