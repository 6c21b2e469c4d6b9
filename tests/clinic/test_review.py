"""One patient's review."""

import re
from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from companion.clinic import say
from companion.clinic.strip import strip
from companion.diary.record import record
from companion.identity.model import Account, Clinic, Patient
from companion.sharing.model import PARTS, Grant, Look
from companion.store import db
from companion.therapy import keep
from companion.therapy.model import Programme
from companion.therapy.plan_it import plan
from companion.therapy.queries import Attended
from companion.trends.insight import SAME
from companion.words import speaking
from tests.cast import NOW
from tests.trends.days import everything

#: what each part puts on the page
SIGNS = {
    "pain": 'id="c-pain"',
    "mood": 'id="c-mood"',
    "medicines": 'id="meds"',
    "therapy": 'id="programmes"',
    "procedures": 'id="procedures"',
    "notes": "I could stand and cook",
}


def noted(cast):
    """Entries of Ana's and of Rosa's, with notes."""
    ana = db.get_one(Patient, cast.ana_patient)
    for n, (author, text) in enumerate(((cast.ana, "I could stand and cook"), (cast.rosa, "She slept badly"))):
        uuid = f"00000000-0000-0000-0000-00000000000{n}"
        record(ana, db.get_one(Account, author), uuid, "", NOW - timedelta(hours=n + 1), 4 + n, NOW, note=text)
    db.commit()
    db.remove()


def path(cast, more=""):
    return f"/clinic/patients/{cast.ana_patient}{more}"


def narrow(cast, parts):
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().parts = list(parts)
    db.commit()
    db.remove()


def test_it_shows_all_that_is_shared(app, cast, visit):
    everything(cast)
    noted(cast)
    page = visit("ben").get(path(cast)).text
    assert all(sign in page for sign in SIGNS.values())
    assert "<h1>Ana</h1>" in page
    assert "Gabapentin 300 mg" in page
    assert "Epidural steroid injection, L4-5" in page
    assert not re.search(r"<[^>]*\sstyle\s*=", page)


def test_a_day_that_was_looked_back_on_is_told_in_words(sqlite_app, cast, visit):
    ana = visit("ana")
    said = {
        "uuid": str(uuid4()),
        "walked": "25",
        "walked_in": "streets",
        "worst": "8",
        "day": "yesterday",
        "note": "Leo came",
    }
    assert ana.post("/diary/evenings", said).status_code == 303
    ana.post("/diary/entries", {"uuid": str(uuid4()), "pain": "4", "feels": "burning"})
    for parts, shown in ((list(PARTS), True), (["notes"], False)):
        narrow(cast, parts)
        page = visit("ben").get(path(cast)).text
        assert "about the whole day" in page
        assert "Leo came" in page
        for words in ("Low to high: – – 8", "Walked or stood: 25 streets", "from memory", "Burning"):
            assert (words in page) is shown


@pytest.mark.parametrize("part", list(PARTS))
def test_a_part_that_is_taken_away_is_hidden_and_no_other(sqlite_app, cast, visit, part):
    everything(cast)
    noted(cast)
    narrow(cast, [other for other in PARTS if other != part])
    page = visit("ben").get(path(cast)).text
    assert [other for other in PARTS if SIGNS[other] not in page] == [part]
    if part == "medicines":
        assert "Gabapentin" not in page
    if part == "procedures":
        assert "pidural" not in page
    if part == "pain":
        assert "Average pain" not in page
        assert 'class="disc' not in page


def test_a_caregivers_words_carry_the_name(app, cast, visit):
    noted(cast)
    page = visit("ben").get(path(cast)).text
    hers = page.split("She slept badly")[0].rsplit("<li", 1)[1]
    his = page.split("I could stand and cook")[0].rsplit("<li", 1)[1]
    assert "told by Ana, written by Rosa" in hers
    assert "written by" not in his


def test_notes_alone_come_without_pain(sqlite_app, cast, visit):
    noted(cast)
    narrow(cast, ["notes"])
    page = visit("ben").get(path(cast)).text
    assert "She slept badly" in page
    assert 'class="disc' not in page


def test_the_strip_tells_kept_and_missed_sessions(app, cast, visit):
    ana, ben, clinic = (
        db.get_one(Patient, cast.ana_patient),
        db.get_one(Account, cast.ben),
        db.get_one(Clinic, cast.northmoor),
    )
    what = ("pt", "Bridges", "", 15, [time(9)], "1234567")
    programme, _ = plan(ana, ben, clinic, *what, NOW - timedelta(days=3), str(uuid4()), "")
    for n, (back, status) in enumerate(((1, "done"), (2, "skipped"))):
        at = NOW - timedelta(days=back)
        uuid = f"00000000-0000-0000-0000-00000000010{n}"
        keep.record(ana, db.get_one(Account, cast.ana), programme, uuid, "", status, at, NOW, due_wall=time(9))
    db.commit()
    page = visit("ben").get(path(cast)).text
    assert "PT: 1 of 2 done" in page
    assert re.search(r'<th scope="row">Mar 9</th><td>1 of 1</td>', page)
    assert re.search(r'<th scope="row">Mar 2</th><td>0 of 1</td>', page)
    drawing = page.split('id="kept"')[1].split("</svg>")[0]
    # until this Tuesday, without the three days that had a plan
    assert drawing.count("cell-off") == 11 * 7 + 2 - 3
    weeks = re.findall(r'y="12">([^<]+)<', drawing)
    assert (weeks[0], weeks[-1], len(weeks)) == ("Dec 22", "Mar 9", 12)
    assert "week 1" not in page
    assert "missed or skipped" not in drawing
    assert "missed or skipped</li>" in page


