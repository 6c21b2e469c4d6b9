"""A flare begins: when, what set it off, and what must not wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from companion import seal
from companion.flares import questions
from companion.flares.model import Flare
from companion.sharing.model import Grant
from companion.store import db
from tests.cast import NOW
from tests.flares.sheets import begun, filled, kept


def test_it_is_kept_as_it_was_said(app, visit, cast):
    sheet = filled(set_off=["weather", "stress"], words="The cold\r\nwind", **{"flag-weak": "no", "flag-face": "no"})
    answer = visit("ana").post("/flares/", sheet)
    assert (answer.status_code, answer.location) == (303, f"/flares/{sheet['uuid']}?said=saved")
    (flare,) = kept(cast)
    assert (flare.author_id, flare.zone, flare.began_at, flare.ended_at) == (cast.ana, "Europe/Berlin", NOW, None)
    assert (flare.set_off, flare.flags) == (["stress", "weather"], {"weak": "no", "face": "no"})
    assert flare.words == "The cold\nwind" and flare.patient.diary_at == NOW
    page = visit("ana").get(f"/flares/{sheet['uuid']}").text
    assert "Stress or worry, Weather" in page and "The cold\nwind" in page


def test_its_words_are_sealed_for_this_flare(app, visit, cast):
    begun(visit("ana"), words="Wind from the north")
    row = db.query(Flare).one()
    assert b"north" not in row.words_sealed
    with pytest.raises(seal.LostKey):
        Flare.words.opened(row.words_sealed, cast.ana_patient, str(uuid4()))


def test_a_resend_is_the_same_and_other_words_are_both_kept(app, visit, cast):
    ana, sheet = visit("ana"), filled(set_off=["stress"])
    assert [ana.post("/flares/", sheet).status_code for _ in range(2)] == [303, 303]
    again = ana.post("/flares/", {**sheet, "words": "Other words"})
    assert again.status_code == 409 and "Other words" in again.text
    fresh = re.search(r'name="uuid" value="([^"]+)"', again.text)[1]
    assert fresh != sheet["uuid"]
    assert ana.post("/flares/", {**sheet, "words": "Other words", "uuid": fresh}).status_code == 303
    (flare,) = kept(cast)
    assert flare.all_words == ["Other words"] and db.query(Flare).count() == 2


def test_it_may_have_begun_earlier(app, visit, cast):
    visit("ana").post("/flares/", filled(when="2026-03-08T02:30"))
    (flare,) = kept(cast)
    assert (flare.began_at, str(flare.day)) == (datetime(2026, 3, 8, 1, 30, tzinfo=UTC), "2026-03-07")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("when", "2026-03-10T12:00", "This is still to come."),
        ("when", "soon", "Please write a date and a time."),
        ("at", "2027-01-01T00:00:00Z", "The clock of this phone may be wrong."),
        ("set_off", ["stress", "moon"], "One of the words is not on our list."),
        ("words", "x" * 401, "Please keep this under 400 letters."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(sqlite_app, visit, cast, field, value, words):
    sheet = filled(**{"flag-weak": "yes", "words": "Kept", "set_off": ["travel"], field: value})
    answer = visit("ana").post("/flares/", sheet)
    assert answer.status_code == 422 and words in answer.text
    assert 'name="flag-weak" value="yes" data-level="now" checked' in answer.text
    assert ("Kept" in answer.text or field == "words") and kept(cast) == []


def test_none_of_these_answers_the_rest(app, visit, cast):
    visit("ana").post("/flares/", filled(**{"flag-none": "y", "flag-fever": "yes"}))
    (flare,) = kept(cast)
    assert flare.flags == {flag.code: "yes" if flag.code == "fever" else "no" for flag in questions.FLAGS}
    assert flare.level == "today"


@pytest.mark.parametrize(
    ("code", "words"), [("weak", "Please get help now."), ("headache", "Please call your clinic today.")]
)
def test_a_yes_leads_to_whom_to_call(app, visit, cast, code, words):
    ana = visit("ana")
    answer = ana.post("/flares/", filled(**{f"flag-{code}": "yes"}))
    assert answer.location.endswith("/help")
    page = ana.get(answer.location).text
    assert words in page and 'href="tel:911"' in page
    # her clinic's number too, and no other clinic's
    assert "Call Northmoor Pain Clinic" in page and "Southfell" not in page
    # and it stays on the flare as long as that goes on
    assert words in ana.get(answer.location.removesuffix("/help")).text


def test_a_page_that_said_so_already_does_not_say_it_again(sqlite_app, visit):
    answer = visit("ana").post("/flares/", filled(**{"flag-weak": "yes", "told": "y"}))
    assert answer.location.endswith("?said=saved")


def test_a_clinic_that_is_not_let_in_is_not_named(sqlite_app, visit, cast):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).update({"stopped_at": NOW - timedelta(minutes=1)})
    db.commit()
    page = visit("ana").get("/flares/new").text
    assert "Northmoor" not in page and 'href="tel:911"' in page


def test_the_page_holds_the_message_hidden_for_every_sign(sqlite_app, visit):
    page = visit("ana").get("/flares/new").text
    for flag in questions.FLAGS:
        assert f'name="{flag.name}" value="yes" data-level="{flag.level}"' in page
    for level in ("now", "today"):
        assert re.search(rf'<dialog class="call" data-shows="{level}"(?! open)', page)


def test_there_is_one_at_a_time(app, visit, cast):
    ana = visit("ana")
    uuid = begun(ana, set_off=["stress"], words="First", when="2026-03-10T09:00")
    assert ana.get("/flares/new").location == f"/flares/{uuid}"
    # another phone wrote one meanwhile, without a network
    other = filled(set_off=["travel"], words="Second", when="2026-03-10T08:00", **{"flag-weak": "yes", "told": "y"})
    assert ana.post("/flares/", other).location == f"/flares/{uuid}?said=saved"
    (flare,) = kept(cast)
    assert (flare.set_off, flare.all_words) == (["stress", "travel"], ["First", "Second"])
    assert (flare.began_at, flare.level) == (datetime(2026, 3, 10, 7, 0, tzinfo=UTC), "now")
    # the other phone's own address leads to it
    assert "First" in ana.get(f"/flares/{other['uuid']}").text


def test_one_that_came_late_belongs_to_the_one_that_went_on_then(app, visit, cast):
    ana = visit("ana")
    uuid = begun(ana, when="2026-03-10T08:00")
    ana.post(f"/flares/{uuid}/end", {"when": "2026-03-10T09:30"})
    begun(ana, when="2026-03-10T09:00")
    assert len(kept(cast)) == 1 and kept(cast)[0].ended_at is not None
    begun(ana, when="2026-03-10T09:45")
    assert [flare.ended_at is None for flare in kept(cast)] == [True, False]


def test_who_helps_writes_with_their_name(app, visit, cast):
    uuid = begun(visit("rosa"), f"/for/{cast.ana_patient}")
    assert kept(cast)[0].author_id == cast.rosa
    assert "by Rosa" in visit("ana").get(f"/flares/{uuid}").text


def test_own_words_are_a_note(app, visit, cast):
    """Rosa may see pain, and no notes."""
    rosa, under = visit("rosa"), f"/for/{cast.ana_patient}"
    uuid = begun(visit("ana"), words="The cold wind", set_off=["weather"])
    page = rosa.get(f"{under}/flares/{uuid}").text
    assert "Weather" in page and "The cold wind" not in page
    visit("ana").post(f"/flares/{uuid}/end", {})
    assert 'name="words"' not in rosa.get(f"{under}/flares/new").text
    refused = rosa.post(f"{under}/flares/", filled(words="Kept"))
    assert refused.status_code == 422 and "Kept" in refused.text and "This part is not shared with you" in refused.text


def test_others_find_nothing(sqlite_app, visit, cast):
    uuid = begun(visit("ana"))
    assert visit("dora").get(f"/flares/{uuid}").status_code == 404
    assert visit(None).get(f"/flares/{uuid}").status_code == 303
    db.query(Grant).filter_by(account_id=cast.rosa).update({"parts": ["medicines"]})
    db.commit()
    assert visit("rosa").get(f"/for/{cast.ana_patient}/flares/{uuid}").status_code == 404
