"""Where it hurt over the span: the colours of the body map and the table that says the same."""

import re
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from companion.diary.record import record, remove
from companion.diary.regions import REGIONS
from companion.identity.model import Account, Patient
from companion.sharing.model import Grant
from companion.store import db
from companion.trends.places import Place, heat
from tests.cast import NOW

SPINE, HIP = "back-lower-spine", "front-hip-r"


@pytest.fixture
def mark(cast):
    """`mark(3, SPINE, strengths={SPINE: 4})`: an entry of Ana's three days ago."""
    numbers = count()

    def marked(back, *regions, **more):
        ana, author = db.get(Patient, cast.ana_patient), db.get(Account, cast.ana)
        uuid = f"00000000-0000-0000-0000-{next(numbers):012}"
        entry, _ = record(
            ana, author, uuid, "", NOW - timedelta(days=back), 4, NOW - timedelta(1), regions=regions, **more
        )
        db.commit()
        return entry

    return marked


def section(page):
    return page.text.split('aria-labelledby="where"')[1].split("</section>")[0]


def told(page):
    """The rows of the table, and the colour of each region."""
    rows = re.findall(
        r'<th scope="row"><span class="swatch (p\d+)"[^>]*></span>([^<]+)</th><td>(.*?)</td></tr>', section(page)
    )
    return [(step, name, *cells.split("</td><td>")) for step, name, cells in rows], {
        code: step for step, code in re.findall(r'class="reg (p\d+)" data-region="([^"]+)"', section(page))
    }


@pytest.mark.parametrize(
    ("name", "path"), [("ana", "/trends/"), ("rosa", "/for/{}/trends/"), ("ben", "/clinic/patients/{}")]
)
def test_whoever_sees_pain_sees_where(app, cast, visit, mark, name, path):
    mark(0, SPINE, strengths={SPINE: 4})
    mark(0, SPINE, HIP, strengths={SPINE: 7}, spreads=[HIP])
    mark(1, SPINE)
    mark(40, HIP)
    path = path.format(cast.ana_patient)
    assert told(visit(name).get(f"{path}?span=7")) == (
        [("p10", "Lower spine", "2", "5.5", "–"), ("p5", "Right hip", "1", "–", "1")], {SPINE: "p10", HIP: "p5"})  # fmt: skip
    for span in ("90", "365", "all"):
        assert ("p10", "Right hip", "2", "–", "1") in told(visit(name).get(f"{path}?span={span}"))[0]
    db.execute(update(Grant).values(parts=["mood", "medicines"]))
    db.commit()
    assert ("data-region" in visit(name).get(path).text) == (name == "ana")


def test_a_day_that_is_not_open_counts_nowhere(app, cast, visit, mark):
    mark(0, SPINE)
    mark(3, HIP)
    db.execute(update(Grant).where(Grant.account_id == cast.rosa).values(since_on=NOW.date() - timedelta(days=1)))
    db.commit()
    assert told(visit("rosa").get(f"/for/{cast.ana_patient}/trends/"))[1] == {SPINE: "p10"}


def test_what_was_removed_counts_nowhere(app, cast, visit, mark):
    mark(0, SPINE)
    ana = visit("ana")
    assert told(ana.get("/trends/"))[1] == {SPINE: "p10"}
    mark(0, HIP)
    remove(mark(2, HIP), db.get(Account, cast.ana), NOW)
    db.commit()
    assert [row[1:3] for row in told(ana.get("/trends/"))[0]] == [("Lower spine", "1"), ("Right hip", "1")]


def test_a_wide_place_of_old_counts_in_its_parts(app, cast, visit, mark):
    for back in range(4):
        mark(back, "back-neck")
    mark(5, "back-upper-neck")
    rows, colours = told(visit("ana").get("/trends/"))
    assert [row[1:3] for row in rows] == [("Back of neck", "4"), ("Back of upper neck", "1")]
    assert colours == {"back-upper-neck": "p10", "back-lower-neck": "p8"}


def test_there_is_a_step_for_whatever_was_marked():
    assert heat([Place(code, "", days, "", 0, 1) for code, days in ((SPINE, 400), (HIP, 1), ("back-head", 200))]) == {
        SPINE: "p10", HIP: "p1", "back-head-r": "p5", "back-head-l": "p5"}  # fmt: skip
    assert heat([]) == {}


def test_nothing_marked_is_nothing_drawn(sqlite_app, cast, visit, mark):
    mark(0)
    assert "data-region" not in visit("ana").get("/trends/").text
    assert "No place was marked in these days." in visit("ben").get(f"/clinic/patients/{cast.ana_patient}").text


def test_right_is_right_in_the_list_the_chart_and_the_report(app, cast, visit, mark):
    sided = {region["code"]: region["label"] for region in REGIONS.region if region["side"] == "right"}
    entry = mark(0, *sided)
    chosen = visit("ana").get(f"/diary/entries/{entry.uuid}/correct").text
    assert dict(re.findall(r'name="where" value="([^"]+)" checked><span>([^<]+)', chosen)) == sided
    rows, colours = told(visit("ana").get("/trends/"))
    assert {*colours} == {*sided} and {row[1] for row in rows} == {*sided.values()}
    report = visit("ana").get("/visit/").text.split('id="s-places"')[1].split("</section>")[0]
    names = re.findall(r"<h3>([^<]+)</h3>", report)
    assert len(names) == 12 and all("right" in name.lower() for name in names)


def test_the_report_says_where_and_how(app, cast, visit, mark):
    mark(0, SPINE, HIP, strengths={SPINE: 4}, spreads=[HIP])
    mark(1, SPINE, strengths={SPINE: 7})
    mark(80, HIP)
    page = visit("ana").get("/visit/?days=30").text
    said = re.findall(r"<h3>([^<]+)</h3><p[^>]*>([^<]+)</p>", page.split('id="s-places"')[1].split("</section>")[0])
    assert said == [("Lower spine", "2 days · on average 5.5 of 10"), ("Right hip", "1 day · spread to here on 1 day")]
    assert "s-places" not in visit("dora").get("/visit/").text