def test_the_span_can_be_changed(sqlite_app, cast, visit):
    everything(cast)
    page = visit("ben").get(path(cast, "?span=7")).text
    assert "7 of 7 days have an entry" in page
    assert f"/clinic/patients/{cast.ana_patient}?span=365" in page


def test_each_visit_leaves_a_look_at_each_part(app, cast, visit, set_clock):
    ben = visit("ben")
    for minutes, visits in ((0, 1), (3, 1), (30, 2)):
        set_clock(NOW + timedelta(minutes=minutes))
        assert ben.get(path(cast)).status_code == 200
        db.remove()
        rows = db.query(Look).filter_by(patient_id=cast.ana_patient).all()
        assert sorted(row.part for row in rows) == sorted([*PARTS] * visits)
        assert {(row.account_id, row.clinic_id) for row in rows} == {(cast.ben, cast.northmoor)}


def test_a_stopped_grant_shuts_the_next_request(app, cast, visit):
    ben = visit("ben")
    assert ben.get(path(cast)).status_code == 200
    db.remove()
    db.query(Grant).filter_by(clinic_id=cast.northmoor).one().stopped_at = NOW
    db.commit()
    assert ben.get(path(cast)).status_code == 404
    assert ben.get(path(cast, "/programmes")).status_code == 404


@pytest.mark.parametrize("more", ["", "/programmes"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("ben", 200), ("carl", 404), ("dora", 404), ("ana", 404), ("rosa", 404), ("abe", 404), (None, 303)],
)
def test_only_a_clinician_who_was_let_in_passes(sqlite_app, cast, visit, name, status, more):
    assert visit(name).get(path(cast, more)).status_code == status


def test_there_is_nothing_for_a_patient_without_a_grant(sqlite_app, cast, visit):
    assert visit("ben").get(f"/clinic/patients/{cast.dora_patient}").status_code == 404
    assert visit("ben").get("/clinic/patients/999").status_code == 404


def test_days_that_are_still_to_come_have_no_mark():
    first, today = date(2025, 12, 22), date(2026, 3, 10)
    attended = [Attended(day, NOW, Programme(kind="pt"), state, None)
                for day, state in ((today, "done"), (date(2026, 3, 12), "to come"), (date(2026, 3, 9), "missed"))]  # fmt: skip
    drawn = strip(first, today, attended)
    (lane,) = drawn.lanes
    assert len(lane.off) == (today - first).days + 1 - 2
    assert (lane.done.count("M"), lane.missed.count("M"), lane.part) == (1, 1, "")
    last = max(float(x) for x, _ in lane.off)
    assert last < (today - first).days * drawn.width / 84
    with speaking("es"):
        (lane,) = strip(first, today, attended).lanes
    # a name stands above its cells, however long it is
    assert lane.text_y < min(y for _, y in lane.off) - 10


def marked(cast, *marks):
    ana = db.get_one(Patient, cast.ana_patient)
    for n, (back, *regions) in enumerate(marks):
        uuid = f"00000000-0000-0000-0000-0000000002{n:02}"
        record(ana, db.get_one(Account, cast.ana), uuid, "", NOW - timedelta(days=back), 4, NOW, regions=regions)
    db.commit()
    db.remove()


def test_it_loads_no_more_entries_than_it_shows(app, cast, visit, statements):
    marked(cast, *((n / 2, "back-neck") for n in range(20)))
    with statements() as asked:
        page = visit("ben").get(path(cast)).text
    assert page.split('id="entries"')[1].split("</section>")[0].count("<li") == 8
    loads = [text for text in asked if "FROM entry" in text and "entry.note" in text]
    assert loads and all("LIMIT" in text for text in loads)


def test_it_can_be_told_who_it_is_on_paper(app, cast, visit):
    db.get_one(Patient, cast.ana_patient).born_on = date(1974, 5, 2)
    db.commit()
    page = visit("ben").get(path(cast)).text
    assert "<dt>Born</dt><dd>May 2, 1974</dd>" in page
    assert '<div class="printed"><dt>Printed</dt><dd>March 10, 2026, Northmoor Pain Clinic</dd>' in page


@pytest.mark.parametrize(
    ("zone", "language", "place"),
    [
        ("America/New_York", "en", "New York"),
        ("America/New_York", "es", "Nueva York"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires"),
        ("UTC", "en", "UTC"),
    ],
)
def test_a_zone_is_told_as_a_place(zone, language, place):
    with speaking(language):
        assert say.say_place(zone) == place


def test_times_are_told_in_words():
    with speaking("en"):
        for gone, told in ((20, "just now"), (300, "5 min ago"), (7200, "2 h ago"), (200000, "2 days ago")):
            assert say.say_ago(NOW - timedelta(seconds=gone), NOW) == told
        assert say.say_silence(NOW - timedelta(days=5), NOW) == "No entry for 5 days"
        assert say.say_silence(NOW - timedelta(days=4, hours=23), NOW) == ""
        assert [say.say_mean(mean) for mean in (4, 4.96, 10)] == ["4.0", "5.0", "10.0"]
        assert [say.say_change(change) for change in (-SAME, SAME, SAME - 0.01)] == [
            "down 0.5",
            "up 0.5",
            "about the same",
        ]
    with speaking("es"):
        assert say.say_mean(4) == "4,0"


def test_the_way_out_has_a_word(sqlite_app, cast, visit):
    assert "</svg>Sign out</button>" in visit("ben").get("/clinic/").text
