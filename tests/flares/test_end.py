"""A flare ends, goes on after all, is removed and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from companion.flares.say import say_length
from companion.store import db
from companion.words import speaking
from tests.cast import NOW
from tests.flares.sheets import begun, kept


def test_it_ends_with_a_tap_and_the_first_one_counts(app, visit, cast, set_clock):
    ana = visit("ana")
    uuid = begun(ana)
    set_clock(NOW + timedelta(hours=30))
    assert ana.post(f"/flares/{uuid}/end", {"at": "2026-03-11T14:00:00Z"}).status_code == 303
    assert ana.post(f"/flares/{uuid}/end", {"at": "2026-03-11T14:30:00Z"}).status_code == 303
    (flare,) = kept(cast)
    assert (flare.ended_at, flare.ended_by) == (datetime(2026, 3, 11, 14, 0, tzinfo=UTC), cast.ana)
    assert "It lasted 1 day, 5 hours." in ana.get(f"/flares/{uuid}").text


def test_it_cannot_end_before_it_began(app, visit, cast):
    ana = visit("ana")
    uuid = begun(ana)
    answer = ana.post(f"/flares/{uuid}/end", {"when": "2026-03-10T09:00"})
    assert answer.status_code == 422 and "This is before it began." in answer.text
    assert 'value="2026-03-10T09:00"' in answer.text and kept(cast)[0].ended_at is None


def test_the_end_is_undone_with_a_tap(app, visit, cast):
    ana = visit("ana")
    uuid = begun(ana)
    ana.post(f"/flares/{uuid}/end", {})
    assert ana.post(f"/flares/{uuid}/going-on").status_code == 303
    assert (kept(cast)[0].ended_at, kept(cast)[0].ended_by) == (None, None)


@pytest.mark.parametrize("way", ["going-on", "return"])
def test_one_goes_on_at_a_time(app, visit, cast, set_clock, way):
    ana = visit("ana")
    former = begun(ana)
    ana.post(f"/flares/{former}/" + ("end" if way == "going-on" else "removal"), {})
    set_clock(NOW + timedelta(hours=1))
    latter = begun(ana)
    answer = ana.post(f"/flares/{former}/{way}")
    assert answer.status_code == 409 and "Another flare goes on." in answer.text
    assert [flare.uuid for flare in kept(cast) if flare.open] == [latter]


def test_it_is_removed_and_brought_back(app, visit, cast):
    ana, rosa = visit("ana"), visit("rosa")
    uuid = begun(ana)
    assert ana.post(f"/flares/{uuid}/removal").status_code == 303
    assert kept(cast) == [] and "This flare is removed" in ana.get(f"/flares/{uuid}").text
    assert f"/flares/{uuid}" in ana.get("/flares/").text
    # what she took out is not for others to read, nor to bring back
    assert rosa.get(f"/for/{cast.ana_patient}/flares/{uuid}").status_code == 404
    assert f"/flares/{uuid}" not in rosa.get(f"/for/{cast.ana_patient}/flares/").text
    assert ana.post(f"/flares/{uuid}/return").status_code == 303
    assert [flare.uuid for flare in kept(cast)] == [uuid]


def test_who_helps_removes_only_their_own(app, visit, cast):
    uuid = begun(visit("ana"))
    assert visit("rosa").post(f"/for/{cast.ana_patient}/flares/{uuid}/removal").status_code == 404
    # but may say that it is over
    assert visit("rosa").post(f"/for/{cast.ana_patient}/flares/{uuid}/end", {}).status_code == 303
    assert kept(cast)[0].ended_by == cast.rosa
    db.remove()


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=4), "a few minutes"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=2, hours=3, minutes=59), "2 days, 3 hours"),
    ],
)
def test_its_length_is_said_as_fine_as_it_matters(length, said):
    with speaking("en"):
        assert say_length(length) == said
