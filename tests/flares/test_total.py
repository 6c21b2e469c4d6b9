"""How many flares there were, and on how many days: in trends, for the clinician, in the report."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from companion.flares.queries import Stretch, stretches, total
from companion.sharing.model import Grant
from companion.sharing.terms import Period
from companion.store import db
from tests.flares.sheets import begun

TODAY = date(2026, 3, 10)
STRETCH = st.tuples(st.integers(0, 60), st.integers(0, 12)).map(
    lambda pair: Stretch(TODAY + timedelta(days=pair[0]), TODAY + timedelta(days=sum(pair)))
)


def two_flares(ana):
    """From March 2 to 4, and since March 9."""
    first = begun(ana, when="2026-03-02T12:00", set_off=["weather"], words="Cold wind")
    ana.post(f"/flares/{first}/end", {"when": "2026-03-04T12:00"})
    return first, begun(ana, when="2026-03-09T12:00", **{"flag-weak": "yes", "told": "y"})


@given(st.lists(STRETCH, max_size=6), st.integers(0, 70), st.integers(0, 30))
def test_a_day_counts_once_however_many_flares_it_has(found, start, length):
    first, last = TODAY + timedelta(days=start), TODAY + timedelta(days=start + length)
    days = [first + timedelta(days=n) for n in range(length + 1)]
    wanted = sum(any(each.first <= day <= each.last for each in found) for day in days)
    assert total(found, first, last).days == wanted
    assert total(found, first, last).often == sum(any(each.first <= day <= each.last for day in days) for each in found)


def test_stretches_are_cut_at_the_days_that_are_asked_for_and_open(app, visit, cast):
    two_flares(visit("ana"))
    of = (cast.ana_patient, "Europe/Berlin")
    assert stretches(*of, date(2026, 3, 3), TODAY) == [(date(2026, 3, 3), date(2026, 3, 4)), (date(2026, 3, 9), TODAY)]
    assert stretches(*of, date(2026, 3, 5), date(2026, 3, 8)) == []
    assert stretches(*of, date(2026, 3, 1), TODAY, Period(until=date(2026, 3, 2))) == [(date(2026, 3, 2),) * 2]


def test_trends_show_them_under_the_pain(app, visit, cast):
    ana = visit("ana")
    two_flares(ana)
    page = ana.get("/trends/?span=30").text
    assert "2 flares, on 5 days." in page and page.count('<rect class="flare"') == 3  # one is in the legend
    assert "Days with a flare" in page


def test_one_that_was_removed_is_not_counted(app, visit, cast, set_clock):
    ana = visit("ana")
    first, _ = two_flares(ana)
    ana.post(f"/flares/{first}/removal")
    assert "1 flare, on 2 days." in ana.get("/trends/?span=30").text


def test_today_leads_to_the_flare_that_goes_on(app, visit, cast):
    ana = visit("ana")
    assert 'href="/flares/new"' in ana.get("/plan/").text and 'href="/flares/new"' in ana.get("/diary/log").text
    uuid = begun(ana)
    page = ana.get("/plan/").text
    assert (
        f'href="/flares/{uuid}"' in page and "A flare goes on since 10:00" in page and 'href="/flares/new"' not in page
    )


def test_the_clinician_sees_count_length_and_signs(app, visit, cast):
    two_flares(visit("ana"))
    ben = visit("ben")
    page = ben.get(f"/clinic/patients/{cast.ana_patient}?span=30").text
    for words in ("2 flares, on 5 days", "2 days", "Weather", "Cold wind", "Is a leg or an arm weak or numb"):
        assert words in page, words
    db.query(Grant).filter_by(clinic_id=cast.northmoor).update({"parts": ["pain"]})
    db.commit()
    assert "Cold wind" not in ben.get(f"/clinic/patients/{cast.ana_patient}?span=30").text


def test_the_report_for_a_visit_has_them(app, visit, cast):
    two_flares(visit("ana"))
    page = visit("ana").get("/visit/?days=30").text
    assert "2 flares, on 5 days." in page and "2 days · Weather" in page and "Cold wind" in page
