"""The page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from companion.diary import record
from companion.diary.model import DiaryDay
from companion.identity.model import Account, Patient
from companion.identity.touch import touch
from companion.sharing.model import Grant
from companion.store import db
from companion.trends import draw as drawing
from companion.trends import queries
from companion.trends.series import axis, diary
from tests.cast import NOW
from tests.trends.days import TODAY, dosed, everything, injected, kept, logged, medicine

CHARTS = ("pain", "impact", "medicines", "sleep", "mood", "therapy")


def cells(page, name):
    """The rows of the table under a chart."""
    section = re.search(rf'<section[^>]*aria-labelledby="c-{name}".*?</section>', page, re.S)[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', section, re.S)
    return [re.split(r"</t[hd]>(?:<td>)?", row)[:-1] for row in rows]


def shown(page):
    return [name for name in CHARTS if f'id="c-{name}"' in page]


def test_it_shows_every_chart_with_its_numbers(app, cast, visit):
    everything(cast)
    page = visit("ana").get("/trends/").text
    assert shown(page) == list(CHARTS)
    assert page.count("<svg viewBox") >= len(CHARTS)
    assert page.count('role="img"') == len(CHARTS)
    assert page.count("Show the numbers") == len(CHARTS)
    assert "Average pain <b>5</b>, about the same as before the injection on Feb 18." in page


def test_the_table_has_the_numbers_of_the_days(app, cast, visit):
    logged(cast.ana_patient, 0, 4, 5)
    logged(cast.ana_patient, 2, 7, 8, 9, sleep=6)
    pill = medicine(cast, "Gabapentin", "300 mg")
    dosed(pill, 0, 2)
    dosed(pill, 2, 1, skipped=1)
    kept(cast, 2)
    kept(cast, 1, "skipped")
    db.commit()
    page = visit("ana").get("/trends/?span=7").text
    assert cells(page, "pain") == [["Tue, Mar 10", "4.5", "4 to 5", "1"], ["Sun, Mar 8", "8", "7 to 9", "1"]]
    assert cells(page, "sleep") == [["Sun, Mar 8", "6"]]
    assert cells(page, "medicines") == [["Tue, Mar 10", "2"], ["Sun, Mar 8", "1, 1 skipped"]]
    assert cells(page, "therapy") == [["Mon, Mar 9", "0, 1 skipped"], ["Sun, Mar 8", "1"]]
    assert "2 of 7 days have an entry" in page


def test_a_quarter_is_told_by_week(sqlite_app, cast, visit):
    for back in range(60):
        logged(cast.ana_patient, back, 6 if back < 2 else 4)
    db.commit()
    rows = cells(visit("ana").get("/trends/").text, "pain")
    assert rows[:2] == [["Mar 9", "6", "6 to 6", "2"], ["Mar 2", "4", "4 to 4", "7"]]


@pytest.mark.parametrize(("back", "by"), [(30, "day"), (300, "week"), (800, "month")])
def test_the_database_sums_up_as_we_do(app, cast, back, by):
    """By week and month the database adds; the same days added here come to the same."""
    days = {n: (n * 7 % 11, n * 5 % 11) for n in range(0, back, 3)}
    pill = medicine(cast, "Gabapentin")
    for n, pains in days.items():
        logged(cast.ana_patient, n, *pains, mood=n % 11)
        dosed(pill, n, n % 3)
        kept(cast, n)
    db.commit()
    line = axis("all", TODAY, queries.firsts(cast.ana_patient, ("diary",))["diary"])
    assert line.by == by
    drawn = diary(line.size, queries.diary(cast.ana_patient, line))
    buckets = [
        [pains for n, pains in days.items() if line.index(TODAY - timedelta(days=n)) == b] for b in range(line.size)
    ]
    means = [[sum(pains) / 2 for pains in held] for held in buckets]
    assert drawn.pain.days == [len(held) for held in buckets]
    assert drawn.pain.values == pytest.approx([sum(held) / len(held) if held else None for held in means])
    assert [low for low in drawn.low if low < 11] == [min(map(min, held)) for held in buckets if held]
    assert [high for high in drawn.high if high >= 0] == [max(map(max, held)) for held in buckets if held]
    assert drawn.mood.over() == (pytest.approx(sum(n % 11 for n in days) / len(days)), len(days))
    assert sum(row[2] for row in queries.doses(cast.ana_patient, line)) == sum(n % 3 for n in days)
    assert sum(row[2] for row in queries.sessions(cast.ana_patient, line)) == len(days)


def test_long_ranges_say_that_they_go_by_week_and_by_month(sqlite_app, cast, visit):
    for back in range(0, 500, 2):
        logged(cast.ana_patient, back, 4)
    db.commit()
    page = visit("ana").get("/trends/?span=all").text
    assert "Pain each month" in page
    assert cells(page, "pain")[0][0] == "Mar 2026"
    assert "Pain each week" in visit("ana").get("/trends/?span=365").text
    assert "Pain each day" in visit("ana").get("/trends/?span=90").text


def test_it_compares_with_the_days_before(app, cast, visit):
    for back in range(14):
        logged(cast.ana_patient, back, 4 if back < 7 else 6)
    db.commit()
    page = visit("ana").get("/trends/?span=7").text
    assert "Average pain <b>4</b>, down <b>2</b> from the 7 days before." in page


def test_a_procedure_stands_in_the_chart_and_in_the_table(app, cast, visit):
    everything(cast)
    page = visit("ana").get("/trends/?span=30").text
    assert page.count('class="proc-dot"') == 1
    assert ">Epidural</text>" in page
    assert "Epidural steroid injection, L4-5, Feb 18" in str(cells(page, "pain"))


def test_only_the_latest_treatment_is_compared(app, cast, visit):
    for back in range(80):
        logged(cast.ana_patient, back, 3 if back < 60 else 7)
    injected(cast, 60)
    db.commit()
    for span in ("90", "365", "all"):
        page = visit("ana").get(f"/trends/?span={span}").text
        assert "Average pain <b>3</b>, down <b>4</b> (57%) since the injection on Jan 9." in page
    injected(cast, 2)
    changed(cast, "procedures")
    page = visit("ana").get("/trends/").text
    assert "The injection was on Mar 8; a few more days will show a change." in page


def test_a_block_that_only_tests_is_not_compared(app, cast, visit):
    for back in range(40):
        logged(cast.ana_patient, back, 3 if back < 20 else 7)
    injected(cast, 20, kind="medial-branch-block")
    db.commit()
    page = visit("ana").get("/trends/?span=30").text
    assert 'class="proc-dot"' in page
    assert "since the" not in page


def test_what_others_entered_is_not_averaged_in(app, cast, visit):
    patient, rosa = db.get_one(Patient, cast.ana_patient), db.get_one(Account, cast.rosa)
    for back in range(5):
        at = NOW - timedelta(days=back)
        record.record(patient, db.get_one(Account, cast.ana), f"a{back}", "", at, 3, NOW)
        record.record(patient, rosa, f"r{back}", "", at, 9, NOW, sleep=1)
    db.commit()
    page = visit("ana").get("/trends/?span=7").text
    assert "Average pain <b>3</b>." in page
    assert "What others entered: average 9." in page
    assert cells(page, "pain")[0] == ["Tue, Mar 10", "3", "3 to 3", "1", "9"]
    assert page.count('class="observed"') == 2
    assert "sleep" not in shown(page)


def test_a_record_without_an_account_is_kept_by_others(app, cast):
    patient = Patient(name="Eve", zone="UTC")
    db.add(patient)
    db.flush()
    record.record(patient, db.get_one(Account, cast.rosa), "r", "", NOW, 6, NOW)
    db.commit()
    found = drawing.draw(patient, "7", NOW, {"pain"})
    assert found.charts[0].art.observed == ""
    assert found.charts[0].table.rows == [("Tue, Mar 10", "6", "6 to 6", "1")]


def test_a_row_of_a_table_is_a_bucket_where_it_goes_by_week(app, cast, visit):
    for back in range(0, 300):
        logged(cast.ana_patient, back, 4)
    injected(cast, 6)  # a Wednesday
    db.commit()
    rows = cells(visit("ana").get("/trends/?span=365").text, "pain")
    assert [row[3] for row in rows[:3]] == ["2", "7", "7"]
    assert [row[0] for row in rows if len(row) > 4 and "Epidural" in row[4]] == ["Mar 2"]


def test_nothing_is_inline_and_typed_words_are_escaped(sqlite_app, cast, visit):
    logged(cast.ana_patient, 0, 4)
    dosed(medicine(cast, '<b>"bold"</b>'), 0, 1)
    injected(cast, 0, level="<i>L4</i>")
    db.commit()
    page = visit("ana").get("/trends/").text
    assert not re.search(r"<[^>]*\sstyle\s*=", page)
    assert "<style" not in page
    assert "<b>&#34;" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;" in page
    assert "&lt;i&gt;L4" in page


def test_an_empty_record_gets_help(sqlite_app, visit):
    page = visit("dora").get("/trends/").text
    assert "Nothing to draw yet" in page
    assert "/diary/log" in page
    assert '<nav class="segs"' not in page


def test_silent_days_say_so(sqlite_app, cast, visit):
    logged(cast.ana_patient, 100, 4)
    db.commit()
    page = visit("ana").get("/trends/?span=30").text
    assert "There is no entry in these days." in page
    assert shown(page) == []


def test_an_unknown_span_is_the_usual_one(sqlite_app, cast, visit):
    everything(cast)
    page = visit("ana").get("/trends/?span=12").text
    assert re.search(r'span=90" [^>]*aria-current="true"', page)


def test_a_caregiver_sees_the_parts_that_are_open(sqlite_app, cast, visit):
    everything(cast)
    page = visit("rosa").get(f"/for/{cast.ana_patient}/trends/").text
    assert shown(page) == ["pain", "impact", "medicines", "sleep", "therapy"]
    assert 'class="proc-dot"' not in page
    assert "injection" not in page
    assert f"/for/{cast.ana_patient}/trends/?span=30" in page


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        (["pain"], ["pain", "impact", "sleep"]),
        (["mood"], ["mood"]),
        (["medicines"], ["medicines"]),
        (["therapy"], ["therapy"]),
        (["procedures"], []),
        (["notes"], []),
    ],
)
def test_each_part_opens_its_own_charts(sqlite_app, cast, visit, parts, wanted):
    everything(cast)
    grant = db.query(Grant).filter_by(account_id=cast.rosa).one()
    grant.parts = parts
    db.commit()
    page = visit("rosa").get(f"/for/{cast.ana_patient}/trends/").text
    assert shown(page) == wanted
    assert ("Average pain" in page) == ("pain" in parts)


@pytest.mark.parametrize(("name", "status"), [("rosa", 404), ("ben", 404), ("dora", 404)])
def test_it_refuses_another_patients_charts(sqlite_app, cast, visit, name, status):
    assert (
        visit(name).get(f"/for/{cast.dora_patient if name == 'rosa' else cast.ana_patient}/trends/").status_code
        == status
    )


def test_a_stranger_is_sent_to_sign_in(sqlite_app, visit):
    answer = visit(None).get("/trends/")
    assert answer.status_code == 303
    assert answer.location.startswith("/signin/")


def test_a_kept_chart_is_drawn_anew_after_a_change_of_its_part(app, cast, visit, set_clock):
    everything(cast)
    set_clock(NOW + timedelta(minutes=5))
    assert "40 of 40 days" in visit("ana").get("/trends/").text
    lower(1)
    dosed(medicine(cast, "Tramadol"), 1, 1)
    db.commit()
    page = visit("ana").get("/trends/").text
    assert "From 4 to 6." in page
    assert "Tramadol" not in page
    changed(cast, "diary")
    page = visit("ana").get("/trends/").text
    assert "From 1 to 6." in page
    assert "Tramadol" not in page
    changed(cast, "medicines")
    assert "Tramadol" in visit("ana").get("/trends/").text


def lower(pain):
    """Let every day have had this pain once, without saying that anything changed."""
    db.execute(update(DiaryDay).values(pain_low=pain))
    db.commit()


def changed(cast, part):
    """Say so, long enough ago."""
    touch(db.get_one(Patient, cast.ana_patient), part, NOW + timedelta(minutes=1))
    db.commit()


def test_a_procedure_draws_every_chart_anew(app, cast, visit, set_clock):
    everything(cast)
    set_clock(NOW + timedelta(minutes=5))
    stems = visit("ana").get("/trends/").text.count('class="proc"')
    injected(cast, 10)
    changed(cast, "procedures")
    assert visit("ana").get("/trends/").text.count('class="proc"') == 2 * stems


def test_what_is_kept_is_kept_for_a_language(app, cast, visit, set_clock):
    everything(cast)
    set_clock(NOW + timedelta(minutes=5))
    assert "Epidural steroid injection" in visit("ana").get("/trends/").text
    db.get_one(Account, cast.ana).language = "es"
    db.commit()
    page = visit("ana").get("/trends/").text
    assert "Epidural steroid injection" not in page
    assert "Mar" not in {row[0] for row in cells(page, "pain")}


def test_what_changes_at_this_moment_is_never_kept(sqlite_app, cast, visit):
    everything(cast)
    changed(cast, "diary")
    assert "From 4 to 6." in visit("ana").get("/trends/").text
    lower(1)
    assert "From 1 to 6." in visit("ana").get("/trends/").text


def test_it_asks_a_fixed_number_of_times(app, cast, statements):
    everything(cast)
    patient = db.get_one(Patient, cast.ana_patient)
    with statements() as asked:
        drawing.draw(patient, "365", NOW, {"pain", "mood", "medicines", "therapy", "procedures"})
    assert len(asked) <= 9
