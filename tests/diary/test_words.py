"""Words beside the number: ours, a person's own, and those of last time in one tap."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from companion.diary import chips
from companion.diary.fields import Chips
from companion.web.forms import OurForm
from companion.words import LANGUAGES, speaking
from tests.cast import NOW
from tests.diary.sheets import filled, kept


def test_words_are_kept_shown_and_told_apart_from_ours(app, visit, cast):
    ana = visit("ana")
    sent = filled(feels=["burning", "like a belt,  glass"], stopped=["walking"], set_off=["weather"], helped=["heat"])
    assert ana.post("/diary/entries", sent).status_code == 303
    (entry,) = kept(cast.ana_patient)
    assert entry.words == {"feels": ["burning", "like a belt", "glass"], "stopped": ["walking"], "set_off": ["weather"], "helped": ["heat"]}  # fmt: skip
    for page in (ana.get("/diary/").text, ana.get(f"/diary/entries/{entry.uuid}").text):
        assert "Burning, like a belt, glass" in page
        assert "What helped?</span> Heat" in page
    assert "like a belt" in visit("rosa").get(f"/for/{cast.ana_patient}/diary/").text


def test_own_words_and_those_of_last_time_are_offered_but_no_score(app, visit, cast, set_clock):
    ana = visit("ana")
    ana.post("/diary/entries", filled(pain="8", feels=["like a belt", "tight"]))
    set_clock(NOW + timedelta(hours=3))
    page = ana.get("/diary/log").text
    assert 'value="like a belt"' in page
    assert "As last time: like a belt, Tight" in page
    assert "checked" not in page.split('name="pain"')[1].split("</fieldset>")[0]
    assert 'value="tight" checked' not in page
    rosas = visit("rosa").get(f"/for/{cast.ana_patient}/diary/log").text
    assert "like a belt" not in rosas, "what another says often is not offered"


def test_they_are_corrected_like_all_else(app, visit, cast):
    ana = visit("ana")
    ana.post("/diary/entries", filled(feels=["tight"]))
    (entry,) = kept(cast.ana_patient)
    assert 'value="tight" checked' in ana.get(f"/diary/entries/{entry.uuid}/correct").text
    ana.post(f"/diary/entries/{entry.uuid}/corrections", filled(feels=["heavy"], version="1"))
    (now,) = kept(cast.ana_patient)
    assert (now.words, now.version) == ({"feels": ["heavy"]}, 2)
    page = ana.get(f"/diary/entries/{entry.uuid}").text
    assert page.index("Heavy") < page.index("Before that it said") < page.index("Tight")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("a" * 41, "Please keep each of your own words under 40 letters."),
        (", ".join(f"w{n}" for n in range(21)), "These are more than 20 words."),
    ],
)
def test_too_much_is_said_beside_it_and_kept_on_the_page(app, visit, cast, typed, told):
    page = visit("ana").post("/diary/entries", filled(feels=["burning", typed], note="Stay"))
    assert (page.status_code, kept(cast.ana_patient)) == (422, [])
    assert told in page.text
    assert 'value="burning" checked' in page.text
    assert typed.split(", ")[0] in page.text
    assert "Stay" in page.text


class Sheet(OurForm):
    feels = Chips("")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8))
def test_whatever_is_typed_is_tidy_words_or_a_plain_sentence(texts):
    with speaking("en"):
        form = Sheet(MultiDict([("feels", text) for text in texts]))
        if form.validate():
            found = form.feels.data
            assert len(found) == len(set(found)) <= 20
            assert all(0 < len(word) <= 40 and "," not in word and word == " ".join(word.split()) for word in found)
        else:
            assert str(form.feels.errors[0]).startswith(("Please keep each", "These are more"))


def test_every_word_is_said_in_every_language():
    for kind in chips.KINDS:
        said = []
        for language in LANGUAGES:
            with speaking(language):
                said.append(chips.offered(kind))
        english, *others = said
        assert len(english) >= 9
        assert all(other.keys() == english.keys() and other != english for other in others)


def test_what_is_told_later_is_marked_as_from_memory(app, visit, cast):
    ana = visit("ana")
    for when in ("2026-03-10T09:45", "2026-03-10T07:00", ""):
        ana.post("/diary/entries", filled(when=when))
    assert [entry.from_memory for entry in kept(cast.ana_patient)] == [False, True, False]
    assert ana.get("/diary/").text.count("from memory") == 1
    last = kept(cast.ana_patient)[-1]
    ana.post(f"/diary/entries/{last.uuid}/corrections", filled(when="2026-03-09T22:00", version="1"))
    moved = kept(cast.ana_patient)[-1]
    assert (moved.from_memory, moved.felt_at) == (True, datetime(2026, 3, 9, 21, tzinfo=UTC))


def test_what_is_written_on_a_journey_keeps_its_zone(app, visit, cast):
    ana = visit("ana")
    ana.post("/diary/entries", filled(here="America/New_York", when="2026-03-10T03:30"))
    (entry,) = kept(cast.ana_patient)
    assert (entry.zone, entry.felt_at) == ("America/New_York", datetime(2026, 3, 10, 7, 30, tzinfo=UTC))
    assert entry.day.isoformat() == "2026-03-09", "03:30 there belongs to the evening before"
    ana.post("/diary/entries", filled(here="Nowhere/Land"))
    assert kept(cast.ana_patient)[-1].zone == "Europe/Berlin"
