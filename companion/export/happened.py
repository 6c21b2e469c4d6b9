"""What happened to a person, for fhir.json: flares, and what who helps saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from companion.flares import questions
from companion.flares.model import Flare
from companion.seen import signs
from companion.seen.model import Seen

if TYPE_CHECKING:
    from companion.export.fhir import Bundle

Resource = dict[str, Any]
#: where our own codes stand
OURS = "urn:companion:"
SURVEY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def flare(bundle: Bundle, row: Flare) -> Iterator[tuple[str, Resource]]:
    """A Condition, and an Observation of the signs; one that was joined to another is told by that one."""
    if row.joined_id is not None:
        return
    by = yield from bundle.somebody(row.author)
    stands = {"clinicalStatus": _coded(_CLINICAL, "resolved" if row.ended_at else "active")}
    said = [*questions.said(row.set_off), *row.all_words]
    yield bundle.made(
        "Condition",
        f"flare/{row.id}",
        **({"verificationStatus": _coded(_VERIFIED, "entered-in-error")} if row.removed_at else stands),
        code={"coding": [{"system": OURS + "condition", "code": "flare"}], "text": "Flare of pain"},
        subject=bundle.subject,
        onsetDateTime=row.local,
        **({"abatementDateTime": row.ended_at} if row.ended_at else {}),
        recordedDate=row.recorded_at,
        asserter=by,
        **({"note": [{"text": text} for text in said]} if said else {}),
    )
    if row.flags:
        same = {"status": "entered-in-error" if row.removed_at else "final", "effectiveDateTime": row.local}
        asked = [_answer(flag, row.flags[flag.code]) for flag in questions.FLAGS if flag.code in row.flags]
        code = {
            "coding": [{"system": OURS + "measure", "code": "flare-signs"}],
            "text": "Signs that must not wait",
        }
        told = {"code": code, "subject": bundle.subject, "performer": [by], "component": asked}
        about = {"focus": [bundle.link("Condition", f"flare/{row.id}")]}
        yield bundle.made("Observation", f"flare/{row.id}/signs", category=[SURVEY], **same, **told, **about)


def seen(bundle: Bundle, row: Seen) -> Iterator[tuple[str, Resource]]:
    """An Observation of who helps."""
    by = yield from bundle.somebody(row.author)
    status = "entered-in-error" if row.removed_at else "amended" if row.version > 1 else "final"
    same = {"status": status, "effectiveDateTime": row.local, "issued": row.recorded_at, "performer": [by]}
    code = {"coding": [{"system": OURS + "measure", "code": "seen"}], "text": "What somebody who helps saw"}
    value = {"valueString": signs.said(row.signs)} if row.signs else {}
    note = {"note": [{"text": row.note}]} if row.note else {}
    yield bundle.made("Observation", f"seen/{row.id}", code=code, subject=bundle.subject, **same, **value, **note)


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _answer(flag: questions.Flag, said: str) -> Resource:
    """A component: our question, and yes or no."""
    code = {"coding": [{"system": OURS + "sign", "code": flag.code}], "text": flag.text}
    return {"code": code, "valueBoolean": said == "yes"}
